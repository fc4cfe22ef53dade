/* test_store_events.c - record and import events. */
#include "store/events.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/random_id.h"
#include "store/fields.h"
#include "store/sealed.h"
#include "store_fixture.h"
#include "suite.h"

enum { MANY = 10000, ORGANIZATIONS = 200 };

static struct store *store;
static struct store_txn *txn;
static uint32_t organization;

static void
setup(void)
{
	store = fixture_store();
	txn = fixture_write_begin(store);
	organization = fixture_organization(txn, "here");
}

static void
teardown(void)
{
	store_write_abort(txn);
	store_close(store);
}

static struct cursor
append(uint32_t owner, enum category category, int64_t now_ms)
{
	struct event_draft draft;

	fixture_draft(&draft, category, 100);
	ck_assert_int_eq(store_event_append(txn, owner, &draft, now_ms),
	    ERR_NONE);
	return draft.place;
}

static enum import_outcome
import(enum category category, struct cursor place, size_t padding)
{
	struct event_draft draft;
	enum import_outcome outcome;

	fixture_import_draft(&draft, category, &place, padding);
	ck_assert_int_eq(fixture_put_import(txn, organization, &draft,
	    &outcome), ERR_NONE);
	return outcome;
}

struct walk {
	size_t count;
	struct cursor last;
};

static bool
count_in_order(const struct event_view *view, void *arg)
{
	struct walk *walk = arg;

	if (walk->count > 0)
		ck_assert_int_gt(cursor_compare(&view->place, &walk->last),
		    0);
	walk->last = view->place;
	walk->count++;
	return true;
}

static size_t
count_of(uint32_t owner)
{
	struct walk walk = { 0 };
	struct event_range range = {
		.organization = owner,
		.filter = filter_all(),
		.order = OLDEST_FIRST,
	};

	ck_assert_int_eq(store_event_scan(txn, &range, count_in_order, &walk),
	    ERR_NONE);
	return walk.count;
}

START_TEST(ten_thousand_events_of_one_millisecond_are_in_commit_order)
{
	struct cursor last = { 0, "" };

	for (int i = 0; i < MANY; i++) {
		struct cursor place = append(organization,
		    (enum category)(i % CATEGORY_COUNT), BASE_MS);

		ck_assert_int_eq(place.stored_at_ms, BASE_MS);
		ck_assert_int_gt(cursor_compare(&place, &last), 0);
		last = place;
	}
	ck_assert_uint_eq(count_of(organization), MANY);
}
END_TEST

START_TEST(a_clock_that_steps_back_keeps_the_last_stamp)
{
	struct cursor first = append(organization, CATEGORY_QUEUES,
	    BASE_MS + 60000);
	struct cursor second = append(organization, CATEGORY_MESSAGES,
	    BASE_MS);
	struct cursor third = append(organization, CATEGORY_QUEUES,
	    BASE_MS + 60001);
	int64_t stamp_ms;

	ck_assert_int_eq(second.stored_at_ms, BASE_MS + 60000);
	ck_assert_int_gt(cursor_compare(&second, &first), 0);
	ck_assert_int_eq(third.stored_at_ms, BASE_MS + 60001);
	ck_assert_int_eq(store_last_stamp(txn, &stamp_ms), ERR_NONE);
	ck_assert_int_eq(stamp_ms, BASE_MS + 60001);
}
END_TEST

START_TEST(the_stamp_outlives_the_transaction_and_the_process)
{
	struct cursor first = append(organization, CATEGORY_QUEUES, BASE_MS);
	struct cursor second;

	fixture_commit(txn);
	txn = fixture_write_begin(store);
	second = append(organization, CATEGORY_QUEUES, BASE_MS - 1000);
	ck_assert_int_eq(second.stored_at_ms, BASE_MS);
	ck_assert_int_gt(cursor_compare(&second, &first), 0);
}
END_TEST

START_TEST(nothing_recorded_has_no_last_stamp)
{
	int64_t stamp_ms = 1;

	ck_assert_int_eq(store_last_stamp(txn, &stamp_ms), ERR_NONE);
	ck_assert_int_eq(stamp_ms, 0);
}
END_TEST

