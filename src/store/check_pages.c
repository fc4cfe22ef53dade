/* check_pages.c - whether the pages of a store's trees are those that LMDB
 * wrote.
 *
 * They have no checksums, and one that is damaged hides what lies below it.
 * But each tree tells how many pages and records it has, each page its own
 * number and what fills it, a branch between which keys its children lie; and
 * no page is in two places, or both in use and free.  Here all of that is
 * compared, without LMDB: what it would pass over shows, and what it would
 * give up at is named.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/check_part.h"
#include "store/page.h"
#include "store/page_file.h"

enum {
	FAULT_TEXT_SIZE = 256,
	/* LMDB's own bound. */
	DEPTH_MAX = 32,
	BITS = 8,
	FIRST_TXN = 1
};

/* One tree, as far as it was walked. */
struct walk {
	struct check *check;
	struct page_file *pages;
	const char *name;
	unsigned int depth;
	bool has_numbers;	/* its keys are such, in native order */
	uint64_t branch_pages;
	uint64_t leaf_pages;
	uint64_t overflow_pages;
	uint64_t entries;
	struct page_record last;	/* the record before, or no key */
	/* Called for each record, if there is something to do. */
	void (*visit)(struct walk *walk, const struct page_record *record);
};

/* What is below a branch lies between two of its keys; NULL: no bound. */
struct bounds {
	const struct page_record *lower;
	const struct page_record *upper;
};

static void check_latest(struct walk *walk, uint64_t txn_number);
static void visit_free(struct walk *walk, const struct page_record *record);
static void visit_tree(struct walk *walk, const struct page_record *record);
static void walk_tree(struct walk *walk, const struct page_tree *tree);
static void walk_page(struct walk *walk, uint64_t number, unsigned int level,
    struct bounds bounds);
static void walk_branch(struct walk *walk, const uint8_t *page,
    unsigned int level, struct bounds bounds);
static void walk_leaf(struct walk *walk, const uint8_t *page,
    struct bounds bounds);
static const uint8_t *value_of(struct walk *walk,
    const struct page_record *record);
static const uint8_t *take_far(struct walk *walk,
    const struct page_record *record);
static bool own(struct page_file *pages, uint64_t number);
static int compare(const struct walk *walk, const struct page_record *a,
    const struct page_record *b);
static void compare_count(struct walk *walk, const char *what, uint64_t told,
    uint64_t found);
