/* test_answer.c - the checks of a request, and their order. */
#include "api/answer.h"

#include <stdio.h>
#include <string.h>

#include "api_fixture.h"
#include "base/text.h"
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

static char long_query[8 * 1024 + 2];

static const char *
make_long_query(size_t len)
{
	memset(long_query, 'x', len);
	long_query[len] = '\0';
	return long_query;
}

#define JSON "application/json"

static const struct {
	struct ask ask;
	unsigned int status;
	const char *title;	/* NULL: no problem */
	const char *detail;
} rows[] = {
	{ { .key = KEY_READER }, 200, NULL, NULL },
	{ { .key = KEY_WRITER }, 200, NULL, NULL },
	{ { .key = KEY_READER, .path = "/events" }, 200, NULL, NULL },
	{ { .key = KEY_READER, .path = "/events/" }, 200, NULL, NULL },
	{ { .key = KEY_READER, .path = "/v1/events/" }, 200, NULL, NULL },
	{ { .key = KEY_READER, .path = "/v1",
	    .params = { "PATH_INFO=/events" } }, 200, NULL, NULL },
	{ { .key = KEY_READER, .path = "",
	    .params = { "PATH_INFO=/v1/events" } }, 200, NULL, NULL },
	{ { .key = KEY_READER, .accept = "" }, 200, NULL, NULL },
	{ { .key = KEY_READER, .accept = "text/csv" }, 200, NULL, NULL },
	{ { .key = KEY_READER, .query = "unknown=1" }, 200, NULL, NULL },
	{ { .method = "OPTIONS", .accept = "text/html" }, 204, NULL, NULL },
	{ { .method = "OPTIONS", .path = "/readyz" }, 204, NULL, NULL },
	{ { .path = "/healthz" }, 200, NULL, NULL },
	{ { .path = "/readyz" }, 200, NULL, NULL },
	{ { .key = KEY_READER, .query = "limit=ten" }, 400, "Bad Request",
	    "limit: expected a whole number, got \\\"ten\\\"" },
	{ { .key = KEY_READER, .query = "%" }, 400, "Bad Request",
	    "query: expected two hexadecimal digits after %, got \\\"%\\\"" },
	{ { .key = KEY_NONE }, 401, "Unauthorized",
	    "X-API-KEY: expected one valid API key" },
	{ { .key = KEY_UNPAID }, 402, "Payment Required",
	    "the API key's organization has not paid" },
	{ { .key = KEY_SCOPELESS }, 403, "Forbidden",
	    "the API key's scopes do not cover this request" },
	{ { .path = "/" }, 404, "Not Found", "path: expected /v1/events" },
	{ { .path = "" }, 404, "Not Found", NULL },
	{ { .path = "/v1" }, 404, "Not Found", NULL },
	{ { .path = "/v1/" }, 404, "Not Found", NULL },
	{ { .path = "//v1/events" }, 404, "Not Found", NULL },
	{ { .path = "/v1//events" }, 404, "Not Found", NULL },
	{ { .path = "/v1/events//" }, 404, "Not Found", NULL },
	{ { .path = "/v1/event" }, 404, "Not Found", NULL },
	{ { .path = "/v1/eventsx" }, 404, "Not Found", NULL },
	{ { .path = "/v1/events/x" }, 404, "Not Found", NULL },
	{ { .path = "/V1/events" }, 404, "Not Found", NULL },
	{ { .path = "/v2/events" }, 404, "Not Found", NULL },
	{ { .path = "/v1/v1/events" }, 404, "Not Found", NULL },
	{ { .path = "/v1/../v1/events" }, 404, "Not Found", NULL },
	{ { .path = "/v1/healthz" }, 404, "Not Found", NULL },
	{ { .path = "v1/events" }, 404, "Not Found", NULL },
	{ { .path = "*", .method = "OPTIONS" }, 404, "Not Found", NULL },
	{ { .method = "PUT" }, 405, "Method Not Allowed",
	    "method: this path offers GET, HEAD, POST, OPTIONS" },
	{ { .method = "DELETE" }, 405, "Method Not Allowed", NULL },
	{ { .method = "PATCH" }, 405, "Method Not Allowed", NULL },
	{ { .method = "TRACE" }, 405, "Method Not Allowed", NULL },
	{ { .method = "CONNECT" }, 405, "Method Not Allowed", NULL },
	{ { .method = "POST", .path = "/healthz" }, 405,
	    "Method Not Allowed",
	    "method: this path offers GET, HEAD, OPTIONS" },
	{ { .accept = "text/html" }, 406, "Not Acceptable",
	    "Accept: expected application/json, application/x-ndjson or "
	    "text/csv" },
	{ { .accept = "text/csv", .path = "/healthz" }, 406,
	    "Not Acceptable", "Accept: expected application/json" },
	{ { .key = KEY_READER, .query = "limit=0" }, 422,
	    "Unprocessable Entity",
	    "limit: expected 1 or more, got \\\"0\\\"" },
	{ { .key = KEY_READER, .query = "order=up" }, 422,
	    "Unprocessable Entity",
	    "order: expected asc or desc, got \\\"up\\\"" },
	{ { .key = KEY_LOCKED }, 423, "Locked",
	    "the API key's organization is locked" },
	{ { .method = "BREW" }, 501, "Not Implemented",
	    "method: expected one that HTTP knows, such as GET" },
	{ { .method = "get" }, 501, "Not Implemented", NULL },
	{ { .method = "" }, 501, "Not Implemented", NULL },
};