START_TEST(a_full_millisecond_goes_on_in_the_next)
{
	uint8_t body[12];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };
	uint32_t key = htobe32(organization);
	struct cursor last;

	append(organization, CATEGORY_QUEUES, BASE_MS);
	fixture_commit(txn);
	txn = fixture_write_begin(store);
	fields_put_u64(&writer, BASE_MS);
	fields_put_u32(&writer, EVENT_COUNTER_MAX - 1);
	ck_assert_int_eq(sealed_put(txn, TREE_ORGANIZATION_STAMPS, &key,
	    sizeof(key), body, sizeof(body)), ERR_NONE);

	last = append(organization, CATEGORY_QUEUES, BASE_MS);
	ck_assert_int_eq(last.stored_at_ms, BASE_MS);
	last = append(organization, CATEGORY_QUEUES, BASE_MS);
	ck_assert_int_eq(last.stored_at_ms, BASE_MS + 1);
	ck_assert_uint_eq(count_of(organization), 3);
}
END_TEST

START_TEST(a_clock_that_was_never_set_still_gives_13_digits)
{
	struct cursor place = append(organization, CATEGORY_QUEUES, 0);

	ck_assert_int_eq(place.stored_at_ms, STORED_AT_MS_MIN);
}
END_TEST

START_TEST(no_moment_is_stamped_behind_the_last_of_13_digits)
{
	struct event_draft draft;

	import(CATEGORY_QUEUES, fixture_place(STORED_AT_MS_MAX - 1, 1), 0);
	append(organization, CATEGORY_QUEUES, BASE_MS);
	fixture_draft(&draft, CATEGORY_QUEUES, 0);
	ck_assert_int_eq(store_event_append(txn, organization, &draft,
	    INT64_MAX), ERR_NONE);
	ck_assert_int_eq(draft.place.stored_at_ms, STORED_AT_MS_MAX);
}
END_TEST

START_TEST(organizations_never_see_each_other)
{
	uint32_t numbers[ORGANIZATIONS];
	char name[16];

	/* More of them than tails are kept in memory. */
	for (int i = 0; i < ORGANIZATIONS; i++) {
		snprintf(name, sizeof(name), "o%d", i);
		numbers[i] = fixture_organization(txn, name);
	}
	for (int n = 0; n < 10; n++)
		for (int i = 0; i < ORGANIZATIONS; i++)
			append(numbers[i], (enum category)
			    ((n + i) % CATEGORY_COUNT), BASE_MS + n / 4);
	for (int i = 0; i < ORGANIZATIONS; i++)
		ck_assert_uint_eq(count_of(numbers[i]), 10);
	ck_assert_uint_eq(count_of(organization), 0);
	ck_assert_uint_eq(count_of(UINT32_MAX), 0);
}
END_TEST

START_TEST(what_is_aborted_was_never_there)
{
	append(organization, CATEGORY_QUEUES, BASE_MS);
	fixture_commit(txn);
	txn = fixture_write_begin(store);
	append(organization, CATEGORY_QUEUES, BASE_MS + 1000);
	append(organization, CATEGORY_MESSAGES, BASE_MS + 1000);
	store_write_abort(txn);
	txn = fixture_write_begin(store);
	ck_assert_uint_eq(count_of(organization), 1);
	ck_assert_int_eq(append(organization, CATEGORY_QUEUES, BASE_MS).
	    stored_at_ms, BASE_MS);
}
END_TEST

START_TEST(an_import_is_added_once)
{
	struct cursor place = fixture_place(BASE_MS, 5);

	ck_assert_int_eq(import(CATEGORY_QUEUES, place, 10), IMPORT_ADDED);
	ck_assert_int_eq(import(CATEGORY_QUEUES, place, 10),
	    IMPORT_REPEATED);
	ck_assert_int_eq(import(CATEGORY_QUEUES, place, 11), IMPORT_DIFFERS);
	ck_assert_int_eq(import(CATEGORY_OTHER, place, 10), IMPORT_DIFFERS);
	ck_assert_int_eq(import(CATEGORY_OTHER, fixture_place(BASE_MS, 6),
	    10), IMPORT_ADDED);
	ck_assert_uint_eq(count_of(organization), 2);
}
END_TEST

START_TEST(an_import_of_a_recorded_event_is_a_repeat)
{
	struct event_draft draft;
	enum import_outcome outcome;

	fixture_draft(&draft, CATEGORY_QUEUES, 20);
	for (int i = 0; i < 40; i++)
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	ck_assert_int_eq(fixture_put_import(txn, organization, &draft,
	    &outcome), ERR_NONE);
	ck_assert_int_eq(outcome, IMPORT_REPEATED);
}
END_TEST

START_TEST(what_is_recorded_after_an_import_lies_behind_it)
{
	struct cursor place = { BASE_MS, "zzzzzzzzzzzzzzzzzzzzz" };
	struct cursor next;

	import(CATEGORY_QUEUES, place, 0);
	next = append(organization, CATEGORY_MESSAGES, BASE_MS);
	ck_assert_int_gt(next.stored_at_ms, BASE_MS);
}
END_TEST

