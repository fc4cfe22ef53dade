/* test_neighbours_sizes.c - a store that nothing is wrong with grows and
 * shrinks, and no look at its pages says that something is. */
#include "store/events.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	PAGE_EVENTS = 10,
	/* Root and leaf are one, then there are branches, then two levels. */
	SINGLE_COMMITS = 120,
	EVENTS_MAX = 8600,
	COMMIT_EVENTS = 400,
	PADDING = 2200		/* each has a block of its own */
};

static struct fixture_page
scan(struct store_txn *txn, enum event_order order, unsigned int limit)
{
	struct event_range range = {
		.organization = 1,
		.filter = filter_all(),
		.order = order,
	};
	struct fixture_page page;

	ck_assert_int_eq(fixture_read_page(txn, &range, limit, &page),
	    ERR_NONE);
	return page;
}

/* Both ends, oldest and newest first, of events from one number to another. */
static void
expect_ends(struct store *store, int from, int end)
{
	unsigned int count = end - from < PAGE_EVENTS ?
	    (unsigned int)(end - from) : PAGE_EVENTS;
	struct store_txn *txn = fixture_read_begin(store);
	struct fixture_page page = scan(txn, OLDEST_FIRST, PAGE_EVENTS);

	ck_assert_uint_eq(page.count, count);
	ck_assert(count == 0 || page.first_ms == BASE_MS + from);
	page = scan(txn, NEWEST_FIRST, PAGE_EVENTS);
	ck_assert_uint_eq(page.count, count);
	ck_assert(count == 0 || page.first_ms == BASE_MS + end - 1);
	store_read_end(txn);
}

static void
append(struct store *store, int from, int end)
{
	struct store_txn *txn = fixture_write_begin(store);
	struct event_draft draft;

	for (int i = from; i < end; i++) {
		fixture_draft(&draft, CATEGORY_QUEUES, PADDING);
		ck_assert_int_eq(store_event_append(txn, 1, &draft,
		    BASE_MS + i), ERR_NONE);
	}
	fixture_commit(txn);
}

START_TEST(a_store_that_grows_and_shrinks_is_right_after_each_commit)
{
	struct store *store = fixture_store();
	struct store_txn *txn = fixture_write_begin(store);
	struct store_txn *older = NULL;
	int from = 0;
	int end = 0;

	ck_assert_uint_eq(fixture_organization(txn, "acme"), 1);
	fixture_commit(txn);
	while (end < EVENTS_MAX) {
		int more = end < SINGLE_COMMITS ? 1 : COMMIT_EVENTS;

		append(store, end, end + more);
		end += more;
		expect_ends(store, from, end);
		/* A state that others have left behind. */
		if (end == SINGLE_COMMITS)
			older = fixture_read_begin(store);
	}
	ck_assert_uint_eq(scan(older, OLDEST_FIRST, EVENTS_MAX).count,
	    SINGLE_COMMITS);
	store_read_end(older);
	while (from < end) {
		struct prune_result result;

		txn = fixture_write_begin(store);
		ck_assert_int_eq(store_event_prune(txn, BASE_MS + end,
		    end - from <= SINGLE_COMMITS ? 1 : COMMIT_EVENTS,
		    &result), ERR_NONE);
		fixture_commit(txn);
		from += (int)result.events;
		expect_ends(store, from, end);
	}
	store_close(store);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("neighbours_sizes");
	TCase *tcase = tcase_create("neighbours_sizes");

	tcase_add_test(tcase,
	    a_store_that_grows_and_shrinks_is_right_after_each_commit);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
