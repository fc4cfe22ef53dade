/* shared.h - one mapping of counters for all processes of a store.
 *
 * Rates, lock-outs, last uses and who waits for news lie in the file
 * "counters" in the store's directory, which every responder, the recorder
 * and the command line map: atomics without a lock, which nobody can leave
 * locked or broken.  What they say is worth nothing after a day; the file may
 * be removed at any time, and is not part of a backup.
 *
 * A process that cannot have the file is not stopped by it: it counts in
 * memory of its own, says once why, and tries again at each shared_renew.
 * Rates and lock-outs then hold for it alone.  Callers need not know, but for
 * those who wait for news: nobody sees their announcement, and they have to
 * look for themselves now and then (shared_is_file).
 *
 * The version that was started last has the file; a process of another one
 * that is running still counts alone from then on.
 *
 * A file that somebody cuts short while it is mapped costs what was counted
 * in it: a process that touches it (SIGBUS, see cut_guard.h) counts alone
 * until its next shared_renew, which makes a good file or follows one.
 */
#ifndef SHARED_SHARED_H
#define SHARED_SHARED_H

#include <stdbool.h>

#include "base/error.h"

struct shared;

/* In the store's directory. */
#define COUNTERS_FILE "counters"

/*
 * Maps the file of a store that is there: a directory that holds no store is
 * not to get one.  A file that is missing is made; one that is damaged, not
 * ours, or of another version is replaced.  Safe against a crash at any
 * moment and against others doing the same.  directory is copied.
 *
 * ERR_NO_MEMORY is the only error.  What else goes wrong is logged here, once
 * each time it goes wrong.
 */
enum error shared_new(const char *directory, struct shared **shared_out);

/* No other call may be under way.  What was counted stays. */
void shared_free(struct shared *shared);

/*
 * Follows the file when another one took its place (a restore), when it was
 * removed or cut short, or when it could not be had before; to be called every
 * second or so.  Costs one stat otherwise, and 20 milliseconds at worst.
 * Safe while other threads use shared.
 */
void shared_renew(struct shared *shared);

/* Whether it is the file, not memory of this process alone. */
bool shared_is_file(const struct shared *shared);

#endif
