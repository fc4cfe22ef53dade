/* test_stream.c - events as they come: what a stream looks like, and ends. */
#include "api/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/pending.h"
#include "api_live.h"
#include "base/clock.h"
#include "base/text.h"
#include "suite.h"

#define STREAM "text/event-stream"
#define ID "abcdefghijklmnopqrstu"

enum { COMMENT_MS = 15 * SECOND_MS };

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
ask(const char *query)
{
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = query, .accept = STREAM, .may_wait = true });
}

static void
check_open(void)
{
	ck_assert_int_eq(fixture.response.need, NEED_CHANGE);
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_int_le(fixture.response.resume_at_ms,
	    clock_steady_ms() + 10 * SECOND_MS);
}

START_TEST(the_head_and_a_first_line_leave_at_once)
{
	const struct buffer *head = &fixture.response.head;

	ask("");
	check_open();
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"), STREAM);
	ck_assert_str_eq(fixture_field(&fixture, "X-Accel-Buffering"), "no");
	ck_assert_str_eq(fixture_field(&fixture, "Cache-Control"),
	    "private, no-store");
	ck_assert_ptr_null(fixture_field(&fixture, "Content-Length"));
	ck_assert_mem_eq(head->bytes + head->len - 4, "\r\n\r\n", 4);
	ck_assert_int_eq(strncmp(fixture_body(&fixture), ":\n", 2), 0);
	/* Between the first look and the announcement nobody wakes us. */
	ck_assert_int_le(fixture.response.resume_at_ms, clock_steady_ms());
	live_resume(&fixture);
	check_open();
	ck_assert_uint_eq(fixture.response.body.len, 0);
	ck_assert_int_gt(fixture.response.resume_at_ms, clock_steady_ms());
}
END_TEST

START_TEST(an_event_is_its_type_its_json_and_its_place)
{
	struct cursor place;
	struct buffer expected;
	char streamed[1024];

	ask("");
	live_record(&fixture, ACME, "queue_added", &place);
	live_resume(&fixture);
	check_open();
	snprintf(streamed, sizeof(streamed), "%s", fixture_body(&fixture));

	/* NDJSON ends the event's line. */
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = "application/x-ndjson" });
	buffer_init(&expected, sizeof(streamed));
	buffer_add_text(&expected, "event: queue_added\ndata: ");
	buffer_add_text(&expected, fixture_body(&fixture));
	buffer_add_format(&expected, "id: %" PRId64 ":%s\n\n",
	    place.stored_at_ms, place.id);
	buffer_add(&expected, "", 1);
	ck_assert_int_eq(expected.error, ERR_NONE);
	ck_assert_str_eq(streamed, expected.bytes);
	buffer_clear(&expected);
}
END_TEST

START_TEST(only_what_matches_is_streamed)
{
	struct fixture_ids ids = { 0 };
	struct cursor place;

	ask("events=queues,api_keys");
	live_record(&fixture, ACME, "message_added", NULL);
	live_record(&fixture, ACME, "other", NULL);
	live_record(&fixture, OTHER, "queue_added", NULL);
	live_resume(&fixture);
	check_open();
	ck_assert_uint_eq(fixture.response.body.len, 0);
	live_record(&fixture, ACME, "queue_added", &place);
	live_resume(&fixture);
	fixture_take_ids(&fixture, &ids);
	ck_assert_uint_eq(ids.count, 1);
	ck_assert_str_eq(ids.ids[0], place.id);
	fixture_ids_clear(&ids);
}
END_TEST

START_TEST(a_head_is_the_head_alone)
{
	fixture_ask(&fixture, &(struct ask){ .method = "HEAD",
	    .key = KEY_READER, .accept = STREAM, .may_wait = true });
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_uint_eq(fixture.response.body.len, 0);
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"), STREAM);
	ck_assert_str_eq(fixture_field(&fixture, "X-Accel-Buffering"), "no");
}
END_TEST

/* The next comment is due; nobody waits 15 seconds for it here. */
static void
let_time_pass(void)
{
	ck_assert_int_gt(fixture.response.pending->stream.comment_at_ms,
	    clock_steady_ms() + COMMENT_MS - 10 * SECOND_MS);
	fixture.response.pending->stream.comment_at_ms = clock_steady_ms();
}

