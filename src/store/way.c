/* way.c - the way from the root of the events' tree to a leaf. */
#include "store/way.h"

#include <lmdb.h>
#include <string.h>

#include "store/block.h"
#include "store/leaf_page.h"
#include "store/txn.h"

static bool find_child(const uint8_t *page, size_t page_bytes,
    const uint8_t *key, uint64_t *child_out);

bool
way_find(struct store_txn *txn, const uint8_t *inside, struct way *way_out)
{
	const struct store *store = txn->store;
	const size_t page_bytes = store->page_bytes;
	MDB_envinfo state;
	MDB_val key;
	MDB_val value;

	*way_out = (struct way){ .page_bytes = page_bytes };
	/* It is only read. */
	key.mv_data = (void *)(uintptr_t)tree_name(TREE_EVENTS);
	key.mv_size = strlen(tree_name(TREE_EVENTS));
	if (mdb_env_info(store->env, &state) != MDB_SUCCESS ||
	    mdb_get(txn->mdb, store->first_tree, &key, &value) !=
	    MDB_SUCCESS || value.mv_size != sizeof(way_out->tree))
		return false;
	memcpy(&way_out->tree, value.mv_data, sizeof(way_out->tree));
	if (inside == NULL)
		return way_out->tree.root == PAGE_NONE &&
		    way_out->tree.depth == 0;
	/* Other processes may have made it larger than our map. */
	way_out->page_count = state.me_mapsize / page_bytes;
	if (state.me_last_pgno < way_out->page_count)
		way_out->page_count = state.me_last_pgno + 1;
	/* LMDB does not tell where it begins.  One number may be damaged. */
	way_out->base = leaf_page_map(leaf_page_of(value.mv_data, page_bytes),
	    page_bytes);
	return way_out->base == leaf_page_map(leaf_page_of(inside,
	    page_bytes), page_bytes) && way_out->tree.depth >= 1 &&
	    way_out->tree.depth <= WAY_DEPTH_MAX;
}

const uint8_t *
way_page(const struct way *way, uint64_t number, unsigned int flags)
{
	const uint8_t *page;

	if (number < META_PAGES || number >= way->page_count)
		return NULL;
	page = way->base + number * way->page_bytes;
	return page_number(page) == number && page_flags(page) == flags ?
	    page : NULL;
}

bool
way_leads_to(struct store_txn *txn, const uint8_t *key)
{
	struct way way;
	uint64_t number;

	if (!way_find(txn, key, &way))
		return false;
	number = way.tree.root;
	for (unsigned int level = 1; level < way.tree.depth; level++) {
		const uint8_t *page = way_page(&way, number, PAGE_BRANCH);

		if (page == NULL || !find_child(page, way.page_bytes, key,
		    &number))
			return false;
	}
	return way_page(&way, number, PAGE_LEAF) ==
	    leaf_page_of(key, way.page_bytes);
}

/* False when a record that a search meets does not lie in the page. */
static bool
find_child(const uint8_t *page, size_t page_bytes, const uint8_t *key,
    uint64_t *child_out)
{
	unsigned int low = 1;
	unsigned int high;

	if (!page_has_records(page, page_bytes))
		return false;
	high = page_record_count(page);
	/* The first key stands for all below the second. */
	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		struct page_record record;

		if (!page_has_record(page, page_bytes, middle))
			return false;
		record = page_record(page, middle);
		if (record.key_len != BLOCK_KEY_BYTES)
			return false;
		if (memcmp(record.key, key, BLOCK_KEY_BYTES) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!page_has_record(page, page_bytes, low - 1))
		return false;
	*child_out = page_record(page, low - 1).page;
	return true;
}
