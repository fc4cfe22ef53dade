/* live_store.h - a store that may come, go, grow and be replaced meanwhile.
 *
 * For the responder: several threads read, and the store's files may be made
 * later, be replaced (restore) or have their map grown by another process.
 * Then all threads leave their transactions (a barrier) and one reopens.
 */
#ifndef STORE_LIVE_STORE_H
#define STORE_LIVE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/api_key.h"

struct live_store;
struct store_txn;

/* path and pepper_path are copied.  Opens nothing yet. */
enum error live_store_new(const char *path, const char *pepper_path,
    int64_t map_bytes, struct live_store **live_out);
/* No transaction may be open. */
void live_store_free(struct live_store *live);

/*
 * Opens the store if it is there, so that nobody has to wait for that; if it
 * is not, the next live_store_begin looks again.  To be called before other
 * threads use it.  A failure is logged here.
 */
void live_store_open(struct live_store *live);

/*
 * Begins a read, opening the store first when it is not, or when another
 * file lies at its path (looked at once a second).  An open that failed is
 * tried again after a second; until then the same error is answered.
 * ERR_STORE, ERR_CORRUPT: logged here, once for each time it goes away.
 * pepper is borrowed until the end.
 */
enum error live_store_begin(struct live_store *live,
    struct store_txn **txn_out, const struct pepper **pepper_out);
void live_store_end(struct live_store *live, struct store_txn *txn);

/* What a read sees: the same moment is the same content, to the last byte. */
struct store_moment {
	uint64_t opening;	/* which one of this live_store */
	uint64_t commit;	/* LMDB's number of the last one */
};

/* The moment that an open read sees. */
struct store_moment live_store_moment(const struct live_store *live,
    const struct store_txn *txn);

/* Whether a read that began now would see that moment.  It costs a small part
 * of a read; false also when the store is away. */
bool live_store_is_at(struct live_store *live,
    const struct store_moment *moment);

/*
 * Maps some of what is stored before somebody reads it (store/map_ahead.h),
 * if the store is open: to be called every second, always by the same thread,
 * and again after a pause when it returns true, as there is more.  It waits
 * for nobody: while another thread is at the barrier, or hangs there, nothing
 * is mapped.
 */
bool live_store_map_ahead(struct live_store *live);

#endif
