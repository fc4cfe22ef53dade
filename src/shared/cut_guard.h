/* cut_guard.h - a mapped file that is cut short does not end the process. */
#ifndef SHARED_CUT_GUARD_H
#define SHARED_CUT_GUARD_H

#include <stdbool.h>

#include "base/error.h"

struct mapping;
struct mapping_header;

/*
 * Catches SIGBUS, for the whole process, as the first to be asked: a touch of
 * a watched mapping is mended, and all else goes to the handler that was set
 * before.  Whoever sets a handler of SIGBUS afterwards calls this anew; it may
 * be called as often as one likes.  Without a handler (ERR_IO) nothing is
 * mended.
 */
enum error cut_guard_install(void);

/*
 * From now on, a touch of a page that the file no longer has puts memory of
 * this process alone in the place of the whole mapping, with this header, all
 * else 0, and goes on there.  Threads that work there at that moment see it
 * become empty.  Installs the guard.  ERR_IO with errno when it cannot, or
 * too many are watched.
 */
enum error cut_guard_watch(struct mapping *mapping,
    const struct mapping_header *header);

/* To be called before it is unmapped, when nobody touches it any more.  One
 * that is not watched is ignored. */
void cut_guard_forget(const struct mapping *mapping);

/* Whether memory took its place. */
bool cut_guard_was_cut(const struct mapping *mapping);

#endif
