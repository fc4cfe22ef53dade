/* test_store_prune.c - old blocks go, a few at a time. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/events.h"
#include "store_fixture.h"
#include "suite.h"

enum { ORGANIZATIONS = 30, EVENTS_EACH = 60, ROUNDS_MAX = 1000 };

/* When every event is old. */
#define LATER_MS (BASE_MS + DAY_MS)

static struct store *store;
static struct store_txn *txn;

static void
setup(void)
{
	store = fixture_store();
	txn = fixture_write_begin(store);
}

static void
teardown(void)
{
	store_write_abort(txn);
	store_close(store);
}

/* One event a minute and category for each organization. */
static void
fill(uint32_t numbers[ORGANIZATIONS])
{
	struct event_draft draft;
	char name[16];

	for (int i = 0; i < ORGANIZATIONS; i++) {
		snprintf(name, sizeof(name), "o%d", i);
		numbers[i] = fixture_organization(txn, name);
	}
	for (int n = 0; n < EVENTS_EACH; n++)
		for (int i = 0; i < ORGANIZATIONS; i++) {
			fixture_draft(&draft, (enum category)
			    (n % CATEGORY_COUNT), 900);
			ck_assert_int_eq(store_event_append(txn, numbers[i],
			    &draft, BASE_MS + n * 60000), ERR_NONE);
		}
}

struct kept {
	uint64_t count;
	uint64_t old_count;
	int64_t oldest_ms;
};

static bool
count_kept(const struct event_view *view, void *arg)
{
	struct kept *kept = arg;

	kept->count++;
	kept->old_count += view->place.stored_at_ms < kept->oldest_ms;
	return true;
}

static struct kept
look(uint32_t organization, int64_t oldest_ms)
{
	struct kept kept = { .oldest_ms = oldest_ms };
	struct event_range range = {
		.organization = organization,
		.filter = filter_all(),
	};

	ck_assert_int_eq(store_event_scan(txn, &range, count_kept, &kept),
	    ERR_NONE);
	return kept;
}

/* Prunes until it is done and returns the events that went. */
static uint64_t
prune_all(int64_t oldest_ms, unsigned int blocks_max, int *calls_out)
{
	uint64_t events = 0;

	for (*calls_out = 1; *calls_out < ROUNDS_MAX; ++*calls_out) {
		struct prune_result result;

		ck_assert_int_eq(store_event_prune(txn, oldest_ms,
		    blocks_max, &result), ERR_NONE);
		ck_assert_uint_le(result.blocks, blocks_max);
		events += result.events;
		if (result.is_done)
			return events;
	}
	ck_abort_msg("pruning never ends");
	return events;
}

START_TEST(an_empty_store_is_done_at_once)
{
	struct prune_result result;

	ck_assert_int_eq(store_event_prune(txn, BASE_MS, 1, &result),
	    ERR_NONE);
	ck_assert(result.is_done);
	ck_assert_uint_eq(result.events, 0);
}
END_TEST

START_TEST(all_that_is_old_goes_in_small_steps)
{
	uint32_t numbers[ORGANIZATIONS];
	int calls;

	fill(numbers);
	ck_assert_uint_eq(prune_all(LATER_MS, 3, &calls),
	    ORGANIZATIONS * EVENTS_EACH);
	ck_assert_int_gt(calls, 40);
	for (int i = 0; i < ORGANIZATIONS; i++)
		ck_assert_uint_eq(look(numbers[i], 0).count, 0);
}
END_TEST

START_TEST(nothing_goes_that_is_not_old)
{
	uint32_t numbers[ORGANIZATIONS];
	int64_t oldest_ms = BASE_MS + 30 * 60000;
	int calls;

	fill(numbers);
	prune_all(oldest_ms, 256, &calls);
	for (int i = 0; i < ORGANIZATIONS; i++) {
		struct kept kept = look(numbers[i], oldest_ms);

		/* Old ones only share a block with one that is not. */
		ck_assert_uint_eq(kept.count - kept.old_count, 30);
		ck_assert_uint_lt(kept.old_count, 30);
	}
}
END_TEST

