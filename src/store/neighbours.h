/* neighbours.h - whether records of the events lie next to each other.
 *
 * LMDB's pages have no checksums.  Where a branch is another one than it was,
 * a search ends at a wrong leaf, and passes over what lies between; within a
 * leaf that is whole nothing is passed over.  So only between leaves the way
 * from the root is gone again, with a look at each page on it.
 */
#ifndef STORE_NEIGHBOURS_H
#define STORE_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/block.h"

struct store_txn;

/* From where on a record is to be the first. */
struct gap {
	const uint8_t *key;	/* BLOCK_KEY_BYTES, borrowed */
	bool is_above;		/* above the key; else at it or above */
};

/* What was found to be true, in which state of the store; all zero: nothing. */
struct proven_gap {
	uint64_t txn_number;
	const uint8_t *found;
	bool is_above;
	uint8_t key[BLOCK_KEY_BYTES];
};

/*
 * Whether a read transaction's record is the first behind the gap.
 *
 *   found   its key where it lies in the map, NULL: there is none
 *   inside  a byte of a leaf of this tree; NULL: none was found, as it is empty
 *   proven  what was proven last, for the same and for larger gaps; in the
 *           same state of the store that costs one comparison of keys
 */
bool neighbours_are_next(struct store_txn *txn, struct gap gap,
    const uint8_t *found, const uint8_t *inside, struct proven_gap *proven);

#endif
