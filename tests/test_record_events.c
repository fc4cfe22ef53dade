/* test_record_events.c - what POST /v1/events takes, and what it refuses. */
#include "api/record_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_recorder.h"
#include "base/text.h"
#include "model/body_digest.h"
#include "model/event.h"
#include "suite.h"

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
post(const struct ask *ask)
{
	struct ask good = *ask;

	if (good.method == NULL)
		good.method = "POST";
	if (good.key == KEY_NONE)
		good.key = KEY_WRITER;
	fixture_ask(&fixture, &good);
}

#define NDJSON "application/x-ndjson"
#define EVENT "{\"type\":\"queue_added\"}"

static const struct {
	struct ask ask;
	size_t event_count;
} good_rows[] = {
	{ { .body = EVENT }, 1 },
	{ { .body = " " EVENT "\n" }, 1 },
	{ { .body = "[" EVENT "]" }, 1 },
	{ { .body = "[" EVENT "," EVENT "]" }, 2 },
	{ { .body = EVENT, .body_type = NDJSON }, 1 },
	{ { .body = EVENT "\r\n\r\n" EVENT "\r\n", .body_type = NDJSON }, 2 },
	{ { .body = EVENT,
	    .body_type = "application/json; charset=utf-8" }, 1 },
	{ { .body = EVENT, .query = "pretty&limit=x" }, 1 },
	{ { .body = EVENT, .path = "/events/" }, 1 },
	{ { .body = EVENT, .accept = "" }, 1 },
	{ { .body = EVENT, .accept = "*/*" }, 1 },
	{ { .body = EVENT, .params = { "CONTENT_LENGTH=22" } }, 1 },
	{ { .body = EVENT, .params = { "CONTENT_LENGTH=" } }, 1 },
	{ { .body = EVENT, .params = { "HTTP_CONTENT_ENCODING=" } }, 1 },
	{ { .body = EVENT, .params = { "HTTP_IDEMPOTENCY_KEY=!~" } }, 1 },
};

START_TEST(a_good_request_needs_the_recorder)
{
	struct buffer *message = &fixture.response.message;
	struct message_request request;
	size_t message_len;

	post(&good_rows[_i].ask);
	ck_assert_msg(fixture.response.need == NEED_RECORDER, "%s",
	    fixture_body(&fixture));
	ck_assert_uint_eq(fixture.response.status, 0);
	ck_assert_uint_eq(fixture.response.head.len, 0);
	ck_assert_uint_eq(fixture.response.body.len, 0);
	ck_assert_int_eq(message_length(message->bytes, message->len,
	    MESSAGE_REQUEST, &message_len), ERR_NONE);
	ck_assert_uint_eq(message_len, message->len);
	ck_assert_int_eq(message_read_request(message->bytes, message->len,
	    &request), ERR_NONE);
	ck_assert_uint_eq(request.event_count, good_rows[_i].event_count);
	ck_assert_uint_eq(request.organization,
	    fixture.organizations[ACME].number);
}
END_TEST

START_TEST(the_message_has_all_that_the_recorder_needs)
{
	static const uint8_t zeros[BODY_DIGEST_BYTES];
	struct buffer *message = &fixture.response.message;
	uint8_t digest[BODY_DIGEST_BYTES];
	struct message_request request;
	struct event_json event;
	char wanted[256];
	size_t offset = 0;

	post(&(struct ask){ .body = "[ {\"queue\":{\"name\":\"n\",\"id\":"
	    "\"q\"}, \"type\":\"queue_added\"} ]",
	    .params = { "HTTP_IDEMPOTENCY_KEY=once" } });
	ck_assert_int_eq(message_read_request(message->bytes, message->len,
	    &request), ERR_NONE);
	ck_assert_str_eq(request.idempotency_key, "once");
	body_digest("[ {\"queue\":{\"name\":\"n\",\"id\":\"q\"}, "
	    "\"type\":\"queue_added\"} ]", 57, true, digest);
	ck_assert_mem_eq(request.body_digest, digest, sizeof(digest));
	ck_assert_uint_eq(strlen(request.api_key_id), EVENT_ID_LEN);
	ck_assert(message_next_event(&request, &offset, &event));
	ck_assert_int_eq(event.category, CATEGORY_QUEUES);
	snprintf(wanted, sizeof(wanted), ",\"client\":{\"id\":\"%s\"},"
	    "\"queue\":{\"id\":\"q\",\"name\":\"n\"}}",
	    fixture.organizations[ACME].id);
	ck_assert_uint_gt(event.json_len, strlen(wanted));
	ck_assert_mem_eq(event.json + event.json_len - strlen(wanted),
	    wanted, strlen(wanted));

	post(&(struct ask){ .body = EVENT });
	ck_assert_int_eq(message_read_request(message->bytes, message->len,
	    &request), ERR_NONE);
	ck_assert_str_eq(request.idempotency_key, "");
	ck_assert_mem_eq(request.body_digest, zeros, sizeof(zeros));
}
END_TEST

