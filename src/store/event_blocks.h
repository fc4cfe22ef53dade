/* event_blocks.h - blocks of events in their tree. */
#ifndef STORE_EVENT_BLOCKS_H
#define STORE_EVENT_BLOCKS_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/block.h"
#include "store/sweep.h"

struct store_txn;

/* A block's key and value as they lie; borrowed from the transaction, and in
 * a write transaction only good until the next write. */
struct event_block {
	bool is_found;
	MDB_val key;
	MDB_val value;
};

/*
 * Finds the block of this range with the greatest key that is at or below
 * (is_at_included) or below the place; a NULL place is the range's end.
 * ERR_STORE.
 */
enum error event_block_find_last(struct store_txn *txn,
    uint32_t organization, enum category category,
    const struct cursor *place, bool is_at_included,
    struct event_block *block_out);

/* Finds the block of this range with the smallest key at or above the
 * place. */
enum error event_block_find_first(struct store_txn *txn,
    uint32_t organization, enum category category,
    const struct cursor *place, struct event_block *block_out);

/* Finds the first block at or behind this place in the order of ranges, of
 * whatever range it is. */
enum error event_block_find_any(struct store_txn *txn,
    struct sweep_place place, struct event_block *block_out);
/* The range that its key says. */
struct sweep_place event_block_range(const struct event_block *found);

/* The block after or before the one that was found last in this category. */
enum error event_block_step(struct store_txn *txn, uint32_t organization,
    enum category category, bool is_forward, struct event_block *block_out);

/* Tells the processor that a block which was found will be read. */
void event_block_fetch(const struct event_block *found);

/* Checks and reads a block that was found; ERR_CORRUPT is logged here. */
enum error event_block_read(struct store_txn *txn,
    const struct event_block *found, struct block *block_out);

/* Seals and writes the draft; what it stood for before is written over. */
enum error event_block_put(struct store_txn *txn, uint32_t organization,
    enum category category, struct block_draft *draft);
enum error event_block_remove(struct store_txn *txn, const MDB_val *key);

#endif