START_TEST(where_nothing_happens_a_comment_comes_every_15_seconds)
{
	ask("");
	for (int i = 0; i < 3; i++) {
		live_resume(&fixture);
		ck_assert_uint_eq(fixture.response.body.len, 0);
		let_time_pass();
		live_resume(&fixture);
		check_open();
		ck_assert_str_eq(fixture_body(&fixture), ":\n\n");
	}
	/* An event is as good as a comment. */
	let_time_pass();
	live_record(&fixture, ACME, "queue_added", NULL);
	live_resume(&fixture);
	ck_assert_int_eq(strncmp(fixture_body(&fixture), "event: ", 7), 0);
	ck_assert_ptr_null(strstr(fixture_body(&fixture), ":\n\n"));
	live_resume(&fixture);
	ck_assert_uint_eq(fixture.response.body.len, 0);
}
END_TEST

START_TEST(a_comment_is_not_slept_over)
{
	ask("");
	live_resume(&fixture);
	fixture.response.pending->stream.comment_at_ms =
	    clock_steady_ms() + SECOND_MS;
	live_resume(&fixture);
	ck_assert_int_le(fixture.response.resume_at_ms,
	    clock_steady_ms() + SECOND_MS);
}
END_TEST

START_TEST(a_stream_ends_when_its_client_may_no_longer_ask)
{
	ask("");
	live_resume(&fixture);
	check_open();
	(void)live_change(&fixture, (enum live_change)_i);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_ptr_null(fixture.response.pending);
	ck_assert_uint_eq(fixture.response.body.len, 0);
}
END_TEST

START_TEST(what_is_recorded_with_the_end_of_a_key_is_not_streamed)
{
	ask("");
	live_record(&fixture, ACME, "queue_added", NULL);
	(void)live_change(&fixture, KEY_IS_REVOKED);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.body.len, 0);
}
END_TEST

START_TEST(a_service_that_stops_ends_its_streams)
{
	ask("");
	live_record(&fixture, ACME, "queue_added", NULL);
	service_stop(fixture.service);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_ptr_null(fixture.response.pending);
	ck_assert_int_eq(strncmp(fixture_body(&fixture), "event: ", 7), 0);
}
END_TEST

START_TEST(a_stream_from_a_service_that_stops_is_what_there_is)
{
	struct fixture_ids ids = { 0 };

	live_record(&fixture, ACME, "queue_added", NULL);
	service_stop(fixture.service);
	ask("startAfter=9&startAfterId=" ID);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Content-Length"));
	fixture_take_ids(&fixture, &ids);
	ck_assert_uint_eq(ids.count, 1);
	fixture_ids_clear(&ids);
}
END_TEST

START_TEST(when_too_many_wait_a_stream_is_refused)
{
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = STREAM, .may_wait = true, .are_waiters_full = true });
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 503);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Retry-After"));
}
END_TEST

static const struct {
	const char *accept;
	bool may_wait;
	unsigned int status;
	const char *type;
} accept_rows[] = {
	{ STREAM, false, 406, "application/json" },
	{ STREAM ", application/json;q=0.1", false, 200,
	    "application/json" },
	{ STREAM ", application/json;q=0.1", true, 200, STREAM },
	{ STREAM ";q=0.1, application/json", true, 200,
	    "application/json" },
	{ "*/*", true, 200, "application/json" },
	{ "text/*", true, 200, "text/csv; charset=utf-8; header=present" },
	{ "text/*, text/csv;q=0", true, 200, STREAM },
	{ "TEXT/Event-Stream", true, 200, STREAM },
};

START_TEST(a_stream_is_one_of_the_types_where_one_can_wait)
{
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = accept_rows[_i].accept,
	    .may_wait = accept_rows[_i].may_wait });
	ck_assert_uint_eq(fixture.response.status, accept_rows[_i].status);
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
	    accept_rows[_i].type);
	if (accept_rows[_i].status == 406)
		ck_assert_ptr_null(strstr(fixture_body(&fixture), STREAM));
}
END_TEST