START_TEST(the_same_bytes_as_a_batch_are_another_body)
{
	static const char *const types[] = { "application/json", NDJSON };
	uint8_t digests[COUNT_OF(types)][BODY_DIGEST_BYTES];

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct buffer *message = &fixture.response.message;
		struct message_request request;

		post(&(struct ask){ .body = EVENT, .body_type = types[i],
		    .params = { "HTTP_IDEMPOTENCY_KEY=once" } });
		ck_assert_int_eq(message_read_request(message->bytes,
		    message->len, &request), ERR_NONE);
		memcpy(digests[i], request.body_digest, BODY_DIGEST_BYTES);
	}
	ck_assert_mem_ne(digests[0], digests[1], BODY_DIGEST_BYTES);
}
END_TEST

#define LETTERS_16 "aaaaaaaaaaaaaaaa"
#define LETTERS_64 LETTERS_16 LETTERS_16 LETTERS_16 LETTERS_16
#define KEY_EXPECTED "Idempotency-Key: expected 1 to 64 visible ASCII " \
	"characters without a space, got "

static const struct {
	struct ask ask;
	unsigned int status;
	const char *detail;	/* as JSON; how it begins */
} bad_rows[] = {
	{ { .body = EVENT, .accept = "text/csv" }, 406,
	    "Accept: expected application/json" },
	{ { .body = EVENT, .key = KEY_READER }, 403,
	    "the API key's scopes do not cover this request" },
	{ { .body = EVENT, .key = KEY_LOCKED }, 423, "" },
	{ { .body = EVENT, .key = KEY_UNPAID }, 402, "" },
	{ { .body = EVENT, .key = KEY_UNKNOWN }, 401, "" },
	{ { .body = EVENT, .body_type = "text/plain" }, 415,
	    "Content-Type: expected application/json or "
	    "application/x-ndjson, in utf-8, got \\\"text/plain\\\"" },
	{ { .body = NULL }, 415, "Content-Type: expected" },
	{ { .body = EVENT, .params = { "HTTP_CONTENT_ENCODING=gzip" } }, 415,
	    "Content-Encoding: expected none, got \\\"gzip\\\"" },
	{ { .body = EVENT, .is_cut = true }, 413,
	    "body: expected at most 1048576 bytes" },
	{ { .body = EVENT, .params = { "CONTENT_LENGTH=1048577" } }, 413,
	    "body: expected at most 1048576 bytes" },
	{ { .body = EVENT, .query = "pretty=maybe" }, 400,
	    "pretty: expected true, false, 1 or 0, got \\\"maybe\\\"" },
	{ { .body = EVENT, .query = "pretty&pretty" }, 400,
	    "pretty: expected once, got twice" },
	{ { .body = EVENT, .query = "%zz" }, 400, "query: " },
	{ { .body = EVENT, .params = { "CONTENT_LENGTH=23" } }, 400,
	    "body: expected the 23 bytes that Content-Length says, got 22" },
	{ { .body = EVENT, .params = { "CONTENT_LENGTH=21" } }, 400,
	    "body: expected the 21 bytes that Content-Length says, got 22 "
	    "or more" },
	{ { .body = EVENT, .params = { "CONTENT_LENGTH=x" } }, 400,
	    "Content-Length: expected a whole number, got \\\"x\\\"" },
	{ { .body = EVENT, .params = { "HTTP_IDEMPOTENCY_KEY=" } }, 400,
	    KEY_EXPECTED "\\\"\\\"" },
	{ { .body = EVENT, .params = { "HTTP_IDEMPOTENCY_KEY=a b" } }, 400,
	    KEY_EXPECTED "\\\"a b\\\"" },
	{ { .body = EVENT, .params = { "HTTP_IDEMPOTENCY_KEY=\xc3\xa4" } },
	    400, KEY_EXPECTED },
	{ { .body = EVENT, .params = { "HTTP_IDEMPOTENCY_KEY="
	    LETTERS_64 "a" } }, 400, KEY_EXPECTED },
	{ { .body = EVENT, .params = { "HTTP_IDEMPOTENCY_KEY=a",
	    "HTTP_IDEMPOTENCY_KEY=a" } }, 400,
	    "Idempotency-Key: expected once, got 2 times" },
	{ { .body = "" }, 400, "not JSON at byte 0: " },
	{ { .body = "{" }, 400, "not JSON at byte 1: " },
	{ { .body = "{\"type\":\"a\",\"type\":\"b\"}" }, 400,
	    "not JSON at byte 12: a second member \\\"type\\\"" },
	{ { .body = EVENT "\n{\n", .body_type = NDJSON }, 400,
	    "events[1]: not JSON at byte 1: " },
	/* The shape of all of it comes before the meaning of any. */
	{ { .body = "{}\n{\n", .body_type = NDJSON }, 400,
	    "events[1]: not JSON" },
	{ { .body = "[{},{}" }, 400, "not JSON at byte 6: " },
	{ { .body = "true" }, 422,
	    "body: expected an event or an array of events" },
	{ { .body = "[]" }, 422, "events: expected 1 to 1000, got 0" },
	{ { .body = "{}" }, 422, "type: is required" },
	{ { .body = "[{}]" }, 422, "events[0].type: is required" },
	{ { .body = "[" EVENT "," EVENT ",{\"type\":\"A\"}]" }, 422,
	    "events[2].type: expected a string" },
	{ { .body = EVENT "\n\n{\"type\":1}", .body_type = NDJSON }, 422,
	    "events[1].type: expected a string" },
	{ { .body = "[[]]" }, 422,
	    "events[0]: expected an event, which is a JSON object, got an "
	    "array" },
	{ { .body = "[null]" }, 422, "events[0]: expected an event" },
	{ { .body = "1\n", .body_type = NDJSON }, 422,
	    "events[0]: expected an event" },
	{ { .body = "{\"type\":\"a\",\"id\":\"x\"}" }, 422,
	    "id: is given to an event when it is recorded" },
	{ { .body = "[{\"type\":\"a\",\"stored_at\":1}]" }, 422,
	    "events[0].stored_at: is given to an event" },
	{ { .body = "[{\"type\":\"a\",\"so ein\":1}]" }, 422,
	    "events[0].\\\"so ein\\\": unknown member" },
	{ { .body = "[{\"type\":\"a\",\"queue\":{}}]" }, 422,
	    "events[0].queue.id: is required" },
	{ { .body = "[{\"type\":\"a\",\"metadata\":{\"a b\":1}}]" }, 422,
	    "events[0].metadata.\\\"a b\\\": expected a string" },
	{ { .body = "{\"type\":\"a\",\"metadata\":{\"a\":\"\\ud800\"}}" },
	    422, "an unpaired surrogate at byte 29" },
	{ { .body = "[" EVENT ",{\"type\":\"a\",\"metadata\":"
	    "{\"a\":\"\\ud800\"}}]" }, 422,
	    "events[1]: an unpaired surrogate at byte 29" },
	/* Of two events that are wrong the first one is told. */
	{ { .body = "[{\"type\":\"\"},{\"type\":\"a\",\"metadata\":"
	    "{\"a\":\"\\ud800\"}}]" }, 422, "events[0].type: expected" },
};

