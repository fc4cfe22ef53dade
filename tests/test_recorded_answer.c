/* test_recorded_answer.c - POST /v1/events: what came of it. */
#include "api/recorded_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_recorder.h"
#include "base/text.h"
#include "suite.h"

#define EVENT "{\"type\":\"queue_added\"}"
#define FIRST_MS INT64_C(1657027948150)

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
post(const char *body, const char *param)
{
	fixture_ask(&fixture, &(struct ask){ .method = "POST",
	    .key = KEY_WRITER, .body = body, .params = { param } });
	ck_assert_int_eq(fixture.response.need, NEED_RECORDER);
}

/* That a whole answer is there, and that nothing is kept. */
static void
check_whole(unsigned int status)
{
	char length[32];

	ck_assert_uint_eq(fixture.response.status, status);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_ptr_null(fixture.response.pending);
	snprintf(length, sizeof(length), "%zu", fixture.response.body.len);
	ck_assert_str_eq(fixture_field(&fixture, "Content-Length"), length);
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
	    "application/json");
}

static const struct {
	const char *body;
	size_t event_count;
	const char *begin;		/* of the answer */
	const char *end;
} recorded_rows[] = {
	{ EVENT, 1, "{\"event\":", "}" },
	{ "[" EVENT "]", 1, "{\"events\":[", "]}" },
	{ "[" EVENT "," EVENT "]", 2, "{\"events\":[", "]}" },
};

static void
add_event(struct buffer *answer, size_t index)
{
	buffer_add_format(answer, "%s{\"id\":\"%021zu\","
	    "\"type\":\"queue_added\",\"stored_at\":%" PRId64 ","
	    "\"client\":{\"id\":\"%s\"}}", index > 0 ? "," : "", index,
	    FIRST_MS + (int64_t)index, fixture.organizations[ACME].id);
}

START_TEST(what_was_recorded_comes_back_as_it_is_stored)
{
	struct buffer answer;

	buffer_init(&answer, 0);
	buffer_add_text(&answer, recorded_rows[_i].begin);
	for (size_t i = 0; i < recorded_rows[_i].event_count; i++)
		add_event(&answer, i);
	buffer_add_text(&answer, recorded_rows[_i].end);
	buffer_add(&answer, "", 1);

	post(recorded_rows[_i].body, NULL);
	recorder_reply(&fixture, MESSAGE_RECORDED,
	    recorded_rows[_i].event_count, FIRST_MS);
	check_whole(201);
	ck_assert_str_eq(fixture_body(&fixture), answer.bytes);
	ck_assert_ptr_null(fixture_field(&fixture, "Idempotent-Replayed"));
	ck_assert_ptr_null(fixture_field(&fixture, "Retry-After"));

	post(recorded_rows[_i].body, "HTTP_IDEMPOTENCY_KEY=k");
	recorder_reply(&fixture, MESSAGE_REPLAYED,
	    recorded_rows[_i].event_count, FIRST_MS);
	check_whole(201);
	ck_assert_str_eq(fixture_body(&fixture), answer.bytes);
	ck_assert_str_eq(fixture_field(&fixture, "Idempotent-Replayed"),
	    "true");
	buffer_clear(&answer);
}
END_TEST

START_TEST(an_answer_is_indented_when_asked_for)
{
	fixture_ask(&fixture, &(struct ask){ .method = "POST",
	    .key = KEY_WRITER, .body = EVENT, .query = "pretty=1" });
	recorder_reply(&fixture, MESSAGE_RECORDED, 1, FIRST_MS);
	check_whole(201);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "{\n  \"event\": {\n    \"id\": \"000000000000000000000\",\n"));
}
END_TEST