START_TEST(an_event_of_the_very_moment_stays)
{
	uint32_t organization = fixture_organization(txn, "here");
	struct event_draft draft;
	struct prune_result result;

	fixture_draft(&draft, CATEGORY_QUEUES, 0);
	ck_assert_int_eq(store_event_append(txn, organization, &draft,
	    BASE_MS), ERR_NONE);
	ck_assert_int_eq(store_event_prune(txn, BASE_MS, 1, &result),
	    ERR_NONE);
	ck_assert_uint_eq(result.events, 0);
	ck_assert_int_eq(store_event_prune(txn, BASE_MS + 1, 1, &result),
	    ERR_NONE);
	ck_assert_uint_eq(result.events, 1);
}
END_TEST

START_TEST(a_process_goes_on_where_the_last_one_stopped)
{
	uint32_t numbers[ORGANIZATIONS];
	uint64_t events = 0;
	char *path = fixture_make();

	store_write_abort(txn);
	store_close(store);
	store = fixture_open(path, STORE_WRITE);
	txn = fixture_write_begin(store);
	fill(numbers);
	/* 150 ranges, each with a few blocks that go. */
	for (int i = 0; i < 60; i++) {
		struct prune_result result;

		fixture_commit(txn);
		store_close(store);
		store = fixture_open(path, STORE_WRITE);
		txn = fixture_write_begin(store);
		ck_assert_int_eq(store_event_prune(txn, LATER_MS, 12,
		    &result), ERR_NONE);
		events += result.events;
	}
	ck_assert_uint_eq(events, ORGANIZATIONS * EVENTS_EACH);
	free(path);
}
END_TEST

START_TEST(what_gets_old_during_a_round_begins_it_anew)
{
	uint32_t numbers[ORGANIZATIONS];
	struct prune_result result;
	int calls;

	fill(numbers);
	ck_assert_int_eq(store_event_prune(txn, BASE_MS, 20, &result),
	    ERR_NONE);
	ck_assert(!result.is_done);
	prune_all(LATER_MS, 20, &calls);
	for (int i = 0; i < ORGANIZATIONS; i++)
		ck_assert_uint_eq(look(numbers[i], 0).count, 0);
}
END_TEST

START_TEST(an_aborted_prune_removes_nothing)
{
	uint32_t numbers[ORGANIZATIONS];
	struct prune_result result;
	int calls;

	fill(numbers);
	fixture_commit(txn);
	txn = fixture_write_begin(store);
	ck_assert_int_eq(store_event_prune(txn, LATER_MS, 50,
	    &result), ERR_NONE);
	ck_assert_uint_eq(result.blocks, 50);
	store_write_abort(txn);
	txn = fixture_write_begin(store);
	ck_assert_uint_eq(prune_all(LATER_MS, 50, &calls),
	    ORGANIZATIONS * EVENTS_EACH);
}
END_TEST

START_TEST(an_append_after_a_prune_begins_anew)
{
	uint32_t organization = fixture_organization(txn, "here");
	struct event_draft draft;
	int calls;

	fixture_draft(&draft, CATEGORY_QUEUES, 0);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
		/* What went does not come back with it. */
		ck_assert_uint_eq(look(organization, 0).count, 1);
		prune_all(BASE_MS + i + 1, 1, &calls);
		ck_assert_uint_eq(look(organization, 0).count, 0);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store prune");
	TCase *tcase = tcase_create("prune");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_empty_store_is_done_at_once);
	tcase_add_test(tcase, all_that_is_old_goes_in_small_steps);
	tcase_add_test(tcase, nothing_goes_that_is_not_old);
	tcase_add_test(tcase, an_event_of_the_very_moment_stays);
	tcase_add_test(tcase, a_process_goes_on_where_the_last_one_stopped);
	tcase_add_test(tcase, what_gets_old_during_a_round_begins_it_anew);
	tcase_add_test(tcase, an_aborted_prune_removes_nothing);
	tcase_add_test(tcase, an_append_after_a_prune_begins_anew);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
