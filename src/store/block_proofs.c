/* block_proofs.c - whether a block that LMDB found is the one.
 *
 * LMDB's own pages have no checksums.  One that is damaged leads to another
 * place, or ends too early, and what lies between would be passed over without
 * a word; but then the order is wrong, or a page does not add up, or is not
 * where the pages above lead.
 */
#include "store/block_proofs.h"

#include <string.h>

#include "store/leaf_page.h"
#include "store/neighbours.h"
#include "store/page.h"
#include "store/proven.h"
#include "store/sealed.h"
#include "store/txn.h"
#include "store/way.h"

/* No key lies below. */
static const uint8_t lowest_key[BLOCK_KEY_BYTES];

static bool is_on_side(const void *key, enum side side,
    const uint8_t *bound);
static bool is_leaf_right(struct store_txn *txn, enum category category,
    const MDB_val *key, const MDB_val *value);
static bool is_leaf_in_tree(struct store_txn *txn, const MDB_val *key,
    const uint8_t *leaf);
static enum error check_gap(struct store_txn *txn, enum category category,
    const uint8_t *from, bool is_above, const uint8_t *found);
static bool are_of_one_leaf(const struct store_txn *txn,
    const uint8_t *key, const uint8_t *other);

enum error
block_proof_found(struct store_txn *txn, int code, enum category category,
    const MDB_val *key, const MDB_val *value, enum side side,
    const uint8_t *bound)
{
	if (code != MDB_SUCCESS)
		return ERR_NONE;
	if (key->mv_size != BLOCK_KEY_BYTES ||
	    (bound != NULL && !is_on_side(key->mv_data, side, bound)))
		return sealed_log_corrupt(txn, TREE_EVENTS, key->mv_data,
		    key->mv_size, "it is out of order");
	/* What a write transaction has changed lies elsewhere. */
	if (txn->is_write)
		return ERR_NONE;
	if (!is_leaf_right(txn, category, key, value))
		return sealed_log_corrupt(txn, TREE_EVENTS, key->mv_data,
		    key->mv_size, "its page is damaged, or another one by "
		    "the pages above");
	txn->last_keys[category] = key->mv_data;
	return ERR_NONE;
}

enum error
block_proof_first(struct store_txn *txn, int code, enum category category,
    const MDB_val *key, const uint8_t *wanted)
{
	const uint8_t *page;

	if (code == MDB_NOTFOUND)
		return check_gap(txn, category, wanted, false, NULL);
	if (code != MDB_SUCCESS || txn->is_write)
		return ERR_NONE;
	/* Before the first key of a leaf another leaf ends. */
	page = leaf_page_of(key->mv_data, txn->store->page_bytes);
	if (page_record(page, 0).key != (const uint8_t *)key->mv_data)
		return ERR_NONE;
	return check_gap(txn, category, wanted, false, key->mv_data);
}

enum error
block_proof_before(struct store_txn *txn, int code, enum category category,
    const MDB_val *key, const uint8_t *next)
{
	if (code == MDB_NOTFOUND)
		return check_gap(txn, category, lowest_key, false, next);
	if (code != MDB_SUCCESS ||
	    (next != NULL && are_of_one_leaf(txn, key->mv_data, next)))
		return ERR_NONE;
	return check_gap(txn, category, key->mv_data, true, next);
}

enum error
block_proof_step(struct store_txn *txn, int code, enum category category,
    const MDB_val *key, bool is_forward, const uint8_t *last)
{
	const uint8_t *found = code == MDB_SUCCESS ? key->mv_data : NULL;

	if (!is_forward)
		return block_proof_before(txn, code, category, key, last);
	if ((code != MDB_SUCCESS && code != MDB_NOTFOUND) ||
	    (found != NULL && are_of_one_leaf(txn, found, last)))
		return ERR_NONE;
	return check_gap(txn, category, last, true, found);
}

enum error
block_proof_key(struct store_txn *txn, const MDB_val *key,
    const MDB_val *value)
{
	if (txn->is_write)
		return ERR_NONE;
	proven_begin(&txn->proven, mdb_txn_id(txn->mdb));
	if (proven_has_key(&txn->proven, key->mv_data))
		return ERR_NONE;
	if (!sealed_is_whole(TREE_EVENTS, key, value))
		return sealed_log_corrupt(txn, TREE_EVENTS, key->mv_data,
		    key->mv_size, "its checksum is wrong");
	proven_add_key(&txn->proven, key->mv_data);
	return ERR_NONE;
}

static bool
is_on_side(const void *key, enum side side, const uint8_t *bound)
{
	int order = memcmp(key, bound, BLOCK_KEY_BYTES);

	switch (side) {
	case BELOW:
		return order < 0;
	case AT_OR_ABOVE:
		return order >= 0;
	default:
		return order > 0;
	}
}

/* Each page once in a transaction, as far as categories do not take turns. */
static bool
is_leaf_right(struct store_txn *txn, enum category category,
    const MDB_val *key, const MDB_val *value)
{
	const size_t page_bytes = txn->store->page_bytes;
	const uint8_t *page = leaf_page_of(key->mv_data, page_bytes);

	for (size_t i = 0; i < CATEGORY_COUNT; i++)
		if (txn->whole_pages[i] == page)
			return true;
	if (!leaf_page_is_whole(key, value, page_bytes) ||
	    !is_leaf_in_tree(txn, key, page))
		return false;
	txn->whole_pages[category] = page;
	return true;
}

static bool
is_leaf_in_tree(struct store_txn *txn, const MDB_val *key,
    const uint8_t *leaf)
{
	proven_begin(&txn->proven, mdb_txn_id(txn->mdb));
	if (proven_has_leaf(&txn->proven, leaf))
		return true;
	if (!way_leads_to(txn, key->mv_data))
		return false;
	proven_add_leaf(&txn->proven, leaf);
	return true;
}

/* Between keys of one leaf nothing can be hidden, between leaves it can. */
static enum error
check_gap(struct store_txn *txn, enum category category,
    const uint8_t *from, bool is_above, const uint8_t *found)
{
	struct gap gap = { from, is_above };

	if (txn->is_write)
		return ERR_NONE;
	proven_begin(&txn->proven, mdb_txn_id(txn->mdb));
	if (proven_has_next(&txn->proven, category, gap, found))
		return ERR_NONE;
	if (!neighbours_are_next(txn, gap, found, txn->last_keys[category]))
		return sealed_log_corrupt(txn, TREE_EVENTS, from,
		    BLOCK_KEY_BYTES, "what follows it lies elsewhere by the "
		    "pages above");
	proven_add_next(&txn->proven, category, gap, found);
	return ERR_NONE;
}

static bool
are_of_one_leaf(const struct store_txn *txn, const uint8_t *key,
    const uint8_t *other)
{
	return leaf_page_of(key, txn->store->page_bytes) ==
	    leaf_page_of(other, txn->store->page_bytes);
}