START_TEST(a_repeated_import_moves_no_stamp)
{
	struct cursor last = append(organization, CATEGORY_QUEUES, BASE_MS);
	struct event_draft draft;
	enum import_outcome outcome;

	fixture_import_draft(&draft, CATEGORY_QUEUES, &last, 0);
	ck_assert_int_eq(fixture_put_import(txn, organization, &draft,
	    &outcome), ERR_NONE);
	ck_assert_int_eq(outcome, IMPORT_DIFFERS);
	ck_assert_int_eq(append(organization, CATEGORY_QUEUES, BASE_MS).
	    stored_at_ms, BASE_MS);
}
END_TEST

static const struct {
	int64_t stored_at_ms;
	enum error err;
} moment_rows[] = {
	{ STORED_AT_MS_MIN - 1, ERR_MEANING },
	{ STORED_AT_MS_MIN,     ERR_NONE },
	{ STORED_AT_MS_MAX - 1, ERR_NONE },
	{ STORED_AT_MS_MAX,     ERR_MEANING },	/* nothing comes after it */
};

START_TEST(an_imported_moment_has_13_digits_and_so_has_the_next)
{
	struct cursor place = fixture_place(BASE_MS, 1);
	struct event_draft draft;
	enum import_outcome outcome;

	fixture_import_draft(&draft, CATEGORY_QUEUES, &place, 0);
	draft.place.stored_at_ms = moment_rows[_i].stored_at_ms;
	ck_assert_int_eq(fixture_put_import(txn, organization, &draft,
	    &outcome), moment_rows[_i].err);
}
END_TEST

START_TEST(an_event_of_the_largest_size_is_stored_like_any)
{
	static const size_t paddings[] = { 3, 3850, 3, 3850, 3850, 3 };

	for (size_t i = 0; i < COUNT_OF(paddings); i++) {
		struct event_draft draft;

		fixture_draft(&draft, CATEGORY_QUEUES, paddings[i]);
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + (int64_t)i), ERR_NONE);
	}
	for (unsigned int i = 0; i < COUNT_OF(paddings); i++)
		ck_assert_int_eq(import(CATEGORY_QUEUES,
		    fixture_place(BASE_MS + i, 0), paddings[i]),
		    IMPORT_ADDED);
	ck_assert_uint_eq(count_of(organization), 2 * COUNT_OF(paddings));
}
END_TEST

static bool
stop(const struct event_view *view, void *arg)
{
	size_t *count = arg;

	(void)view;
	++*count;
	return false;
}

START_TEST(a_scan_ends_when_the_visitor_says_so)
{
	struct event_range range = {
		.organization = organization,
		.filter = filter_all(),
	};
	size_t count = 0;

	append(organization, CATEGORY_QUEUES, BASE_MS);
	append(organization, CATEGORY_QUEUES, BASE_MS);
	ck_assert_int_eq(store_event_scan(txn, &range, stop, &count),
	    ERR_NONE);
	ck_assert_uint_eq(count, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store events");
	TCase *tcase = tcase_create("events");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase,
	    ten_thousand_events_of_one_millisecond_are_in_commit_order);
	tcase_add_test(tcase, a_clock_that_steps_back_keeps_the_last_stamp);
	tcase_add_test(tcase,
	    the_stamp_outlives_the_transaction_and_the_process);
	tcase_add_test(tcase, nothing_recorded_has_no_last_stamp);
	tcase_add_test(tcase, a_full_millisecond_goes_on_in_the_next);
	tcase_add_test(tcase,
	    a_clock_that_was_never_set_still_gives_13_digits);
	tcase_add_test(tcase,
	    no_moment_is_stamped_behind_the_last_of_13_digits);
	tcase_add_test(tcase, organizations_never_see_each_other);
	tcase_add_test(tcase, what_is_aborted_was_never_there);
	tcase_add_test(tcase, an_import_is_added_once);
	tcase_add_test(tcase, an_import_of_a_recorded_event_is_a_repeat);
	tcase_add_test(tcase,
	    what_is_recorded_after_an_import_lies_behind_it);
	tcase_add_test(tcase, a_repeated_import_moves_no_stamp);
	tcase_add_loop_test(tcase,
	    an_imported_moment_has_13_digits_and_so_has_the_next, 0,
	    COUNT_OF(moment_rows));
	tcase_add_test(tcase,
	    an_event_of_the_largest_size_is_stored_like_any);
	tcase_add_test(tcase, a_scan_ends_when_the_visitor_says_so);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
