/* test_group.c - many requests in one commit. */
#include "record/group.h"

#include <string.h>

#include "base/text.h"
#include "group_fixture.h"
#include "suite.h"

START_TEST(many_requests_are_one_commit)
{
	struct record_ask ask = { .event_count = 3 };
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	for (size_t i = 0; i < ASKS_MAX; i++) {
		ask.organization = i % 2 == 0 ? test.fixture.acme.number :
		    test.fixture.other.number;
		ck_assert(group_fixture_add(&test, &ask));
	}
	group_fixture_commit(&test);
	ck_assert_uint_eq(test.result.commits, 1);
	ck_assert_uint_eq(test.result.requests, ASKS_MAX);
	ck_assert_uint_eq(test.result.recorded, ASKS_MAX);
	ck_assert_uint_eq(test.result.events, 3 * ASKS_MAX);
	ck_assert_uint_eq(group_fixture_count(&test, test.fixture.acme.number),
	    3 * ASKS_MAX / 2);
	group_fixture_close(&test);
}
END_TEST

START_TEST(places_are_those_of_the_events_in_order)
{
	struct record_ask ask = { .event_count = 10 };
	struct group_fixture test;
	struct cursor last = { 0 };

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert(group_fixture_add(&test, &ask));
	ck_assert(group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(test.answers[i].outcome, MESSAGE_RECORDED);
		ck_assert_uint_eq(test.answers[i].place_count, 10);
		for (size_t k = 0; k < 10; k++) {
			ck_assert_int_gt(cursor_compare(
			    &test.answers[i].places[k], &last), 0);
			last = test.answers[i].places[k];
		}
	}
	group_fixture_close(&test);
}
END_TEST

START_TEST(a_repeat_is_answered_as_before_and_records_nothing)
{
	struct record_ask ask = { .key = "retry", .event_count = 5 };
	struct cursor first[5];
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_RECORDED);
	memcpy(first, test.answers[0].places, sizeof(first));
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_REPLAYED);
	ck_assert_uint_eq(test.answers[0].place_count, 5);
	ck_assert_mem_eq(test.answers[0].places, first, sizeof(first));
	ck_assert_uint_eq(test.result.commits, 0);
	ck_assert_uint_eq(test.result.recorded, 0);
	ck_assert_uint_eq(group_fixture_count(&test, ask.organization), 5);
	group_fixture_close(&test);
}
END_TEST

START_TEST(a_key_is_remembered_by_the_next_process)
{
	struct record_ask ask = { .key = "retry" };
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_RECORDED);
	group_fixture_reopen(&test);
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_REPLAYED);
	group_fixture_close(&test);
}
END_TEST

/* A second request under the first one's key: in the same group, and in the
 * next one. */
static const struct {
	const char *body;
	size_t event_count;
	bool is_others;		/* another organization's */
	enum message_outcome together;
	enum message_outcome later;
} key_rows[] = {
	{ "a body", 2, false, MESSAGE_REPLAYED, MESSAGE_REPLAYED },
	{ "another", 2, false, MESSAGE_CONFLICT, MESSAGE_MISMATCH },
	{ "another", 1, false, MESSAGE_CONFLICT, MESSAGE_MISMATCH },
	{ "a body", 3, false, MESSAGE_CONFLICT, MESSAGE_MISMATCH },
	{ "a body", 2, true, MESSAGE_RECORDED, MESSAGE_RECORDED },
	{ "another", 2, true, MESSAGE_RECORDED, MESSAGE_RECORDED },
};

START_TEST(a_key_names_one_request)
{
	struct record_ask first = { .key = "k", .event_count = 2 };
	struct record_ask second = {
		.key = "k",
		.body = key_rows[_i].body,
		.event_count = key_rows[_i].event_count,
	};
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	first.organization = test.fixture.acme.number;
	second.organization = key_rows[_i].is_others ?
	    test.fixture.other.number : first.organization;
	ck_assert(group_fixture_add(&test, &first));
	ck_assert(group_fixture_add(&test, &second));
	group_fixture_commit(&test);
	ck_assert_int_eq(test.answers[0].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(test.answers[1].outcome, key_rows[_i].together);
	ck_assert_uint_eq(group_fixture_count(&test, first.organization), 2);

	first.key = second.key = "later";
	ck_assert_int_eq(group_fixture_ask(&test, &first), MESSAGE_RECORDED);
	ck_assert_int_eq(group_fixture_ask(&test, &second), key_rows[_i].later);
	ck_assert_uint_eq(group_fixture_count(&test, first.organization), 4);
	group_fixture_close(&test);
}
END_TEST

START_TEST(a_group_has_a_bound_and_begins_anew)
{
	struct record_ask ask = { .event_count = RECORD_EVENTS_MAX };
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	for (size_t i = 0; i < GROUP_EVENTS_MAX / RECORD_EVENTS_MAX; i++)
		ck_assert(group_fixture_add(&test, &ask));
	ask.event_count = 1;
	ck_assert(!group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	ck_assert(group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	ck_assert_uint_eq(group_fixture_count(&test, ask.organization),
	    GROUP_EVENTS_MAX + 1);
	group_fixture_close(&test);
}
END_TEST

START_TEST(nothing_to_commit_is_no_commit)
{
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	group_fixture_commit(&test);
	ck_assert_uint_eq(test.result.commits, 0);
	group_fixture_close(&test);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("group");
	TCase *tcase = tcase_create("group");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, many_requests_are_one_commit);
	tcase_add_test(tcase, places_are_those_of_the_events_in_order);
	tcase_add_test(tcase,
	    a_repeat_is_answered_as_before_and_records_nothing);
	tcase_add_test(tcase, a_key_is_remembered_by_the_next_process);
	tcase_add_loop_test(tcase, a_key_names_one_request, 0,
	    COUNT_OF(key_rows));
	tcase_add_test(tcase, a_group_has_a_bound_and_begins_anew);
	tcase_add_test(tcase, nothing_to_commit_is_no_commit);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
