/* test_check_pages.c - a check walks all pages, and names those that lead
 * elsewhere. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "page_fixture.h"
#include "store/check.h"
#include "store/page.h"
#include "store_fixture.h"
#include "suite.h"

enum { FAULT_SIZE = 512 };

static bool
give_a_child_twice(uint8_t *page)
{
	if (!page_fixture_is_of_events(page, PAGE_BRANCH))
		return false;
	memcpy(page_fixture_record(page, 1), page_fixture_record(page, 2), 4);
	return true;
}

/* The tree of events, as the tree of trees tells of it. */
static bool
change_tree(uint8_t *page, void (*change)(struct page_tree *tree))
{
	if (page_flags(page) != PAGE_LEAF ||
	    !page_adds_up(page, PAGE_FIXTURE_BYTES))
		return false;
	for (unsigned int i = 0; i < page_record_count(page); i++) {
		struct page_record record = page_record(page, i);
		struct page_tree tree;

		if (record.flags != VALUE_TREE || record.key_len !=
		    strlen("events") ||
		    memcmp(record.key, "events", record.key_len) != 0)
			continue;
		memcpy(&tree, record.value, sizeof(tree));
		if (tree.depth < 2)
			return false;
		change(&tree);
		memcpy(page + (record.value - page), &tree, sizeof(tree));
		return true;
	}
	return false;
}

/* To its first leaf. */
static void
lower_root(struct page_tree *tree)
{
	tree->root = page_record(page_fixture_page(tree->root), 0).page;
	tree->depth--;
}

static void
count_a_record_less(struct page_tree *tree)
{
	tree->entries--;
}

static bool
change_root(uint8_t *page)
{
	return change_tree(page, lower_root);
}

static bool
change_count(uint8_t *page)
{
	return change_tree(page, count_a_record_less);
}

/* One in use, of which this is a list. */
static bool
free_a_page(uint8_t *page)
{
	struct page_record record;
	uint64_t number = page_number(page);

	if (page_flags(page) != PAGE_LEAF ||
	    !page_adds_up(page, PAGE_FIXTURE_BYTES))
		return false;
	record = page_record(page, 0);
	if (record.key_len != sizeof(uint64_t) || record.flags != 0)
		return false;
	memcpy(page + (record.value - page) + sizeof(number), &number,
	    sizeof(number));
	return true;
}

/* The older meta page says that it is the next one. */
static bool
pass_by_a_transaction(uint8_t *page)
{
	struct page_meta meta;
	struct page_meta other;

	memcpy(&meta, page, sizeof(meta));
	if (!page_meta_is_good(&meta) || meta.page_number >= META_PAGES)
		return false;
	memcpy(&other, page_fixture_page(1 - meta.page_number), sizeof(other));
	if (meta.txn_number + 1 != other.txn_number)
		return false;
	meta.txn_number += 2;
	memcpy(page, &meta, sizeof(meta));
	return true;
}

static const struct {
	const char *what;
	bool (*change)(uint8_t *page);
	const char *words;	/* of the first fault */
} check_rows[] = {
	{ "a child twice, another one never", give_a_child_twice,
	    "pages of events" },
	{ "a root that points elsewhere", change_root, "pages of events" },
	{ "another number of records", change_count, "299 records" },
	{ "a page in use that counts as free", free_a_page, "free pages" },
	{ "an older state that counts as the latest", pass_by_a_transaction,
	    "the latest transaction" },
};

static void
keep_first_fault(const char *fault, void *arg)
{
	char *first = arg;

	if (first[0] == '\0')
		snprintf(first, FAULT_SIZE, "%s", fault);
}

START_TEST(check_names_pages_that_lead_elsewhere)
{
	char first[FAULT_SIZE] = "";
	struct check_result result;
	struct store *store;
	struct store_txn *txn;

	page_fixture_damage(check_rows[_i].change);
	store = fixture_open(page_fixture_path(), STORE_READ);
	txn = fixture_read_begin(store);
	ck_assert_msg(store_check(txn, keep_first_fault, NULL, first,
	    &result) != ERR_NONE || result.faults > 0, "%s: check is content",
	    check_rows[_i].what);
	ck_assert_msg(strstr(first, check_rows[_i].words) != NULL, "%s: %s",
	    check_rows[_i].what, first);
	store_read_end(txn);
	store_close(store);
}
END_TEST

static bool
break_turn(uint8_t *page)
{
	struct page_meta meta;

	memcpy(&meta, page, sizeof(meta));
	if (!page_meta_is_good(&meta) || meta.page_number != 0)
		return false;
	meta.txn_number += 4;
	memcpy(page, &meta, sizeof(meta));
	return true;
}

START_TEST(a_store_whose_meta_pages_do_not_agree_is_not_opened)
{
	struct detail detail = { "" };
	struct store *store;

	page_fixture_damage(break_turn);
	ck_assert_int_eq(store_open(page_fixture_path(), STORE_READ,
	    FIXTURE_MAP_BYTES, &store, &detail), ERR_CORRUPT);
	ck_assert_ptr_nonnull(strstr(detail.text, "do not agree"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check pages");
	TCase *tcase = tcase_create("check pages");

	tcase_add_checked_fixture(tcase, page_fixture_setup,
	    page_fixture_teardown);
	tcase_add_loop_test(tcase, check_names_pages_that_lead_elsewhere, 0,
	    COUNT_OF(check_rows));
	tcase_add_test(tcase,
	    a_store_whose_meta_pages_do_not_agree_is_not_opened);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
