/* test_body_events.c - the events that a body holds, as texts. */
#include "api/body_events.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/limits.h"
#include "suite.h"

enum { EVENTS_MAX = 4 };

static const struct {
	enum body_type type;
	const char *body;
	bool is_batch;
	const char *events[EVENTS_MAX];
} rows[] = {
	{ BODY_JSON, "{}", false, { "{}" } },
	{ BODY_JSON, " \r\n{\"a\":[1]}\t", false,
	    { " \r\n{\"a\":[1]}\t" } },
	{ BODY_JSON, "[{}]", true, { "{}" } },
	{ BODY_JSON, " [ {\"a\":1} , 2 ]\n", true, { "{\"a\":1}", "2" } },
	{ BODY_NDJSON, "{}", true, { "{}" } },
	{ BODY_NDJSON, "{}\n", true, { "{}" } },
	{ BODY_NDJSON, "{\"a\":1}\n{}\n", true, { "{\"a\":1}", "{}" } },
	{ BODY_NDJSON, "\n\r\n \t\n1\r\n\n2", true, { "1\r", "2" } },
	{ BODY_NDJSON, "  {} \n[]", true, { "{} ", "[]" } },
};

START_TEST(a_body_holds_events_in_order)
{
	size_t body_len = strlen(rows[_i].body);
	struct body_events events;
	struct json_element event;
	struct detail detail = { "" };
	size_t offset = 0;
	size_t count = 0;
	/* Exactly the body, so that a look behind its end shows. */
	char *body = malloc(body_len);

	ck_assert_ptr_nonnull(body);
	memcpy(body, rows[_i].body, body_len);
	ck_assert_msg(body_events_read(rows[_i].type, body, body_len,
	    &events, &detail) == ERR_NONE, "%s", detail.text);
	ck_assert_int_eq(events.is_batch, rows[_i].is_batch);
	ck_assert(events.is_checked);
	while (body_events_next(&events, &offset, &event)) {
		const char *wanted = rows[_i].events[count++];

		ck_assert_ptr_nonnull(wanted);
		ck_assert_uint_eq(event.len, strlen(wanted));
		ck_assert_mem_eq(event.text, wanted, event.len);
	}
	ck_assert_uint_eq(count, events.count);
	ck_assert_ptr_null(rows[_i].events[count]);
	free(body);
}
END_TEST

#define NO_EVENT "body: expected an event or an array of events"
#define DEEP8 "[[[[[[[[1]]]]]]]]"

static const struct {
	enum body_type type;
	const char *body;
	size_t body_len;	/* 0: up to its NUL */
	enum error error;
	const char *detail;
} bad_rows[] = {
	{ BODY_JSON, "", 0, ERR_SYNTAX, "not JSON at byte 0: expected a "
	    "value, got the end of the text" },
	{ BODY_JSON, " ", 0, ERR_SYNTAX, "not JSON at byte 1: expected a "
	    "value, got the end of the text" },
	{ BODY_JSON, "{}{}", 0, ERR_SYNTAX, "not JSON at byte 2: expected "
	    "the end of the text, got \"{\"" },
	{ BODY_JSON, "[{},]", 0, ERR_SYNTAX, "not JSON at byte 4: expected "
	    "a value, got \"]\"" },
	{ BODY_JSON, "{\"a\":1,\"a\":2}", 0, ERR_SYNTAX, "not JSON at byte "
	    "7: a second member \"a\"" },
	{ BODY_JSON, "[NaN]", 0, ERR_SYNTAX, "not JSON at byte 1: expected "
	    "a value, got \"N\"" },
	{ BODY_JSON, "{'a':1}", 0, ERR_SYNTAX, "not JSON at byte 1: expected "
	    "a member's name in double quotes, got \"'\"" },
	{ BODY_JSON, "\xef\xbb\xbf{}", 0, ERR_SYNTAX, "not JSON at byte 0: "
	    "expected a value, got \"\xef\xbb\xbf\"" },
	{ BODY_JSON, "[{}]\0", 5, ERR_SYNTAX, "not JSON at byte 4: expected "
	    "the end of the text, got \"\\x00\"" },
	{ BODY_JSON, "\0{}", 3, ERR_SYNTAX, "not JSON at byte 0: expected "
	    "a value, got \"\\x00\"" },
	{ BODY_JSON, "[" DEEP8 "]", 0, ERR_NONE, "" },
	{ BODY_JSON, "[[" DEEP8 "]]", 0, ERR_SYNTAX, "not JSON at byte 9: "
	    "more than 9 levels deep" },
	{ BODY_JSON, "{\"a\":" DEEP8 "}", 0, ERR_SYNTAX, "not JSON at byte "
	    "12: more than 8 levels deep" },
	{ BODY_JSON, "1", 0, ERR_MEANING, NO_EVENT },
	{ BODY_JSON, "\"{}\"", 0, ERR_MEANING, NO_EVENT },
	{ BODY_JSON, "null", 0, ERR_MEANING, NO_EVENT },
	{ BODY_JSON, "[]", 0, ERR_MEANING,
	    "events: expected 1 to 1000, got 0" },
	{ BODY_NDJSON, "", 0, ERR_MEANING,
	    "events: expected 1 to 1000, got 0" },
	{ BODY_NDJSON, "\n\r\n\n", 0, ERR_MEANING,
	    "events: expected 1 to 1000, got 0" },
	{ BODY_NDJSON, "{}\n\n{}\n{\n", 0, ERR_SYNTAX, "events[2]: not JSON "
	    "at byte 1: expected a member's name in double quotes, got the "
	    "end of the text" },
	{ BODY_NDJSON, "{}{}", 0, ERR_SYNTAX, "events[0]: not JSON at byte "
	    "2: expected the end of the text, got \"{\"" },
	{ BODY_NDJSON, "{}\n\0\n", 5, ERR_SYNTAX, "events[1]: not JSON at "
	    "byte 0: expected a value, got \"\\x00\"" },
	/* Syntax comes before meaning, wherever it is. */
	{ BODY_NDJSON, "\"\\ud800\"\n}", 0, ERR_SYNTAX, "events[1]: not "
	    "JSON at byte 0: expected a value, got \"}\"" },
};

