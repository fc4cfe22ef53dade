/* test_request.c - params become a request. */
#include "api/request.h"

#include <string.h>

#include "base/text.h"
#include "model/cursor.h"
#include "suite.h"

static struct request
request_of(const char *param)
{
	const char *params[] = { param, NULL };
	struct request request;

	request_read(params, &request);
	return request;
}

START_TEST(missing_texts_are_empty)
{
	const char *const none[] = { NULL };
	struct request request;

	request_read(none, &request);
	ck_assert_str_eq(request.method, "");
	ck_assert_str_eq(request.script_name, "");
	ck_assert_str_eq(request.path_info, "");
	ck_assert_str_eq(request.query, "");
	ck_assert_uint_eq(request.accept_count, 0);
	ck_assert_str_eq(request.key, "");
	ck_assert_uint_eq(request.key_count, 0);
	ck_assert_str_eq(request.request_id, "");
	ck_assert_str_eq(request.idempotency_key, "");
	ck_assert_uint_eq(request.idempotency_key_count, 0);
	ck_assert_str_eq(request.last_event_id, "");
	ck_assert_str_eq(request.content_type, "");
	ck_assert_str_eq(request.content_encoding, "");
	ck_assert_str_eq(request.content_length, "");
	ck_assert_uint_eq(request.body_len, 0);
	ck_assert_int_eq(request.body_state, BODY_WHOLE);
	ck_assert_str_eq(request.host, "");
	ck_assert_str_eq(request.server_name, "");
	ck_assert_str_eq(request.server_port, "");
	ck_assert_str_eq(request.remote_address, "");
	ck_assert(!request.is_https);
	ck_assert(!request.is_overload);
	ck_assert(!request.may_wait);
}
END_TEST

START_TEST(each_param_has_its_place)
{
	const char *const params[] = {
		"REQUEST_METHOD=GET", "SCRIPT_NAME=/v1", "PATH_INFO=/events",
		"QUERY_STRING=limit=1", "HTTP_ACCEPT=*/*",
		"HTTP_X_API_KEY=secret", "HTTP_X_REQUEST_ID=a",
		"HTTP_HOST=b", "SERVER_NAME=c", "SERVER_PORT=80",
		"REMOTE_ADDR=::1",
		"HTTP_IDEMPOTENCY_KEY=k", "HTTP_LAST_EVENT_ID=1:x",
		"CONTENT_TYPE=text/d", "HTTP_CONTENT_ENCODING=e",
		"CONTENT_LENGTH=7", NULL
	};
	struct request request;

	request_read(params, &request);
	ck_assert_str_eq(request.method, "GET");
	ck_assert_str_eq(request.script_name, "/v1");
	ck_assert_str_eq(request.path_info, "/events");
	ck_assert_str_eq(request.query, "limit=1");
	ck_assert_uint_eq(request.accept_count, 1);
	ck_assert_str_eq(request.accepts[0], "*/*");
	ck_assert_str_eq(request.key, "secret");
	ck_assert_uint_eq(request.key_count, 1);
	ck_assert_str_eq(request.request_id, "a");
	ck_assert_str_eq(request.host, "b");
	ck_assert_str_eq(request.server_name, "c");
	ck_assert_str_eq(request.server_port, "80");
	ck_assert_str_eq(request.remote_address, "::1");
	ck_assert_str_eq(request.idempotency_key, "k");
	ck_assert_uint_eq(request.idempotency_key_count, 1);
	ck_assert_str_eq(request.last_event_id, "1:x");
	ck_assert_str_eq(request.content_type, "text/d");
	ck_assert_str_eq(request.content_encoding, "e");
	ck_assert_str_eq(request.content_length, "7");
}
END_TEST

START_TEST(of_two_params_the_first_counts_but_each_accept_field)
{
	const char *const params[] = {
		"HTTP_ACCEPT=", "HTTP_ACCEPT=text/csv",
		"HTTP_X_API_KEY=one", "HTTP_X_API_KEY=two",
		"HTTP_IDEMPOTENCY_KEY=", "HTTP_IDEMPOTENCY_KEY=b",
		"HTTP_IDEMPOTENCY_KEY=c", NULL
	};
	struct request request;

	request_read(params, &request);
	ck_assert_uint_eq(request.accept_count, 2);
	ck_assert_str_eq(request.accepts[0], "");
	ck_assert_str_eq(request.accepts[1], "text/csv");
	ck_assert_str_eq(request.key, "one");
	ck_assert_uint_eq(request.key_count, 2);
	ck_assert_str_eq(request.idempotency_key, "");
	ck_assert_uint_eq(request.idempotency_key_count, 3);
}
END_TEST

START_TEST(params_without_a_name_or_of_other_names_are_passed_over)
{
	const char *const params[] = {
		"", "=", "=GET", "REQUEST_METHOD", "REQUEST_METHODS=PUT",
		"REQUEST_METHO=PUT", "request_method=PUT", "\xff=\xff", NULL
	};
	struct request request;

	request_read(params, &request);
	ck_assert_str_eq(request.method, "");
}
END_TEST

