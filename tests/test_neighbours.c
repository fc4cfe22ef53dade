/* test_neighbours.c - pages above leaves are damaged, and a search that ends
 * at another leaf is told from one that ends where it should; so is one that
 * the key of a block led astray. */
#include <string.h>

#include "base/text.h"
#include "page_fixture.h"
#include "store/events.h"
#include "store/page.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	PAGE_EVENTS = 10,
	CHILD_BYTES = 6,	/* of a record's header, a child's number */
	ROOT_OFFSET = 40	/* of a tree's record */
};

static int event_count = PAGE_FIXTURE_EVENTS;
static const struct filter only_queues = { 1U << CATEGORY_QUEUES };
static bool are_only_queues;

/* What a client asks for: some events behind a cursor. */
static enum error
read_page(struct store *store, enum event_order order,
    const struct cursor *after, struct fixture_page *page_out)
{
	struct event_range range = {
		.organization = 1,
		.filter = are_only_queues ? only_queues : filter_all(),
		.order = order,
		.after = after,
	};
	struct store_txn *txn = fixture_read_begin(store);
	enum error err;

	err = fixture_read_page(txn, &range, PAGE_EVENTS, page_out);
	store_read_end(txn);
	return err;
}

/* The events' numbers are their moments. */
static bool
is_right(const struct fixture_page *page, enum event_order order, int cursor)
{
	int there = order == OLDEST_FIRST ? event_count - 1 - cursor :
	    cursor;
	int first = order == OLDEST_FIRST ? cursor + 1 : cursor - 1;

	if (there > PAGE_EVENTS)
		there = PAGE_EVENTS;
	return page->count == (unsigned int)there &&
	    (there == 0 || page->first_ms == BASE_MS + first);
}

/* Pages at every place, of which none is wrong. */
static unsigned int
count_errors(const char *what)
{
	struct store *store = fixture_open(page_fixture_path(), STORE_READ);
	unsigned int errors = 0;

	for (int i = -1; i <= event_count; i++) {
		struct cursor after = { .stored_at_ms = BASE_MS + i };

		for (int order = OLDEST_FIRST; order <= NEWEST_FIRST;
		    order++) {
			struct fixture_page page;
			int cursor = i;
			enum error err;

			/* A cursor is behind or before its own event. */
			memset(after.id, order == OLDEST_FIRST ? 'z' : '-',
			    EVENT_ID_LEN);
			if (order == OLDEST_FIRST && i == event_count)
				cursor--;
			if (order == NEWEST_FIRST && i < 0)
				cursor = 0;
			err = read_page(store, (enum event_order)order,
			    &after, &page);
			ck_assert_msg(err == ERR_CORRUPT ||
			    is_right(&page, (enum event_order)order, cursor),
			    "%s: %u events behind the %dth in order %d",
			    what, page.count, i, order);
			errors += err == ERR_CORRUPT;
		}
	}
	store_close(store);
	return errors;
}

static void
exchange_children(uint8_t *page)
{
	uint8_t kept[CHILD_BYTES];

	memcpy(kept, page_fixture_record(page, 1), CHILD_BYTES);
	memcpy(page_fixture_record(page, 1), page_fixture_record(page, 3),
	    CHILD_BYTES);
	memcpy(page_fixture_record(page, 3), kept, CHILD_BYTES);
}

static void
repeat_a_child(uint8_t *page)
{
	memcpy(page_fixture_record(page, 2), page_fixture_record(page, 3),
	    CHILD_BYTES);
}

static void
hide_the_last_child(uint8_t *page)
{
	uint16_t lower = (uint16_t)(page_fixture_get(page + 12) - 2);

	memcpy(page + 12, &lower, sizeof(lower));
}

static void
change_its_number(uint8_t *page)
{
	page[0] ^= 1;
}

static const struct {
	const char *what;
	void (*change)(uint8_t *page);
} rows[] = {
	{ "two children are exchanged", exchange_children },
	{ "a child comes twice, another not", repeat_a_child },
	{ "the last child is hidden", hide_the_last_child },
	{ "it is another page", change_its_number },
};

static void (*wanted_change)(uint8_t *page);

static bool
change_branch(uint8_t *page)
{
	bool is_wanted = page_fixture_is_of_events(page, PAGE_BRANCH);

	if (is_wanted)
		wanted_change(page);
	return is_wanted;
}

START_TEST(a_damaged_branch_hides_nothing_from_a_page)
{
	wanted_change = rows[_i].change;
	page_fixture_damage(change_branch);
	ck_assert_uint_gt(count_errors(rows[_i].what), 0);
}
END_TEST