static const struct {
	enum message_outcome outcome;
	unsigned int status;
	const char *retry_after;	/* NULL: no such field */
	const char *detail;
} outcome_rows[] = {
	{ MESSAGE_CONFLICT, 409, "1", "Idempotency-Key: the first request "
	    "with this key is still under way" },
	{ MESSAGE_MISMATCH, 422, NULL, "Idempotency-Key: expected the same "
	    "body as of the first request with this key" },
	{ MESSAGE_FULL, 503, "60", "the store is full and nothing was "
	    "recorded: try again later" },
	{ MESSAGE_GONE, 401, NULL, "X-API-KEY: expected one valid API key" },
	{ MESSAGE_FAILED, 503, "1", "the store failed and nothing was "
	    "recorded: try again later" },
	{ MESSAGE_STOPPING, 503, "1", "the recorder is being stopped and "
	    "nothing was recorded: try again later" },
	{ MESSAGE_UNKNOWN, 503, "1", "it is not known whether the events "
	    "were recorded: repeat the request with the same "
	    "Idempotency-Key" },
	{ MESSAGE_APART, 503, "1", "the log of this cluster cannot be reached "
	    "and nothing was recorded: try again later" },
};

static void
check_problem(unsigned int status, const char *retry_after,
    const char *detail)
{
	char expected[512];

	check_whole(status);
	snprintf(expected, sizeof(expected),
	    ",\"status\":%u,\"detail\":\"%s\"}", status, detail);
	ck_assert_msg(strstr(fixture_body(&fixture), expected) != NULL,
	    "%s", fixture_body(&fixture));
	if (retry_after == NULL)
		ck_assert_ptr_null(fixture_field(&fixture, "Retry-After"));
	else
		ck_assert_str_eq(fixture_field(&fixture, "Retry-After"),
		    retry_after);
}

START_TEST(each_outcome_has_its_status)
{
	post(EVENT, "HTTP_IDEMPOTENCY_KEY=k");
	recorder_reply(&fixture, outcome_rows[_i].outcome, 0, 0);
	check_problem(outcome_rows[_i].status, outcome_rows[_i].retry_after,
	    outcome_rows[_i].detail);
}
END_TEST

START_TEST(what_only_the_log_has_is_accepted)
{
	post(EVENT, "HTTP_IDEMPOTENCY_KEY=k");
	recorder_reply(&fixture, MESSAGE_ACCEPTED, 0, 0);
	check_whole(202);
	ck_assert_str_eq(fixture_body(&fixture),
	    "{\"title\":\"Accepted\",\"status\":202}");
	ck_assert_ptr_null(fixture_field(&fixture, "Idempotent-Replayed"));
}
END_TEST

static const struct {
	enum error error;
	const char *param;
	const char *detail;
} error_rows[] = {
	{ ERR_AWAY, NULL,
	    "no recorder takes events in right now: try again later" },
	{ ERR_OVERLOAD, NULL, "too many requests wait for the recorder and "
	    "nothing was recorded: try again later" },
	{ ERR_NO_MEMORY, NULL,
	    "the service cannot answer right now: try again later" },
	{ ERR_IO, NULL, "it is not known whether the events were recorded: "
	    "look for them, or use an Idempotency-Key, with which a request "
	    "can be repeated" },
	{ ERR_IO, "HTTP_IDEMPOTENCY_KEY=k", "it is not known whether the "
	    "events were recorded: repeat the request with the same "
	    "Idempotency-Key" },
};

START_TEST(without_a_reply_the_client_learns_what_to_do)
{
	post(EVENT, error_rows[_i].param);
	recorder_fail(&fixture, error_rows[_i].error);
	check_problem(503, "1", error_rows[_i].detail);
}
END_TEST

START_TEST(a_reply_of_another_count_is_not_believed)
{
	post("[" EVENT "," EVENT "]", NULL);
	recorder_reply(&fixture, MESSAGE_RECORDED, 1, FIRST_MS);
	check_problem(503, "1", "it is not known whether the events were "
	    "recorded: look for them, or use an Idempotency-Key, with which "
	    "a request can be repeated");
}
END_TEST