START_TEST(a_bad_request_is_told_what_to_mend)
{
	char expected[512];

	post(&bad_rows[_i].ask);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_ptr_null(fixture.response.pending);
	ck_assert_uint_eq(fixture.response.status, bad_rows[_i].status);
	snprintf(expected, sizeof(expected),
	    "\"status\":%u,\"detail\":\"%s", bad_rows[_i].status,
	    bad_rows[_i].detail);
	ck_assert_msg(strstr(fixture_body(&fixture), expected) != NULL,
	    "%s", fixture_body(&fixture));
}
END_TEST

START_TEST(an_idempotency_key_has_up_to_64_characters)
{
	post(&(struct ask){ .body = EVENT,
	    .params = { "HTTP_IDEMPOTENCY_KEY=" LETTERS_64 } });
	ck_assert_int_eq(fixture.response.need, NEED_RECORDER);
}
END_TEST

/* `{"type":"a","metadata":{"k":"..."}}` of so many bytes. */
static char *
make_event(size_t len)
{
	static const char begin[] = "{\"type\":\"a\",\"metadata\":{\"k\":\"";
	static const char end[] = "\"}}";
	char *event = malloc(len + 1);

	ck_assert_ptr_nonnull(event);
	memset(event, 'x', len);
	memcpy(event, begin, strlen(begin));
	memcpy(event + len - strlen(end), end, sizeof(end));
	return event;
}

