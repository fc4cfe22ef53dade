/* retention.h - old events leave as new ones come.
 *
 * What every writer does around its own work: it makes room in a store that
 * is full of what nobody can read any more, and removes a little in step with
 * what it added, so that the store's size levels off.
 */
#ifndef RECORD_RETENTION_H
#define RECORD_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct store;
struct store_txn;

/* Begins a write transaction that takes events in; a store that is full is
 * pruned first, once.  Adds to *pruned.  ERR_FULL and the errors of
 * store_write_begin. */
enum error retention_begin(struct store *store, int64_t retention_ms,
    struct store_txn **txn_out, uint64_t *pruned);

/* What a transaction put. */
struct retention_load {
	size_t bytes;		/* of events' JSON */
	unsigned int idempotency_keys;
};

/* Removes about twice as much of what is too old, within the transaction
 * that put it.  Adds to *pruned. */
enum error retention_keep_step(struct store_txn *txn, int64_t retention_ms,
    const struct retention_load *load, uint64_t *pruned);

/* Removes a bounded step of what is too old, in a transaction of its own,
 * which is no commit when there was nothing.  is_done_out is whether nothing
 * more is to do now.  Adds to *pruned. */
enum error retention_step(struct store *store, int64_t retention_ms,
    bool *is_done_out, uint64_t *pruned);

#endif
