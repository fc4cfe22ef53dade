/* test_response.c - the fields of every answer. */
#include "api/response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api_fixture.h"
#include "base/text.h"
#include "model/cursor.h"
#include "suite.h"

static struct fixture fixture;

static void
tear_down(void)
{
	fixture_close(&fixture);
}

static const struct {
	struct ask ask;
	unsigned int status;
} rows[] = {
	{ { .key = KEY_READER }, 200 },
	{ { .key = KEY_READER, .accept = "application/x-ndjson" }, 200 },
	{ { .key = KEY_READER, .accept = "text/csv" }, 200 },
	{ { .key = KEY_READER, .query = "pretty" }, 200 },
	{ { .path = "/healthz" }, 200 },
	{ { .path = "/readyz" }, 200 },
	{ { .method = "OPTIONS" }, 204 },
	{ { .key = KEY_READER, .query = "limit=x" }, 400 },
	{ { .key = KEY_UNKNOWN }, 401 },
	{ { .key = KEY_UNPAID }, 402 },
	{ { .key = KEY_SCOPELESS }, 403 },
	{ { .path = "/x" }, 404 },
	{ { .method = "PUT" }, 405 },
	{ { .accept = "text/html" }, 406 },
	{ { .key = KEY_READER, .query = "limit=0" }, 422 },
	{ { .key = KEY_LOCKED }, 423 },
	{ { .method = "BREW" }, 501 },
};

/* Every line ends with CRLF, and no other control character is there. */
static void
check_head(void)
{
	const struct buffer *head = &fixture.response.head;
	char status[64];

	snprintf(status, sizeof(status), "Status: %u ",
	    fixture.response.status);
	ck_assert_uint_gt(head->len, strlen(status));
	ck_assert_mem_eq(head->bytes, status, strlen(status));
	ck_assert_mem_eq(head->bytes + head->len - 4, "\r\n\r\n", 4);
	ck_assert_ptr_eq(memmem(head->bytes, head->len, "\r\n\r\n", 4),
	    head->bytes + head->len - 4);
	for (size_t i = 0; i < head->len; i++) {
		if (head->bytes[i] == '\r')
			ck_assert_int_eq(head->bytes[i + 1], '\n');
		else if (head->bytes[i] == '\n')
			ck_assert_int_eq(head->bytes[i - 1], '\r');
		else
			ck_assert_int_ge(head->bytes[i], ' ');
	}
}

START_TEST(every_answer_has_the_fields_of_all)
{
	char length[32];

	fixture_open(&fixture, NULL);
	fixture_ask(&fixture, &rows[_i].ask);
	ck_assert_uint_eq(fixture.response.status, rows[_i].status);
	check_head();
	ck_assert_str_eq(fixture_field(&fixture, "Cache-Control"),
	    "private, no-store");
	ck_assert_str_eq(fixture_field(&fixture, "Vary"),
	    "X-API-KEY, Accept");
	ck_assert_str_eq(fixture_field(&fixture, "X-Content-Type-Options"),
	    "nosniff");
	ck_assert(event_id_is_valid(fixture_field(&fixture, "X-Request-Id"),
	    EVENT_ID_LEN));
	ck_assert_ptr_null(fixture_field(&fixture,
	    "Access-Control-Allow-Origin"));
	ck_assert_int_eq(fixture_field(&fixture, "Content-Type") != NULL,
	    rows[_i].status != 204);
	snprintf(length, sizeof(length), "%zu", fixture.response.body.len);
	if (rows[_i].status == 204)
		ck_assert_ptr_null(fixture_field(&fixture, "Content-Length"));
	else
		ck_assert_str_eq(fixture_field(&fixture, "Content-Length"),
		    length);
	ck_assert_int_eq(fixture_field(&fixture, "Allow") != NULL,
	    rows[_i].status == 204 || rows[_i].status == 405);
	ck_assert_int_eq(fixture_field(&fixture, "WWW-Authenticate") != NULL,
	    rows[_i].status == 401);
	ck_assert_ptr_null(fixture_field(&fixture, "Retry-After"));
}
END_TEST