START_TEST(only_events_are_streamed)
{
	fixture_ask(&fixture, &(struct ask){ .path = "/healthz",
	    .accept = STREAM, .may_wait = true });
	ck_assert_uint_eq(fixture.response.status, 406);
}
END_TEST

static const struct {
	const char *query;
	const char *last_event_id;
	unsigned int status;
	const char *detail;	/* begins so */
} refused_rows[] = {
	{ "limit=5", "", 422, "limit: expected none" },
	{ "order=desc", "", 422, "order: expected asc" },
	{ "limit=0", "", 422, "limit: " },
	{ "events=nothing", "", 422, "events: " },
	{ "wait=61", "", 422, "wait: " },
	{ "limit=x", "", 400, "limit: " },
	{ "", "x", 400, "Last-Event-ID: " },
	{ "", ID, 400, "Last-Event-ID: " },
	{ "", ":" ID, 400, "Last-Event-ID: " },
	{ "", "1:" ID "v", 400, "Last-Event-ID: " },
	{ "", "1:abcdefghijklmnopqrst", 400, "Last-Event-ID: " },
	{ "", "1:abcdefghijklmnopqrst.", 400, "Last-Event-ID: " },
	{ "", "-1:" ID, 400, "Last-Event-ID: " },
	{ "", "1 :" ID, 400, "Last-Event-ID: " },
	{ "", "9223372036854775808:" ID, 400, "Last-Event-ID: " },
	{ "", "1:" ID ", 1:" ID, 400, "Last-Event-ID: " },
	/* Shape comes before meaning. */
	{ "limit=5", "x", 400, "Last-Event-ID: " },
	{ "order=up", "x", 400, "Last-Event-ID: " },
};

START_TEST(a_wrong_wish_is_refused_by_name)
{
	char field[256];
	char detail[256];

	snprintf(field, sizeof(field), "HTTP_LAST_EVENT_ID=%s",
	    refused_rows[_i].last_event_id);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = refused_rows[_i].query, .accept = STREAM,
	    .may_wait = true, .params = { field } });
	ck_assert_uint_eq(fixture.response.status, refused_rows[_i].status);
	snprintf(detail, sizeof(detail), "\"detail\":\"%s",
	    refused_rows[_i].detail);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture), detail));
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
	    "application/json");
}
END_TEST

START_TEST(what_does_not_concern_a_stream_has_no_effect)
{
	ask("wait=60&pretty&order=asc&startAfter=5");
	check_open();
	live_record(&fixture, ACME, "queue_added", NULL);
	live_resume(&fixture);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "data: {\"id\":\""));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stream");
	TCase *tests = tcase_create("streams");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, the_head_and_a_first_line_leave_at_once);
	tcase_add_test(tests, an_event_is_its_type_its_json_and_its_place);
	tcase_add_test(tests, only_what_matches_is_streamed);
	tcase_add_test(tests, a_head_is_the_head_alone);
	tcase_add_test(tests,
	    where_nothing_happens_a_comment_comes_every_15_seconds);
	tcase_add_test(tests, a_comment_is_not_slept_over);
	tcase_add_loop_test(tests,
	    a_stream_ends_when_its_client_may_no_longer_ask, 0,
	    LIVE_CHANGE_COUNT);
	tcase_add_test(tests,
	    what_is_recorded_with_the_end_of_a_key_is_not_streamed);
	tcase_add_test(tests, a_service_that_stops_ends_its_streams);
	tcase_add_test(tests,
	    a_stream_from_a_service_that_stops_is_what_there_is);
	tcase_add_test(tests, when_too_many_wait_a_stream_is_refused);
	tcase_add_loop_test(tests,
	    a_stream_is_one_of_the_types_where_one_can_wait, 0,
	    COUNT_OF(accept_rows));
	tcase_add_test(tests, only_events_are_streamed);
	tcase_add_loop_test(tests, a_wrong_wish_is_refused_by_name, 0,
	    COUNT_OF(refused_rows));
	tcase_add_test(tests, what_does_not_concern_a_stream_has_no_effect);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