START_TEST(each_request_has_its_status)
{
	char expected[512];

	fixture_ask(&fixture, &rows[_i].ask);
	ck_assert_uint_eq(fixture.response.status, rows[_i].status);
	if (rows[_i].title == NULL)
		return;
	snprintf(expected, sizeof(expected),
	    "{\"title\":\"%s\",\"status\":%u,\"detail\":\"%s",
	    rows[_i].title, rows[_i].status,
	    rows[_i].detail == NULL ? "" : rows[_i].detail);
	ck_assert_msg(strncmp(fixture_body(&fixture), expected,
	    strlen(expected)) == 0, "%s", fixture_body(&fixture));
	if (rows[_i].detail != NULL)
		ck_assert_str_eq(fixture_body(&fixture) + strlen(expected),
		    "\"}");
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"), JSON);
}
END_TEST

START_TEST(a_query_over_8_kib_is_refused)
{
	struct ask ask = {
		.key = KEY_READER, .query = make_long_query(8 * 1024)
	};

	fixture_ask(&fixture, &ask);
	ck_assert_uint_eq(fixture.response.status, 200);
	ask.query = make_long_query(8 * 1024 + 1);
	fixture_ask(&fixture, &ask);
	ck_assert_uint_eq(fixture.response.status, 414);
	ck_assert_str_eq(fixture_body(&fixture),
	    "{\"title\":\"URI Too Long\",\"status\":414,"
	    "\"detail\":\"query: expected at most 8192 bytes\"}");
}
END_TEST

/*
 * One fault each, in the order of the checks.  Those that share a member of
 * the request cannot be met together, but for the query's, which join.
 */
static const struct fault {
	unsigned int status;
	const char *method;
	const char *path;
	const char *accept;
	enum fixture_key key;
	const char *query;
	bool is_long;
} faults[] = {
	{ .status = 501, .method = "BREW" },
	{ .status = 404, .path = "/nothing" },
	{ .status = 405, .method = "PUT" },
	{ .status = 406, .accept = "text/html" },
	{ .status = 401, .key = KEY_DISABLED },
	{ .status = 423, .key = KEY_LOCKED },
	{ .status = 402, .key = KEY_UNPAID },
	{ .status = 403, .key = KEY_SCOPELESS },
	{ .status = 414, .is_long = true },
	{ .status = 400, .query = "limit=ten" },
	{ .status = 422, .query = "order=up" },
};

static bool
can_meet(const struct fault *a, const struct fault *b)
{
	return (a->method == NULL || b->method == NULL) &&
	    (a->path == NULL || b->path == NULL) &&
	    (a->key == KEY_NONE || b->key == KEY_NONE);
}