START_TEST(a_head_answers_as_a_get_without_its_body)
{
	struct ask ask = rows[_i].ask;
	struct buffer head;

	if (ask.method != NULL)
		return;
	fixture_open(&fixture, NULL);
	ask.params[0] = "HTTP_X_REQUEST_ID=same";
	fixture_ask(&fixture, &ask);
	buffer_init(&head, 0);
	buffer_add(&head, fixture.response.head.bytes,
	    fixture.response.head.len);

	ask.method = "HEAD";
	fixture_ask(&fixture, &ask);
	ck_assert_uint_eq(fixture.response.body.len, 0);
	ck_assert_ptr_null(fixture.response.pending);
	ck_assert_uint_eq(fixture.response.head.len, head.len);
	ck_assert_mem_eq(fixture.response.head.bytes, head.bytes, head.len);
	buffer_clear(&head);
}
END_TEST

START_TEST(cors_fields_name_the_one_origin)
{
	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_CORS_ORIGIN=https://app.example", NULL });
	fixture_ask(&fixture, &rows[_i].ask);
	ck_assert_uint_eq(fixture.response.status, rows[_i].status);
	check_head();
	ck_assert_str_eq(fixture_field(&fixture,
	    "Access-Control-Allow-Origin"), "https://app.example");
	ck_assert_str_eq(fixture_field(&fixture,
	    "Access-Control-Expose-Headers"),
	    "Apitrail-Gap, Idempotent-Replayed, Link, Retry-After, "
	    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
	    "X-Request-Id");
	if (rows[_i].status != 204) {
		ck_assert_ptr_null(fixture_field(&fixture,
		    "Access-Control-Allow-Methods"));
		return;
	}
	ck_assert_str_eq(fixture_field(&fixture, "Allow"),
	    "GET, HEAD, POST, OPTIONS");
	ck_assert_str_eq(fixture_field(&fixture,
	    "Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
	ck_assert_str_eq(fixture_field(&fixture,
	    "Access-Control-Allow-Headers"),
	    "Accept, Content-Type, Idempotency-Key, Last-Event-ID, "
	    "X-API-KEY, X-Request-Id");
	ck_assert_str_eq(fixture_field(&fixture, "Access-Control-Max-Age"),
	    "7200");
}
END_TEST

START_TEST(a_request_s_id_comes_back)
{
	fixture_open(&fixture, NULL);
	fixture_ask(&fixture, &(struct ask){
	    .params = { "HTTP_X_REQUEST_ID=a.b_c-1" } });
	ck_assert_str_eq(fixture_field(&fixture, "X-Request-Id"),
	    "a.b_c-1");
	fixture_ask(&fixture, &(struct ask){
	    .params = { "HTTP_X_REQUEST_ID=a\r\nX-Evil: b" } });
	check_head();
	ck_assert_ptr_null(fixture_field(&fixture, "X-Evil"));
}
END_TEST

static const struct {
	struct ask ask;
	const char *content_type;
} problem_rows[] = {
	{ { .accept = "application/json, application/problem+json",
	    .key = KEY_READER }, "application/json" },
	{ { .accept = "application/json, application/problem+json" },
	    "application/problem+json" },
	{ { .accept = "text/csv, application/problem+json" },
	    "application/problem+json" },
	{ { .accept = "text/csv" }, "application/json" },
	{ { .accept = "*/*" }, "application/json" },
	{ { .accept = "application/problem+json" }, "application/json" },
	{ { .accept = "application/problem+json, text/html" },
	    "application/json" },
	{ { .accept = "application/json, application/problem+json",
	    .path = "/x" }, "application/problem+json" },
	{ { .accept = "application/json, application/problem+json",
	    .method = "POST" }, "application/problem+json" },
};

START_TEST(a_problem_s_type_is_chosen_by_accept)
{
	fixture_open(&fixture, NULL);
	fixture_ask(&fixture, &problem_rows[_i].ask);
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
	    problem_rows[_i].content_type);
}
END_TEST

START_TEST(an_overload_is_told)
{
	struct request request;

	fixture_open(&fixture, NULL);
	request_read(NULL, &request);
	request.is_overload = true;
	answer(fixture.service, &request, &fixture.response);
	check_head();
	ck_assert_uint_eq(fixture.response.status, 503);
	ck_assert_str_eq(fixture_field(&fixture, "Retry-After"), "1");
}
END_TEST

START_TEST(a_body_without_room_is_503)
{
	fixture_open(&fixture, NULL);
	fixture.response.body.size_max = 64;
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	check_head();
	ck_assert_uint_eq(fixture.response.status, 503);
	ck_assert_str_eq(fixture_field(&fixture, "Content-Length"), "0");
	ck_assert_uint_eq(fixture.response.body.len, 0);
}
END_TEST

START_TEST(a_head_without_room_is_a_short_503)
{
	fixture_open(&fixture, NULL);
	/* Room that is there is used, so there must be no more of it. */
	fixture.response.head.size_max = 128;
	fixture.response.head.size = 128;
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	check_head();
	ck_assert_uint_eq(fixture.response.status, 503);
	ck_assert_str_eq(fixture_field(&fixture, "Retry-After"), "1");
	ck_assert_uint_eq(fixture.response.body.len, 0);
}
END_TEST

/* Each param of a request in turn. */
static const char *const names[] = {
	"REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING",
	"HTTP_ACCEPT", "HTTP_X_API_KEY", "HTTP_X_REQUEST_ID", "HTTP_HOST",
	"SERVER_NAME", "SERVER_PORT", "REMOTE_ADDR", "SERVER_PROTOCOL",
	"HTTPS", "REQUEST_SCHEME"
};

START_TEST(no_bytes_of_a_param_do_harm)
{
	static const char *const values[] = {
		"", "\x01\x02\r\n\r\n<>", "\xff\xfe\xfd", "%", "%s%n%x",
		"/../../", "////", ";q=", "\"", "[", "[::", ":", "&=&=&",
	};
	char *large = malloc(100 * 1024);
	char *text;

	fixture_open(&fixture, NULL);
	ck_assert_ptr_nonnull(large);
	memset(large, 'a', 100 * 1024);
	large[100 * 1024 - 1] = '\0';
	for (size_t i = 0; i <= COUNT_OF(values); i++) {
		ck_assert_int_gt(asprintf(&text, "%s=%s", names[_i],
		    i == COUNT_OF(values) ? large : values[i]), 0);
		fixture_ask(&fixture, &(struct ask){
		    .key = KEY_READER, .params = { text } });
		check_head();
		ck_assert_uint_ge(fixture.response.status, 200);
		ck_assert_uint_ne(fixture.response.status, 500);
		ck_assert_uint_ne(fixture.response.status, 503);
		free(text);
	}
	free(large);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("response");
	TCase *tests = tcase_create("fields");

	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_loop_test(tests, every_answer_has_the_fields_of_all, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tests, a_head_answers_as_a_get_without_its_body,
	    0, COUNT_OF(rows));
	tcase_add_loop_test(tests, cors_fields_name_the_one_origin, 0,
	    COUNT_OF(rows));
	tcase_add_test(tests, a_request_s_id_comes_back);
	tcase_add_loop_test(tests, a_problem_s_type_is_chosen_by_accept, 0,
	    COUNT_OF(problem_rows));
	tcase_add_test(tests, an_overload_is_told);
	tcase_add_test(tests, a_body_without_room_is_503);
	tcase_add_test(tests, a_head_without_room_is_a_short_503);
	tcase_add_loop_test(tests, no_bytes_of_a_param_do_harm, 0,
	    COUNT_OF(names));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
