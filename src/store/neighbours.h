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

/*
 * Whether a read transaction's record is the first behind the gap.
 *
 *   found   its key where it lies in the map, NULL: there is none
 *   inside  a byte of a leaf of this tree; NULL: none was found, as it is empty
 */
bool neighbours_are_next(struct store_txn *txn, struct gap gap,
    const uint8_t *found, const uint8_t *inside);

#endif