static void
commit_fault(struct ask *ask, struct buffer *query,
    const struct fault *fault)
{
	if (fault->method != NULL)
		ask->method = fault->method;
	if (fault->path != NULL)
		ask->path = fault->path;
	if (fault->accept != NULL)
		ask->accept = fault->accept;
	if (fault->key != KEY_NONE)
		ask->key = fault->key;
	if (fault->query != NULL)
		buffer_add_format(query, "&%s", fault->query);
	if (fault->is_long)
		buffer_add_format(query, "&%s", make_long_query(8 * 1024));
}

START_TEST(of_two_faults_the_earlier_answers)
{
	const struct fault *earlier = &faults[_i];

	for (size_t i = (size_t)_i; i < COUNT_OF(faults); i++) {
		struct ask ask = { .key = KEY_READER };
		struct buffer query;

		if (&faults[i] != earlier && !can_meet(earlier, &faults[i]))
			continue;
		buffer_init(&query, 0);
		commit_fault(&ask, &query, &faults[i]);
		if (&faults[i] != earlier)
			commit_fault(&ask, &query, earlier);
		buffer_add(&query, "", 1);
		ask.query = query.bytes;
		fixture_ask(&fixture, &ask);
		ck_assert_msg(fixture.response.status == earlier->status,
		    "%u and %u gave %u", earlier->status, faults[i].status,
		    fixture.response.status);
		buffer_clear(&query);
	}
}
END_TEST

START_TEST(a_locked_or_unpaid_organization_comes_before_the_scope)
{
	fixture_ask(&fixture, &(struct ask){ .key = KEY_LOCKED_SCOPELESS });
	ck_assert_uint_eq(fixture.response.status, 423);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_UNPAID_SCOPELESS });
	ck_assert_uint_eq(fixture.response.status, 402);
}
END_TEST

static const struct ask bad_keys[] = {
	{ .key = KEY_NONE },
	{ .key = KEY_UNKNOWN },
	{ .key = KEY_DISABLED },
	{ .key = KEY_EXPIRED },
	{ .params = { "HTTP_X_API_KEY=" } },
	{ .params = { "HTTP_X_API_KEY=at_" } },
	{ .params = { "HTTP_X_API_KEY=secret" } },
	{ .params = { "HTTP_X_API_KEY=\xff\x01" } },
	{ .params = { "HTTP_X_API_KEY=one", "HTTP_X_API_KEY=two" } },
	{ .params = { "HTTP_X_API_KEY=one" }, .key = KEY_READER },
};

START_TEST(all_bad_keys_get_the_same_answer)
{
	struct ask ask = bad_keys[_i];

	ask.params[ASK_PARAMS_MAX - 1] = NULL;
	fixture_ask(&fixture, &ask);
	ck_assert_uint_eq(fixture.response.status, 401);
	ck_assert_str_eq(fixture_field(&fixture, "WWW-Authenticate"),
	    "ApiKey realm=\"apitrail\"");
	ck_assert_str_eq(fixture_body(&fixture),
	    "{\"title\":\"Unauthorized\",\"status\":401,"
	    "\"detail\":\"X-API-KEY: expected one valid API key\"}");
}
END_TEST

START_TEST(a_good_key_given_twice_is_bad)
{
	char twice[128];

	snprintf(twice, sizeof(twice), "HTTP_X_API_KEY=%s",
	    fixture.keys[KEY_READER]);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .params = { twice } });
	ck_assert_uint_eq(fixture.response.status, 401);

	/* As lighttpd and Apache join two fields. */
	snprintf(twice, sizeof(twice), "HTTP_X_API_KEY=%s, %s",
	    fixture.keys[KEY_READER], fixture.keys[KEY_READER]);
	fixture_ask(&fixture, &(struct ask){ .params = { twice } });
	ck_assert_uint_eq(fixture.response.status, 401);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("answer");
	TCase *tests = tcase_create("checks");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, each_request_has_its_status, 0,
	    COUNT_OF(rows));
	tcase_add_test(tests, a_query_over_8_kib_is_refused);
	tcase_add_loop_test(tests, of_two_faults_the_earlier_answers, 0,
	    COUNT_OF(faults));
	tcase_add_test(tests,
	    a_locked_or_unpaid_organization_comes_before_the_scope);
	tcase_add_loop_test(tests, all_bad_keys_get_the_same_answer, 0,
	    COUNT_OF(bad_keys));
	tcase_add_test(tests, a_good_key_given_twice_is_bad);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