static void fault(struct walk *walk, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

enum error
check_pages(struct check *check)
{
	struct page_file pages;
	struct walk free_walk = {
		.check = check,
		.pages = &pages,
		.name = "free pages",
		.has_numbers = true,
		.visit = visit_free,
	};
	struct walk trees_walk = {
		.check = check,
		.pages = &pages,
		.name = "trees",
		.visit = visit_tree,
	};
	struct page_meta meta;
	enum error err;

	/* What a write transaction has changed is not in the file. */
	if (check->txn->is_write)
		return ERR_NONE;
	err = page_file_open(check->txn, &pages, &meta);
	if (err == ERR_NONE) {
		/* The free ones last: then who has them is known. */
		walk_tree(&trees_walk, &meta.trees[1]);
		walk_tree(&free_walk, &meta.trees[0]);
		check_latest(&free_walk, meta.txn_number);
	} else if (err == ERR_CORRUPT) {
		check->result->faults++;
		check->report("data.mdb: it ends before its last page",
		    check->arg);
	}
	page_file_close(&pages);
	/* Of a store that has changed since there is nothing to say. */
	return err == ERR_CORRUPT || err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* Each transaction but the first writes a page anew at least, and puts the old
 * one among the free ones. */
static void
check_latest(struct walk *walk, uint64_t txn_number)
{
	uint64_t latest = 0;

	if (walk->last.key != NULL && walk->last.key_len == sizeof(latest))
		memcpy(&latest, walk->last.key, sizeof(latest));
	if (txn_number > FIRST_TXN && latest != txn_number)
		fault(walk, "the latest transaction is %" PRIu64 ", but the "
		    "last one of these is %" PRIu64, txn_number, latest);
}

/* The pages that a transaction, which is the key, no longer needed: their
 * count, and then each. */
static void
visit_free(struct walk *walk, const struct page_record *record)
{
	const uint8_t *value = value_of(walk, record);
	size_t count = record->value_len / sizeof(uint64_t);
	uint64_t number;

	if (value == NULL)
		return;
	if (record->value_len % sizeof(number) != 0 || count == 0) {
		fault(walk, "a list of them has no whole length");
		return;
	}
	memcpy(&number, value, sizeof(number));
	if (number != count - 1)
		fault(walk, "a list of them has another length than it says");
	for (size_t i = 1; i < count; i++) {
		memcpy(&number, value + i * sizeof(number), sizeof(number));
		if (!own(walk->pages, number))
			fault(walk, "page %" PRIu64 " is in use, too, or free "
			    "twice, or not in the file", number);
	}
}

static void
visit_tree(struct walk *walk, const struct page_record *record)
{
	char name[FAULT_TEXT_SIZE / 4];
	struct page_tree tree;
	struct walk below = {
		.check = walk->check,
		.pages = walk->pages,
		.name = name,
	};
	int len = record->key_len < sizeof(name) ? (int)record->key_len :
	    (int)sizeof(name) - 1;

	snprintf(name, sizeof(name), "%.*s", len, (const char *)record->key);
	if (record->flags != VALUE_TREE || record->value_len != sizeof(tree)) {
		fault(walk, "%s is not a tree", name);
		return;
	}
	memcpy(&tree, record->value, sizeof(tree));
	walk_tree(&below, &tree);
}

static void
walk_tree(struct walk *walk, const struct page_tree *tree)
{
	struct bounds bounds = { NULL, NULL };

	walk->depth = tree->depth;
	if ((tree->root == PAGE_NONE) != (tree->depth == 0) ||
	    tree->depth > DEPTH_MAX) {
		fault(walk, "its root or its depth, %u, is damaged",
		    tree->depth);
		return;
	}
	if (tree->root != PAGE_NONE)
		walk_page(walk, tree->root, 1, bounds);
	compare_count(walk, "branch pages", tree->branch_pages,
	    walk->branch_pages);
	compare_count(walk, "leaf pages", tree->leaf_pages, walk->leaf_pages);
	compare_count(walk, "overflow pages", tree->overflow_pages,
	    walk->overflow_pages);
	compare_count(walk, "records", tree->entries, walk->entries);
}

/* No deeper than the tree says, which is bounded. */
static void
walk_page(struct walk *walk, uint64_t number, unsigned int level,
    struct bounds bounds)
{
	struct page_file *pages = walk->pages;
	bool is_leaf = level == walk->depth;
	const uint8_t *page;

	if (!own(pages, number)) {
		fault(walk, "page %" PRIu64 " is in two places, or not in the "
		    "file", number);
		return;
	}
	page = pages->map + number * pages->page_bytes;
	if (page_number(page) != number)
		fault(walk, "page %" PRIu64 " is another one, %" PRIu64,
		    number, page_number(page));
	else if (page_flags(page) != (is_leaf ? PAGE_LEAF : PAGE_BRANCH))
		fault(walk, "page %" PRIu64 " is of another kind", number);
	else if (!page_adds_up(page, pages->page_bytes))
		fault(walk, "page %" PRIu64 " does not add up", number);
	else if (is_leaf)
		walk_leaf(walk, page, bounds);
	else
		walk_branch(walk, page, level, bounds);
}

static void
walk_branch(struct walk *walk, const uint8_t *page, unsigned int level,
    struct bounds bounds)
{
	unsigned int count = page_record_count(page);
	struct page_record here = page_record(page, 0);
	struct page_record next;

	walk->branch_pages++;
	for (unsigned int i = 0; i < count; i++, here = next) {
		struct bounds below = bounds;

		/* The first one's key does not count: it has all that is
		 * lower than the second one's. */
		if (i > 0)
			below.lower = &here;
		if (i + 1 < count) {
			next = page_record(page, i + 1);
			below.upper = &next;
		}
		if (below.lower != NULL && below.upper != NULL &&
		    compare(walk, below.lower, below.upper) >= 0)
			fault(walk, "the keys of page %" PRIu64 " are not in "
			    "order", page_number(page));
		walk_page(walk, here.page, level + 1, below);
	}
}

static void
walk_leaf(struct walk *walk, const uint8_t *page, struct bounds bounds)
{
	unsigned int count = page_record_count(page);

	walk->leaf_pages++;
	for (unsigned int i = 0; i < count; i++) {
		struct page_record record = page_record(page, i);

		if (walk->last.key != NULL &&
		    compare(walk, &walk->last, &record) >= 0)
			fault(walk, "the keys of page %" PRIu64 " are not in "
			    "order", page_number(page));
		if ((bounds.lower != NULL &&
		    compare(walk, bounds.lower, &record) > 0) ||
		    (bounds.upper != NULL &&
		    compare(walk, bounds.upper, &record) <= 0))
			fault(walk, "a key of page %" PRIu64 " lies elsewhere "
			    "by the pages above", page_number(page));
		walk->last = record;
		walk->entries++;
		if (walk->visit != NULL)
			walk->visit(walk, &record);
		else
			(void)value_of(walk, &record);
	}
}

/* All of it, wherever it lies; NULL when that is damaged. */
static const uint8_t *
value_of(struct walk *walk, const struct page_record *record)
{
	if (record->flags == 0)
		return record->value;
	if (record->flags == VALUE_FAR)
		return take_far(walk, record);
	fault(walk, "a record is of an unknown kind, %x", record->flags);
	return NULL;
}

static const uint8_t *
take_far(struct walk *walk, const struct page_record *record)
{
	struct page_file *pages = walk->pages;
	uint64_t first = record->page;
	uint64_t count = (PAGE_HEADER_BYTES + (uint64_t)record->value_len +
	    pages->page_bytes - 1) / pages->page_bytes;
	const uint8_t *page;

	for (uint64_t i = 0; i < count; i++)
		if (!own(pages, first + i)) {
			fault(walk, "page %" PRIu64 " is in two places, or "
			    "not in the file", first + i);
			return NULL;
		}
	walk->overflow_pages += count;
	page = pages->map + first * pages->page_bytes;
	if (page_number(page) == first && page_flags(page) == PAGE_OVERFLOW &&
	    page_overflow_count(page) == count)
		return page + PAGE_HEADER_BYTES;
	fault(walk, "page %" PRIu64 " is another one, or of another kind or "
	    "length", first);
	return NULL;
}

/* Whether it is in the file, and was nobody's. */
static bool
own(struct page_file *pages, uint64_t number)
{
	uint8_t bit = (uint8_t)(1U << number % BITS);

	if (number < META_PAGES || number >= pages->page_count ||
	    (pages->owned[number / BITS] & bit) != 0)
		return false;
	pages->owned[number / BITS] |= bit;
	return true;
}

static int
compare(const struct walk *walk, const struct page_record *a,
    const struct page_record *b)
{
	size_t len = a->key_len < b->key_len ? a->key_len : b->key_len;
	uint64_t numbers[2] = { 0, 0 };
	int order;

	if (walk->has_numbers && len == sizeof(numbers[0])) {
		memcpy(&numbers[0], a->key, len);
		memcpy(&numbers[1], b->key, len);
		return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1]);
	}
	order = memcmp(a->key, b->key, len);
	return order != 0 ? order :
	    (a->key_len > b->key_len) - (a->key_len < b->key_len);
}

static void
compare_count(struct walk *walk, const char *what, uint64_t told,
    uint64_t found)
{
	if (told != found)
		fault(walk, "it says %" PRIu64 " %s, and %" PRIu64 " are "
		    "found", told, what, found);
}

static void
fault(struct walk *walk, const char *format, ...)
{
	struct check *check = walk->check;
	char text[FAULT_TEXT_SIZE];
	va_list args;
	int len = snprintf(text, sizeof(text), "pages of %s: ", walk->name);

	va_start(args, format);
	vsnprintf(text + len, sizeof(text) - (size_t)len, format, args);
	va_end(args);
	check->result->faults++;
	check->report(text, check->arg);
}
