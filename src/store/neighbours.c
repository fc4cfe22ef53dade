/* neighbours.c - records that lie next to each other, found by their pages. */
#include "store/neighbours.h"

#include <stddef.h>
#include <string.h>

#include "store/page.h"
#include "store/txn.h"
#include "store/way.h"

/* A leaf that has no such record sends on to the next one, and that has. */
enum { LEAVES_MAX = 2 };

/* Keys of a page: at or above the one, below the other; NULL: no bound. */
struct bounds {
	const uint8_t *lower;
	const uint8_t *upper;
};

static bool find_next(struct store_txn *txn, struct gap gap,
    const uint8_t *inside, const uint8_t **next_out);
static const uint8_t *find_leaf(const struct way *way, struct gap gap,
    struct bounds *bounds_out);
static const uint8_t *page_at(const struct way *way, uint64_t number,
    unsigned int flags);
static bool narrow(const uint8_t *page, struct gap gap,
    struct bounds *bounds, uint64_t *child_out);
static bool first_in_leaf(const uint8_t *page, struct gap gap,
    struct bounds bounds, const uint8_t **first_out);
static unsigned int count_before(const uint8_t *page, struct gap gap,
    unsigned int from, bool *are_keys_out);
static bool lies_before(const uint8_t *key, struct gap gap);

bool
neighbours_are_next(struct store_txn *txn, struct gap gap,
    const uint8_t *found, const uint8_t *inside)
{
	const uint8_t *next;

	return find_next(txn, gap, inside, &next) && next == found;
}

/* False: a page on the way is not what it should be. */
static bool
find_next(struct store_txn *txn, struct gap gap, const uint8_t *inside,
    const uint8_t **next_out)
{
	struct way way;

	*next_out = NULL;
	if (!way_find(txn, inside, &way))
		return false;
	if (inside == NULL)
		return true;
	for (int i = 0; i < LEAVES_MAX; i++) {
		struct bounds bounds;
		const uint8_t *leaf = find_leaf(&way, gap, &bounds);

		if (leaf == NULL ||
		    !first_in_leaf(leaf, gap, bounds, next_out))
			return false;
		if (*next_out != NULL || bounds.upper == NULL)
			return true;
		gap.key = bounds.upper;
		gap.is_above = false;
	}
	return false;
}

static const uint8_t *
find_leaf(const struct way *way, struct gap gap, struct bounds *bounds_out)
{
	uint64_t number = way->tree.root;

	*bounds_out = (struct bounds){ NULL, NULL };
	for (unsigned int level = 1; level < way->tree.depth; level++) {
		const uint8_t *page = page_at(way, number, PAGE_BRANCH);

		if (page == NULL || !narrow(page, gap, bounds_out, &number))
			return NULL;
	}
	return page_at(way, number, PAGE_LEAF);
}

/* NULL unless it adds up. */
static const uint8_t *
page_at(const struct way *way, uint64_t number, unsigned int flags)
{
	const uint8_t *page = way_page(way, number, flags);

	return page != NULL && page_adds_up(page, way->page_bytes) ? page :
	    NULL;
}

/* To the child where the gap begins, whose bounds lie within the branch's. */
static bool
narrow(const uint8_t *page, struct gap gap, struct bounds *bounds,
    uint64_t *child_out)
{
	/* A child's key belongs to it: what is above the gap's begin may be
	 * in the child before, but not what is at it. */
	const struct gap from = { gap.key, true };
	unsigned int count = page_record_count(page);
	bool are_keys;
	unsigned int before = count_before(page, from, 1, &are_keys);
	struct bounds child = *bounds;

	if (!are_keys)
		return false;
	if (before > 1)
		child.lower = page_record(page, before - 1).key;
	if (before < count)
		child.upper = page_record(page, before).key;
	*child_out = page_record(page, before - 1).page;
	if ((bounds->lower != NULL && memcmp(child.lower, bounds->lower,
	    BLOCK_KEY_BYTES) < 0) ||
	    (bounds->upper != NULL && memcmp(child.upper, bounds->upper,
	    BLOCK_KEY_BYTES) > 0))
		return false;
	*bounds = child;
	return true;
}

/* NULL when all of the leaf lies before. */
static bool
first_in_leaf(const uint8_t *page, struct gap gap, struct bounds bounds,
    const uint8_t **first_out)
{
	unsigned int count = page_record_count(page);
	bool are_keys;
	unsigned int before = count_before(page, gap, 0, &are_keys);

	*first_out = before < count ? page_record(page, before).key : NULL;
	return are_keys && (bounds.lower == NULL || memcmp(bounds.lower,
	    page_record(page, 0).key, BLOCK_KEY_BYTES) <= 0) &&
	    (bounds.upper == NULL || memcmp(bounds.upper,
	    page_record(page, count - 1).key, BLOCK_KEY_BYTES) > 0);
}

/* How many records lie before the gap's end, counting those before `from`,
 * whose keys do not count. */
static unsigned int
count_before(const uint8_t *page, struct gap gap, unsigned int from,
    bool *are_keys_out)
{
	unsigned int low = from;
	unsigned int high = page_record_count(page);

	*are_keys_out = true;
	for (unsigned int i = from; i < high; i++)
		if (page_record(page, i).key_len != BLOCK_KEY_BYTES)
			*are_keys_out = false;
	while (*are_keys_out && low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (lies_before(page_record(page, middle).key, gap))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
lies_before(const uint8_t *key, struct gap gap)
{
	int order = memcmp(key, gap.key, BLOCK_KEY_BYTES);

	return order < 0 || (order == 0 && gap.is_above);
}
