/* test_recording.c - POST /v1/events, with a recorder, and back by GET. */
#include <stdlib.h>
#include <string.h>

#include "api_recorder.h"
#include "base/text.h"
#include "suite.h"

#define EVENT "{\"type\":\"queue_added\"}"
#define NDJSON "application/x-ndjson"

static struct fixture fixture;
static pid_t recorder;

static void
set_up(void)
{
	fixture_open(&fixture, NULL);
	recorder = recorder_start(&fixture);
}

static void
tear_down(void)
{
	recorder_stop(recorder);
	fixture_close(&fixture);
}

static void
post(const char *body, const char *type, const char *param)
{
	recorder_ask(&fixture, &(struct ask){ .key = KEY_WRITER,
	    .body = body, .body_type = type, .params = { param } });
}

/* Copied, as the next answer takes its place. */
static char *
copy_body(void)
{
	char *body = strdup(fixture_body(&fixture));

	ck_assert_ptr_nonnull(body);
	return body;
}

static void
check_event_count(size_t wanted)
{
	struct fixture_ids ids = { 0 };

	fixture_walk(&fixture, KEY_WRITER, "limit=1000", &ids);
	ck_assert_uint_eq(ids.count, wanted);
	fixture_ids_clear(&ids);
}

static const struct {
	const char *body;
	const char *type;
	bool is_batch;
} rows[] = {
	{ EVENT, NULL, false },
	{ "[" EVENT "]", NULL, true },
	{ EVENT, NDJSON, true },
	{ "[{\"type\":\"message_added\",\"message\":{\"name\":\"\xc3\xa4 "
	    "\\u00e4 \\ud83d\\ude00 \\\"\",\"id\":\"m\"},\"metadata\":"
	    "{\"a\":\"\\u0000\\n\"}}," EVENT ",{\"type\":\"other\"}]", NULL,
	    true },
	{ EVENT "\r\n\n" EVENT "\n", NDJSON, true },
};

START_TEST(what_is_answered_is_what_a_get_shows)
{
	char *posted;
	char *end;

	post(rows[_i].body, rows[_i].type, NULL);
	ck_assert_uint_eq(fixture.response.status, 201);
	posted = copy_body();
	fixture_ask(&fixture, &(struct ask){ .key = KEY_WRITER });
	if (rows[_i].is_batch) {
		/* Up to the bracket that ends the array. */
		end = posted + strlen(posted) - 1;
		*end = '\0';
		ck_assert_mem_eq(fixture_body(&fixture), posted,
		    strlen(posted));
		ck_assert_mem_eq(fixture_body(&fixture) + strlen(posted),
		    ",\"_links\"", 9);
	} else {
		end = posted + strlen(posted) - 1;
		*end = '\0';
		ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
		    posted + strlen("{\"event\":")));
	}
	free(posted);
}
END_TEST

START_TEST(a_batch_with_one_bad_event_records_nothing)
{
	post("[" EVENT ",{\"type\":\"X\"}]", NULL, NULL);
	ck_assert_uint_eq(fixture.response.status, 422);
	post(EVENT "\n{", NDJSON, NULL);
	ck_assert_uint_eq(fixture.response.status, 400);
	check_event_count(0);
}
END_TEST

START_TEST(a_repeat_under_a_key_is_answered_as_the_first)
{
	static const char key[] = "HTTP_IDEMPOTENCY_KEY=once";
	char *first;

	post("[" EVENT "," EVENT "]", NULL, key);
	ck_assert_uint_eq(fixture.response.status, 201);
	ck_assert_ptr_null(fixture_field(&fixture, "Idempotent-Replayed"));
	first = copy_body();
	for (int i = 0; i < 2; i++) {
		post("[" EVENT "," EVENT "]", NULL, key);
		ck_assert_uint_eq(fixture.response.status, 201);
		ck_assert_str_eq(fixture_field(&fixture,
		    "Idempotent-Replayed"), "true");
		ck_assert_str_eq(fixture_body(&fixture), first);
		/* And by another recorder. */
		recorder_stop(recorder);
		recorder = recorder_start(&fixture);
	}
	check_event_count(2);
	free(first);
}
END_TEST

START_TEST(a_key_is_of_one_body_and_one_organization)
{
	static const char key[] = "HTTP_IDEMPOTENCY_KEY=once";

	post(EVENT, NULL, key);
	ck_assert_uint_eq(fixture.response.status, 201);
	post(EVENT " ", NULL, key);
	ck_assert_uint_eq(fixture.response.status, 422);
	check_event_count(1);
	recorder_ask(&fixture, &(struct ask){ .key = KEY_OTHER_WRITER,
	    .body = EVENT, .params = { key } });
	ck_assert_uint_eq(fixture.response.status, 201);
	ck_assert_ptr_null(fixture_field(&fixture, "Idempotent-Replayed"));
}
END_TEST

START_TEST(the_same_body_without_a_key_is_recorded_again)
{
	post(EVENT, NULL, NULL);
	post(EVENT, NULL, NULL);
	ck_assert_uint_eq(fixture.response.status, 201);
	check_event_count(2);
}
END_TEST

START_TEST(a_thousand_events_come_back_whole)
{
	struct buffer body;

	buffer_init(&body, 0);
	for (int i = 0; i < RECORD_EVENTS_MAX; i++)
		buffer_add_format(&body,
		    "{\"type\":\"queue_added\",\"queue\":{\"id\":\"q%d\"}}\n",
		    i);
	buffer_add(&body, "", 1);
	post(body.bytes, NDJSON, NULL);
	ck_assert_uint_eq(fixture.response.status, 201);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "\"queue\":{\"id\":\"q999\"}}]}"));
	check_event_count(RECORD_EVENTS_MAX);
	buffer_clear(&body);
}
END_TEST

START_TEST(without_a_recorder_nothing_is_recorded)
{
	recorder_stop(recorder);
	post(EVENT, NULL, NULL);
	ck_assert_uint_eq(fixture.response.status, 503);
	ck_assert_str_eq(fixture_field(&fixture, "Retry-After"), "1");
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "no recorder takes events in right now"));
	/* What needs none is told without it. */
	post("{", NULL, NULL);
	ck_assert_uint_eq(fixture.response.status, 400);
	check_event_count(0);
	recorder = recorder_start(&fixture);
	post(EVENT, NULL, NULL);
	ck_assert_uint_eq(fixture.response.status, 201);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("recording");
	TCase *tests = tcase_create("recording");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, what_is_answered_is_what_a_get_shows, 0,
	    COUNT_OF(rows));
	tcase_add_test(tests, a_batch_with_one_bad_event_records_nothing);
	tcase_add_test(tests, a_repeat_under_a_key_is_answered_as_the_first);
	tcase_add_test(tests, a_key_is_of_one_body_and_one_organization);
	tcase_add_test(tests,
	    the_same_body_without_a_key_is_recorded_again);
	tcase_add_test(tests, a_thousand_events_come_back_whole);
	tcase_add_test(tests, without_a_recorder_nothing_is_recorded);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
