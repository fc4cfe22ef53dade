/* room.h - how much of the map is in use, and when intake stops.
 *
 * LMDB needs pages even to free some: when none is left, it never gets out
 * of that again.  So intake stops at MAP_USE_PERCENT_MAX, and a transaction
 * that took events in is given up when too little would be left for pruning.
 */
#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct store;
struct store_txn;

/* The pages of all trees; exact, and a look at nine numbers. */
enum error room_used_pages(struct store_txn *txn, uint64_t *pages_out);

/*
 * Whether a transaction may take events in; ERR_FULL when not, which is
 * logged when a reader that does not end is the cause.  pinned_out is the
 * number of freed pages that cannot be used again yet.
 */
enum error room_check_begin(struct store *store, uint64_t *pinned_out);

/*
 * Keeps room on the disk behind the last page that was committed, of a
 * transaction that takes events in: with a disk that is full, pruning writes
 * there before it frees anything.  ERR_FULL when there is none, nor as many
 * free pages within the file.
 */
enum error room_reserve(struct store_txn *txn, int fd, uint64_t last_page);

/* Whether enough would be left after this transaction; ERR_FULL. */
enum error room_check_commit(struct store_txn *txn);

#endif