START_TEST(a_body_that_holds_none_says_why)
{
	struct body_events events;
	struct detail detail = { "" };

	ck_assert_int_eq(body_events_read(bad_rows[_i].type,
	    bad_rows[_i].body, bad_rows[_i].body_len > 0 ?
	    bad_rows[_i].body_len : strlen(bad_rows[_i].body), &events,
	    &detail), bad_rows[_i].error);
	ck_assert_str_eq(detail.text, bad_rows[_i].detail);
}
END_TEST

/* A fault of meaning is left to whoever looks at the event it is in. */
START_TEST(an_unpaired_surrogate_is_nobody_s_yet)
{
	static const char *const bodies[] = {
		"{\"a\":\"\\ud800\"}", "[{},\"\\udc00\"]"
	};

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct body_events events;

		ck_assert_int_eq(body_events_read(BODY_JSON, bodies[i],
		    strlen(bodies[i]), &events, NULL), ERR_NONE);
		ck_assert(!events.is_checked);
	}
}
END_TEST

START_TEST(a_body_holds_up_to_1000_events)
{
	enum body_type type = _i == 0 ? BODY_JSON : BODY_NDJSON;
	struct detail detail = { "" };
	struct body_events events;
	struct buffer body;

	buffer_init(&body, 0);
	buffer_add_text(&body, type == BODY_JSON ? "[{}" : "{}");
	for (int i = 1; i < RECORD_EVENTS_MAX; i++)
		buffer_add_text(&body, type == BODY_JSON ? ",{}" : "\n{}");
	buffer_add_text(&body, type == BODY_JSON ? "]" : "\n");
	ck_assert_int_eq(body_events_read(type, body.bytes, body.len,
	    &events, &detail), ERR_NONE);
	ck_assert_uint_eq(events.count, RECORD_EVENTS_MAX);

	body.len--;
	buffer_add_text(&body, type == BODY_JSON ? ",{}]" : "\n{}");
	ck_assert_int_eq(body_events_read(type, body.bytes, body.len,
	    &events, &detail), ERR_MEANING);
	ck_assert_str_eq(detail.text, "events: expected 1 to 1000, got 1001");
	buffer_clear(&body);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("body_events");
	TCase *tests = tcase_create("body_events");

	tcase_add_loop_test(tests, a_body_holds_events_in_order, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tests, a_body_that_holds_none_says_why, 0,
	    COUNT_OF(bad_rows));
	tcase_add_test(tests, an_unpaired_surrogate_is_nobody_s_yet);
	tcase_add_loop_test(tests, a_body_holds_up_to_1000_events, 0, 2);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