static const struct {
	const char *length;		/* CONTENT_LENGTH */
	size_t body_len;
	bool is_cut;
	enum body_state state;
} body_rows[] = {
	{ "", 0, false, BODY_WHOLE },
	{ "", 5, false, BODY_WHOLE },		/* chunked */
	{ "0", 0, false, BODY_WHOLE },
	{ "5", 5, false, BODY_WHOLE },
	{ "005", 5, false, BODY_WHOLE },
	{ "6", 5, false, BODY_SHORT },
	{ "5", 0, false, BODY_SHORT },
	{ "4", 5, false, BODY_LONG },
	{ "0", 5, false, BODY_LONG },
	{ "1048576", 1048576, false, BODY_WHOLE },
	{ "1048577", 1048577, false, BODY_TOO_LARGE },
	{ "", 1048577, false, BODY_TOO_LARGE },
	{ "1048577", 0, false, BODY_TOO_LARGE },
	{ "", 1048576, true, BODY_TOO_LARGE },
	{ "5", 5, true, BODY_TOO_LARGE },
	{ "99999999999999999999", 5, false, BODY_TOO_LARGE },
	{ "x", 5, false, BODY_UNMEASURED },
	{ "-1", 5, false, BODY_UNMEASURED },
	{ "+5", 5, false, BODY_UNMEASURED },
	{ " 5", 5, false, BODY_UNMEASURED },
	{ "5, 5", 5, false, BODY_UNMEASURED },
	{ "0x5", 5, false, BODY_UNMEASURED },
};

START_TEST(a_body_is_measured_against_its_length)
{
	static char body[BODY_BYTES_MAX + 1];
	struct request request = request_of("REQUEST_METHOD=POST");

	request.content_length = body_rows[_i].length;
	request_set_body(&request, body, body_rows[_i].body_len,
	    body_rows[_i].is_cut);
	ck_assert_int_eq(request.body_state, body_rows[_i].state);
	ck_assert_ptr_eq(request.body, body);
	ck_assert_uint_eq(request.body_len, body_rows[_i].body_len);
}
END_TEST

START_TEST(a_body_that_never_came_is_short)
{
	struct request request = request_of("CONTENT_LENGTH=1");

	request_set_body(&request, NULL, 0, false);
	ck_assert_str_eq(request.body, "");
	ck_assert_int_eq(request.body_state, BODY_SHORT);
	ck_assert_int_eq(request_of("CONTENT_LENGTH=1").body_state,
	    BODY_SHORT);
}
END_TEST

static const struct {
	const char *param;
	bool is_https;
} https_rows[] = {
	{ "HTTPS=on", true },
	{ "HTTPS=1", true },
	{ "HTTPS=", false },
	{ "HTTPS=off", false },
	{ "HTTPS=OFF", false },
	{ "HTTPS=0", false },
	{ "REQUEST_SCHEME=https", true },
	{ "REQUEST_SCHEME=http", false },
	{ "HTTP_X_FORWARDED_PROTO=https", false },	/* a client's word */
};

START_TEST(https_is_what_the_server_says)
{
	ck_assert_int_eq(request_of(https_rows[_i].param).is_https,
	    https_rows[_i].is_https);
}
END_TEST

#define LETTERS_60 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *param;
	bool is_taken;
} id_rows[] = {
	{ "HTTP_X_REQUEST_ID=x", true },
	{ "HTTP_X_REQUEST_ID=A-z_0.9", true },
	{ "HTTP_X_REQUEST_ID=" LETTERS_60 "bbbb", true },
	{ "HTTP_X_REQUEST_ID=" LETTERS_60 "bbbbb", false },
	{ "HTTP_X_REQUEST_ID=", false },
	{ "HTTP_X_REQUEST_ID=a b", false },
	{ "HTTP_X_REQUEST_ID=a\r\nSet-Cookie: b", false },
	{ "HTTP_X_REQUEST_ID=\xc3\xa4", false },
	{ "NOTHING=", false },
};

START_TEST(a_good_id_is_taken_and_any_other_replaced)
{
	struct request request = request_of(id_rows[_i].param);
	char id[REQUEST_ID_LEN_MAX + 1];

	request_choose_id(&request, id);
	if (id_rows[_i].is_taken)
		ck_assert_str_eq(id, request.request_id);
	else
		ck_assert(event_id_is_valid(id, strlen(id)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("request");
	TCase *tests = tcase_create("params");

	tcase_add_test(tests, missing_texts_are_empty);
	tcase_add_test(tests, each_param_has_its_place);
	tcase_add_test(tests,
	    of_two_params_the_first_counts_but_each_accept_field);
	tcase_add_test(tests,
	    params_without_a_name_or_of_other_names_are_passed_over);
	tcase_add_loop_test(tests,
	    a_body_is_measured_against_its_length, 0, COUNT_OF(body_rows));
	tcase_add_test(tests, a_body_that_never_came_is_short);
	tcase_add_loop_test(tests, https_is_what_the_server_says, 0,
	    COUNT_OF(https_rows));
	tcase_add_loop_test(tests, a_good_id_is_taken_and_any_other_replaced,
	    0, COUNT_OF(id_rows));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
