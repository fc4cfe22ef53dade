/* test_wait.c - wait=SECONDS: a page as soon as there is something on it. */
#include "api/wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/pending.h"
#include "api_live.h"
#include "base/clock.h"
#include "base/text.h"
#include "suite.h"

#define ID "abcdefghijklmnopqrstu"
#define LETTERS_50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LETTERS_250 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50

enum { MANY = 1500 };

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

START_TEST(links_are_those_of_the_request_that_is_gone)
{
	static const struct {
		const char *params[3];
		const char *beginning;
	} rows[] = {
		{ { "SERVER_NAME=::1", "SERVER_PORT=8080" },
		    "http://[::1]:8080/v1/events?" },
		{ { "SERVER_NAME=" LETTERS_250 ".aa", "HTTPS=on" },
		    "https://" LETTERS_250 ".aa:80/v1/events?" },
		{ { "SERVER_NAME=_", "HTTP_HOST=there:65535" },
		    "http://there:65535/v1/events?" },
		{ { "SERVER_NAME=_", "HTTP_HOST=/" },
		    "http://localhost/v1/events?" },
	};
	char expected[512];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct ask request = { .key = KEY_READER,
		    .query = "limit=1&wait=60&events=queues",
		    .may_wait = true };

		memcpy(request.params, rows[i].params,
		    sizeof(rows[i].params));
		fixture_close(&fixture);
		fixture_open(&fixture, NULL);
		fixture_ask(&fixture, &request);
		check_waiting();
		live_record(&fixture, ACME, "queue_added", NULL);
		live_record(&fixture, ACME, "queue_added", NULL);
		live_resume(&fixture);
		check_answered(1);
		snprintf(expected, sizeof(expected), "\"self\":{\"href\":\""
		    "%slimit=1&events=queues&wait=60\"", rows[i].beginning);
		ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
		    expected));
		snprintf(expected, sizeof(expected), "<%slimit=1&events="
		    "queues&startAfter=", rows[i].beginning);
		ck_assert_int_eq(strncmp(fixture_field(&fixture, "Link"),
		    expected, strlen(expected)), 0);
	}
}
END_TEST

START_TEST(every_form_of_a_page_can_be_waited_for)
{
	static const struct {
		const char *query;
		const char *accept;
		const char *type;
		const char *begins;
	} rows[] = {
		{ "wait=9&pretty", NULL, "application/json",
		    "{\n  \"events\": [\n" },
		{ "wait=9&order=desc", NULL, "application/json",
		    "{\"events\":[{" },
		{ "wait=9&limit=5", "application/x-ndjson",
		    "application/x-ndjson", "{\"id\":\"" },
		{ "wait=9", "application/x-ndjson",
		    "application/x-ndjson", "{\"id\":\"" },
		{ "wait=9", "text/csv",
		    "text/csv; charset=utf-8; header=present", "id,type," },
	};

	ask(rows[_i].query, rows[_i].accept);
	check_waiting();
	live_resume(&fixture);
	check_waiting();
	live_record(&fixture, ACME, "queue_added", NULL);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture), "queue_added"));
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
	    rows[_i].type);
	ck_assert_int_eq(strncmp(fixture_body(&fixture), rows[_i].begins,
	    strlen(rows[_i].begins)), 0);
}
END_TEST

START_TEST(an_export_goes_on_where_its_wait_ends)
{
	struct fixture_ids ids = { 0 };
	struct store_txn *txn;
	bool is_done = false;

	ask("wait=60", "application/x-ndjson");
	check_waiting();
	txn = fixture_write_begin(&fixture);
	for (int i = 0; i < MANY; i++)
		fixture_append(&fixture, txn, ACME, "queue_added",
		    clock_now_ms(), NULL);
	fixture_write_end(&fixture, txn);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_ROOM);
	fixture_take_ids(&fixture, &ids);
	while (!is_done) {
		ck_assert_int_eq(answer_next_piece(fixture.service,
		    &fixture.response, &is_done), ERR_NONE);
		fixture_take_ids(&fixture, &ids);
	}
	ck_assert_uint_eq(ids.count, MANY);
	fixture_ids_clear(&ids);
}
END_TEST

START_TEST(a_head_waits_like_a_get)
{
	fixture_ask(&fixture, &(struct ask){ .method = "HEAD",
	    .key = KEY_READER, .query = "wait=60", .may_wait = true });
	check_waiting();
	live_record(&fixture, ACME, "queue_added", NULL);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_uint_eq(fixture.response.body.len, 0);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Content-Length"));
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

START_TEST(waits_and_streams_have_their_lines_in_the_access_log)
{
	char *directory = suite_directory();
	char setting[512];
	char lines[1024];
	FILE *file;

	fixture_close(&fixture);
	snprintf(setting, sizeof(setting), "APITRAIL_ACCESS_LOG=%s/log",
	    directory);
	fixture_open(&fixture, (const char *const[]){ setting, NULL });
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = "wait=1", .may_wait = true,
	    .params = { "HTTP_X_REQUEST_ID=over" } });
	live_finish(&fixture);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = "wait=1", .may_wait = true,
	    .params = { "HTTP_X_REQUEST_ID=left" } });
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = "text/event-stream", .may_wait = true,
	    .params = { "HTTP_X_REQUEST_ID=stream" } });
	response_reset(&fixture.response);
	service_flush(fixture.service);

	file = fopen(strchr(setting, '=') + 1, "re");
	ck_assert_ptr_nonnull(file);
	lines[fread(lines, 1, sizeof(lines) - 1, file)] = '\0';
	fclose(file);
	ck_assert_ptr_nonnull(strstr(lines, " request_id=over method=GET "
	    "path=/v1/events status=200 bytes="));
	ck_assert_ptr_nonnull(strstr(lines, " request_id=left method=GET "
	    "path=/v1/events status=0 bytes=0 us="));
	ck_assert_ptr_nonnull(strstr(lines, " request_id=stream method=GET "
	    "path=/v1/events status=200 bytes="));
	free(directory);
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
	tcase_add_test(tests, links_are_those_of_the_request_that_is_gone);
	tcase_add_loop_test(tests, every_form_of_a_page_can_be_waited_for,
	    0, 5);
	tcase_add_test(tests, an_export_goes_on_where_its_wait_ends);
	tcase_add_test(tests, a_head_waits_like_a_get);
	tcase_add_test(tests,
	    a_cursor_that_left_the_window_is_told_of_the_gap);
	tcase_add_loop_test(tests, whoever_may_no_longer_ask_is_told_so,
	    0, LIVE_CHANGE_COUNT);
	tcase_add_test(tests, when_too_many_wait_another_is_refused);
	tcase_add_test(tests, a_service_that_stops_lets_nobody_wait);
	tcase_add_test(tests,
	    waits_and_streams_have_their_lines_in_the_access_log);
	tcase_add_test(tests, a_pending_wait_costs_a_small_struct);
	tcase_add_test(tests, a_look_that_comes_late_changes_nothing);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