START_TEST(an_event_has_up_to_4096_bytes)
{
	char *event = make_event(EVENT_BYTES_MAX);
	char *large = make_event(EVENT_BYTES_MAX + 1);

	post(&(struct ask){ .body = event });
	ck_assert_int_eq(fixture.response.need, NEED_RECORDER);
	post(&(struct ask){ .body = large });
	ck_assert_uint_eq(fixture.response.status, 422);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "\"event: expected at most 4096 bytes of compact JSON, got 4097"));
	post(&(struct ask){ .body = large, .body_type = NDJSON });
	ck_assert_uint_eq(fixture.response.status, 422);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "\"events[0]: expected at most 4096 bytes of compact JSON, got "
	    "4097"));
	free(event);
	free(large);
}
END_TEST

START_TEST(the_largest_body_of_the_most_events_is_taken)
{
	struct buffer body;
	size_t bytes;

	buffer_init(&body, 0);
	buffer_add_text(&body, "[");
	for (int i = 0; i < RECORD_EVENTS_MAX; i++) {
		char *event = make_event(1047);

		buffer_add_text(&body, i > 0 ? "," : "");
		buffer_add_text(&body, event);
		free(event);
	}
	buffer_add_text(&body, "]");
	ck_assert_uint_le(body.len, BODY_BYTES_MAX);
	bytes = BODY_BYTES_MAX - body.len;
	memset(buffer_reserve(&body, bytes), ' ', bytes);
	body.len += bytes;

	post(&(struct ask){ .body = body.bytes, .body_len = body.len,
	    .params = { "CONTENT_LENGTH=1048576" } });
	ck_assert_int_eq(fixture.response.need, NEED_RECORDER);
	buffer_add(&body, " ", 1);
	post(&(struct ask){ .body = body.bytes, .body_len = body.len });
	ck_assert_uint_eq(fixture.response.status, 413);
	buffer_clear(&body);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record_events");
	TCase *tests = tcase_create("record_events");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, a_good_request_needs_the_recorder, 0,
	    COUNT_OF(good_rows));
	tcase_add_test(tests, the_message_has_all_that_the_recorder_needs);
	tcase_add_test(tests,
	    the_same_bytes_as_a_batch_are_another_body);
	tcase_add_loop_test(tests, a_bad_request_is_told_what_to_mend, 0,
	    COUNT_OF(bad_rows));
	tcase_add_test(tests, an_idempotency_key_has_up_to_64_characters);
	tcase_add_test(tests, an_event_has_up_to_4096_bytes);
	tcase_add_test(tests,
	    the_largest_body_of_the_most_events_is_taken);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
