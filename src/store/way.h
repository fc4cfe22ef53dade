/* way.h - the way from the root of the events' tree to a leaf, without LMDB.
 *
 * LMDB follows whatever number stands in a page.  Where one was damaged, or
 * another page was written in its place, it ends at a leaf that is whole, but
 * is not in the tree, or was some commits ago.
 */
#ifndef STORE_WAY_H
#define STORE_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/page.h"

struct store_txn;

/* No tree is deeper. */
enum { WAY_DEPTH_MAX = 32 };

/* The tree of events in one state of the store. */
struct way {
	const uint8_t *base;	/* of the map */
	size_t page_bytes;
	uint64_t page_count;	/* in use, and within the map */
	struct page_tree tree;
};

/*
 * As a read transaction has it.
 *
 *   inside  a byte of a leaf of this tree where it lies in the map, which has
 *           to agree on where that begins; NULL: the tree is to be empty
 *
 * False: it cannot be found, or does not agree.
 */
bool way_find(struct store_txn *txn, const uint8_t *inside,
    struct way *way_out);

/* NULL unless it is of this kind, PAGE_BRANCH or PAGE_LEAF, and in its own
 * place. */
const uint8_t *way_page(const struct way *way, uint64_t number,
    unsigned int flags);

/* Whether the pages above lead to the leaf that this key lies in.  Looks at
 * no more of them than a search has to. */
bool way_leads_to(struct store_txn *txn, const uint8_t *key);

#endif