/* Makes one of the root's children the root. */
static bool
change_root(uint8_t *page)
{
	uint8_t *tree = page_flags(page) != PAGE_LEAF ? NULL :
	    page_fixture_find_tree(page, "events");
	const uint8_t *branch;
	uint64_t number;

	if (tree == NULL)
		return false;
	memcpy(&number, tree + ROOT_OFFSET, sizeof(number));
	/* An older page of this tree may lie about. */
	branch = number == PAGE_NONE ? page : page_fixture_page(number);
	if (page_flags(branch) != PAGE_BRANCH)
		return false;
	number = page_record(branch, 2).page;
	memcpy(tree + ROOT_OFFSET, &number, sizeof(number));
	return true;
}

START_TEST(a_root_that_is_another_page_hides_nothing_from_a_page)
{
	page_fixture_damage(change_root);
	ck_assert_uint_gt(count_errors("the root is a child"), 0);
}
END_TEST

static uint8_t roots[3][PAGE_FIXTURE_BYTES];
static unsigned int root_count;

static bool
keep_root(uint8_t *page)
{
	bool is_root = page_fixture_is_of_events(page, PAGE_BRANCH);

	if (is_root) {
		ck_assert_uint_lt(root_count, COUNT_OF(roots));
		memcpy(roots[root_count++], page, PAGE_FIXTURE_BYTES);
	}
	return is_root;
}

static bool
write_next_root(uint8_t *page)
{
	bool is_root = page_fixture_is_of_events(page, PAGE_BRANCH);

	if (is_root)
		memcpy(page, roots[++root_count % COUNT_OF(roots)],
		    PAGE_FIXTURE_BYTES);
	return is_root;
}

/* As writes that went to wrong places: what the root was some commits ago,
 * whose leaves are whole, and have no event that is the last but one. */
START_TEST(an_older_page_in_place_of_another_hides_nothing)
{
	root_count = 0;
	/* In the last leaf, too: nobody comes to its end. */
	page_fixture_append(event_count - 1, CATEGORY_OTHER);
	page_fixture_append(event_count++, CATEGORY_QUEUES);
	are_only_queues = true;
	page_fixture_damage(keep_root);
	ck_assert_uint_eq(root_count, COUNT_OF(roots));
	for (unsigned int turn = 1; turn < COUNT_OF(roots); turn++) {
		root_count = turn - 1;
		page_fixture_damage(write_next_root);
		ck_assert_uint_gt(count_errors("the root is older"), 0);
	}
	event_count = PAGE_FIXTURE_EVENTS;
	are_only_queues = false;
}
END_TEST

/* LMDB does not look at it, but whoever asks where the map begins. */
static bool
change_number_of_first_leaf(uint8_t *page)
{
	bool is_first = page_flags(page) == PAGE_LEAF &&
	    page_fixture_find_tree(page, "events") != NULL;

	if (is_first)
		page[5] ^= 0x40;
	return is_first;
}

START_TEST(another_begin_of_the_map_is_an_error)
{
	page_fixture_damage(change_number_of_first_leaf);
	ck_assert_uint_gt(count_errors("the map begins elsewhere"), 0);
}
END_TEST

static struct {
	unsigned int record;	/* of each leaf */
	unsigned int byte;	/* of its key */
} wanted_flip;

static bool
change_key(uint8_t *page)
{
	uint8_t *record;

	if (!page_fixture_is_of_events(page, PAGE_LEAF) ||
	    wanted_flip.record >= page_fixture_record_count(page))
		return false;
	record = page_fixture_record(page, wanted_flip.record);
	record[RECORD_HEADER_BYTES + wanted_flip.byte] ^= 4;
	return true;
}

/* The organization's last byte, the category, the moment's last bytes. */
static const unsigned int key_bytes[] = { 3, 4, 11, 12 };

START_TEST(a_damaged_key_hides_nothing_from_a_page)
{
	static const unsigned int records[] = { 0, 1, 7, 19 };

	for (size_t i = 0; i < COUNT_OF(records); i++) {
		wanted_flip.record = records[i];
		wanted_flip.byte = key_bytes[_i];
		page_fixture_damage(change_key);
		ck_assert_uint_gt(count_errors("a key is damaged"), 0);
		page_fixture_damage(change_key);
	}
	ck_assert_uint_eq(count_errors("all is mended"), 0);
}
END_TEST

START_TEST(pages_of_a_whole_store_are_right)
{
	ck_assert_uint_eq(count_errors("nothing is damaged"), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("neighbours");
	TCase *tcase = tcase_create("neighbours");

	tcase_add_checked_fixture(tcase, page_fixture_setup,
	    page_fixture_teardown);
	tcase_add_loop_test(tcase,
	    a_damaged_branch_hides_nothing_from_a_page, 0, COUNT_OF(rows));
	tcase_add_test(tcase,
	    a_root_that_is_another_page_hides_nothing_from_a_page);
	tcase_add_test(tcase,
	    an_older_page_in_place_of_another_hides_nothing);
	tcase_add_test(tcase, another_begin_of_the_map_is_an_error);
	tcase_add_loop_test(tcase, a_damaged_key_hides_nothing_from_a_page,
	    0, COUNT_OF(key_bytes));
	tcase_add_test(tcase, pages_of_a_whole_store_are_right);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
