/* test_wait.c - wait=SECONDS: a page as soon as there is something on it. */
#include "api/wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/pending.h"
#include "api_live.h"
#include "base/clock.h"
#include "suite.h"

#define ID "abcdefghijklmnopqrstu"

static struct fixture fixture;

static void
set_up(void)
{
	fixture_open(&fixture, NULL);
}

static void
tear_down(void)
{
	fixture_close(&fixture);
}

static void
ask(const char *query, const char *accept)
{
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = query, .accept = accept, .may_wait = true });
}

static void
check_waiting(void)
{
	int64_t now_ms = clock_steady_ms();

	ck_assert_int_eq(fixture.response.need, NEED_CHANGE);
	ck_assert_uint_eq(fixture.response.status, 0);
	ck_assert_uint_eq(fixture.response.head.len, 0);
	ck_assert_uint_eq(fixture.response.body.len, 0);
	ck_assert_int_le(fixture.response.resume_at_ms,
	    now_ms + 10 * SECOND_MS);
}

static void
check_answered(size_t event_count)
{
	struct fixture_ids ids = { 0 };

	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 200);
	fixture_take_ids(&fixture, &ids);
	ck_assert_uint_eq(ids.count, event_count);
	fixture_ids_clear(&ids);
}

START_TEST(what_is_there_is_answered_at_once)
{
	live_record(&fixture, ACME, "queue_added", NULL);
	ask("wait=60", NULL);
	check_answered(1);
}
END_TEST

START_TEST(an_event_that_comes_is_answered)
{
	struct cursor place;
	char query[256];

	live_record(&fixture, ACME, "queue_added", &place);
	snprintf(query, sizeof(query), "wait=60&startAfter=%" PRId64
	    "&startAfterId=%s", place.stored_at_ms, place.id);
	ask(query, NULL);
	check_waiting();
	/* Between the first look and the announcement nobody wakes us. */
	ck_assert_int_le(fixture.response.resume_at_ms, clock_steady_ms());
	live_resume(&fixture);
	check_waiting();
	ck_assert_int_gt(fixture.response.resume_at_ms, clock_steady_ms());

	live_record(&fixture, ACME, "queue_deleted", NULL);
	live_resume(&fixture);
	check_answered(1);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "\"type\":\"queue_deleted\""));
}
END_TEST

START_TEST(only_what_matches_is_waited_for)
{
	ask("wait=60&events=queues", NULL);
	live_record(&fixture, ACME, "message_added", NULL);
	live_resume(&fixture);
	check_waiting();
	live_record(&fixture, OTHER, "queue_added", NULL);
	live_resume(&fixture);
	check_waiting();
	live_record(&fixture, ACME, "queue_added", NULL);
	live_resume(&fixture);
	check_answered(1);
}
END_TEST

START_TEST(when_the_time_is_over_the_page_is_empty)
{
	int64_t begun_ms = clock_steady_ms();

	ask("wait=1", NULL);
	live_finish(&fixture);
	check_answered(0);
	ck_assert_int_ge(clock_steady_ms(), begun_ms + SECOND_MS);
	ck_assert_ptr_null(fixture_field(&fixture, "Link"));
	ck_assert_str_eq(fixture_body(&fixture), "{\"events\":[],\"_links\":"
	    "{\"self\":{\"href\":\"http://api.example/v1/events?wait=1\"}}}");
}
END_TEST

START_TEST(a_wait_of_0_seconds_is_none)
{
	ask("wait=0", NULL);
	check_answered(0);
}
END_TEST

START_TEST(where_nobody_can_wait_the_page_comes_at_once)
{
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = "wait=60" });
	check_answered(0);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture), "?wait=60\""));
}
END_TEST

START_TEST(a_cursor_that_left_the_window_is_told_of_the_gap)
{
	char query[256];

	snprintf(query, sizeof(query), "wait=1&startAfter=%" PRId64
	    "&startAfterId=" ID, clock_now_ms() - DAY_MS - MINUTE_MS);
	ask(query, NULL);
	live_finish(&fixture);
	check_answered(0);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Apitrail-Gap"));
}
END_TEST

START_TEST(whoever_may_no_longer_ask_is_told_so)
{
	unsigned int status;

	ask("wait=60", NULL);
	check_waiting();
	live_resume(&fixture);
	status = live_change(&fixture, (enum live_change)_i);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, status);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture), "\"detail\":"));
	ck_assert_int_eq(fixture_field(&fixture, "WWW-Authenticate") != NULL,
	    status == 401);
	ck_assert_int_eq(fixture_field(&fixture, "Retry-After") != NULL,
	    status == 503);
}
END_TEST

START_TEST(when_too_many_wait_another_is_refused)
{
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = "wait=60", .may_wait = true,
	    .are_waiters_full = true });
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 503);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Retry-After"));

	/* Not one who need not wait. */
	live_record(&fixture, ACME, "queue_added", NULL);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = "wait=60", .may_wait = true,
	    .are_waiters_full = true });
	check_answered(1);
}
END_TEST

START_TEST(a_service_that_stops_lets_nobody_wait)
{
	ask("wait=60", NULL);
	check_waiting();
	service_stop(fixture.service);
	live_resume(&fixture);
	check_answered(0);
	ask("wait=60", NULL);
	check_answered(0);
}
END_TEST

START_TEST(a_pending_wait_costs_a_small_struct)
{
	ck_assert_uint_le(sizeof(struct pending), 4096);
}
END_TEST

START_TEST(a_look_that_comes_late_changes_nothing)
{
	live_record(&fixture, ACME, "queue_added", NULL);
	ask("wait=60", NULL);
	live_resume(&fixture);
	check_answered(1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wait");
	TCase *tests = tcase_create("waits");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, what_is_there_is_answered_at_once);
	tcase_add_test(tests, an_event_that_comes_is_answered);
	tcase_add_test(tests, only_what_matches_is_waited_for);
	tcase_add_test(tests, when_the_time_is_over_the_page_is_empty);
	tcase_add_test(tests, a_wait_of_0_seconds_is_none);
	tcase_add_test(tests, where_nobody_can_wait_the_page_comes_at_once);
	tcase_add_test(tests,
	    a_cursor_that_left_the_window_is_told_of_the_gap);
	tcase_add_loop_test(tests, whoever_may_no_longer_ask_is_told_so,
	    0, LIVE_CHANGE_COUNT);
	tcase_add_test(tests, when_too_many_wait_another_is_refused);
	tcase_add_test(tests, a_service_that_stops_lets_nobody_wait);
	tcase_add_test(tests, a_pending_wait_costs_a_small_struct);
	tcase_add_test(tests, a_look_that_comes_late_changes_nothing);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