START_TEST(an_answer_belongs_to_its_request)
{
	fixture_ask(&fixture, &(struct ask){ .method = "POST",
	    .key = KEY_WRITER, .body = EVENT,
	    .accept = "application/json, application/problem+json",
	    .params = { "HTTP_X_REQUEST_ID=mine" } });
	recorder_fail(&fixture, ERR_AWAY);
	ck_assert_uint_eq(fixture.response.status, 503);
	ck_assert_str_eq(fixture_field(&fixture, "X-Request-Id"), "mine");
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
	    "application/problem+json");
}
END_TEST

/* What waits may go on in another response than it began in. */
START_TEST(a_response_that_waits_can_be_moved)
{
	struct response first;

	post(EVENT, "HTTP_X_REQUEST_ID=moved");
	first = fixture.response;
	response_init(&fixture.response);
	fixture.response.need = first.need;
	fixture.response.pending = first.pending;
	fixture.response.message = first.message;
	first.need = NEED_NOTHING;
	first.pending = NULL;
	buffer_init(&first.message, 0);
	response_clear(&first);

	recorder_reply(&fixture, MESSAGE_RECORDED, 1, FIRST_MS);
	check_whole(201);
	ck_assert_str_eq(fixture_field(&fixture, "X-Request-Id"), "moved");
}
END_TEST

START_TEST(a_response_that_waits_can_be_given_up)
{
	post(EVENT, NULL);
	response_reset(&fixture.response);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_ptr_null(fixture.response.pending);
	ck_assert_uint_eq(fixture.response.message.len, 0);
}
END_TEST

/* The line is written when the request ends, one way or the other. */
START_TEST(a_recording_has_its_line_in_the_access_log)
{
	char *directory = suite_directory();
	char setting[512];
	char lines[1024];
	const char *path;
	FILE *file;
	size_t len;

	fixture_close(&fixture);
	snprintf(setting, sizeof(setting), "APITRAIL_ACCESS_LOG=%s/log",
	    directory);
	path = strchr(setting, '=') + 1;
	fixture_open(&fixture, (const char *const[]){ setting, NULL });
	post(EVENT, "HTTP_X_REQUEST_ID=whole");
	service_flush(fixture.service);
	recorder_reply(&fixture, MESSAGE_RECORDED, 1, FIRST_MS);
	len = fixture.response.body.len;
	post(EVENT, "HTTP_X_REQUEST_ID=left");
	response_reset(&fixture.response);
	service_flush(fixture.service);

	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	lines[fread(lines, 1, sizeof(lines) - 1, file)] = '\0';
	fclose(file);
	snprintf(setting, sizeof(setting), " method=POST "
	    "path=/v1/events status=201 bytes=%zu us=", len);
	ck_assert(fixture_has_line(lines, " request_id=whole ", setting));
	ck_assert(fixture_has_line(lines, " request_id=left ",
	    " method=POST path=/v1/events status=0 bytes=0 us="));
	free(directory);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("recorded_answer");
	TCase *tests = tcase_create("recorded_answer");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests,
	    what_was_recorded_comes_back_as_it_is_stored, 0,
	    COUNT_OF(recorded_rows));
	tcase_add_test(tests, an_answer_is_indented_when_asked_for);
	tcase_add_loop_test(tests, each_outcome_has_its_status, 0,
	    COUNT_OF(outcome_rows));
	tcase_add_test(tests, what_only_the_log_has_is_accepted);
	tcase_add_loop_test(tests,
	    without_a_reply_the_client_learns_what_to_do, 0,
	    COUNT_OF(error_rows));
	tcase_add_test(tests, a_reply_of_another_count_is_not_believed);
	tcase_add_test(tests, an_answer_belongs_to_its_request);
	tcase_add_test(tests, a_response_that_waits_can_be_moved);
	tcase_add_test(tests, a_response_that_waits_can_be_given_up);
	tcase_add_test(tests, a_recording_has_its_line_in_the_access_log);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
