/* test_record_fuzz.c - bodies that nobody would write, and hostile ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api_recorder.h"
#include "base/text.h"
#include "model/event.h"
#include "suite.h"

enum {
	ROUNDS = 20000,
	SECONDS_MAX = 5	/* of the processor, for one body */
};

#define NDJSON "application/x-ndjson"
#define FIRST_MS INT64_C(1657027948150)

static struct fixture fixture;
static struct buffer body;

static void
set_up(void)
{
	fixture_open(&fixture, NULL);
	buffer_init(&body, 0);
}

static void
tear_down(void)
{
	buffer_clear(&body);
	fixture_close(&fixture);
}

static void
post(const char *type)
{
	clock_t begun = clock();

	fixture_ask(&fixture, &(struct ask){ .method = "POST",
	    .key = KEY_WRITER, .body = body.bytes, .body_len = body.len,
	    .body_type = type });
	ck_assert_int_lt((clock() - begun) / CLOCKS_PER_SEC, SECONDS_MAX);
}

/* Whatever came, it is refused whole, or all of it is right. */
static void
check_answer(void)
{
	struct message_request request;
	struct buffer *message = &fixture.response.message;

	if (fixture.response.need == NEED_NOTHING) {
		ck_assert(fixture.response.status == 400 ||
		    fixture.response.status == 422);
		return;
	}
	ck_assert_int_eq(message_read_request(message->bytes, message->len,
	    &request), ERR_NONE);
	recorder_reply(&fixture, MESSAGE_RECORDED, request.event_count,
	    FIRST_MS);
	ck_assert_uint_eq(fixture.response.status, 201);
}

static const char *const seeds[] = {
	"{\"type\":\"queue_added\",\"queue\":{\"id\":\"q\",\"name\":\"n\"}}",
	"[{\"type\":\"a\",\"metadata\":{\"k\":\"\\u00e4\\ud83d\\ude00\"}}]",
	" [ {\"type\":\"b\"} , {\"type\":\"b\",\"client\":{\"id\":\"c\"}}]",
	"{\"type\":\"a\"}\r\n\n{\"type\":\"b\",\"message\":{\"id\":\"m\"}}\n",
	"[[],[{}],{\"a\":[1,-2.5e+3,true,false,null,\"\"]}]",
};
static const char bytes[] = "[]{},:\"\\ \t\r\n0123456789.-+eEutrfalsn_\x7f"
    "\xc3\xa4\xed\xa0\x80\xff";

START_TEST(a_changed_body_is_refused_or_right)
{
	srandom((unsigned int)_i + 1);
	for (int round = 0; round < ROUNDS; round++) {
		const char *seed = seeds[(size_t)random() % COUNT_OF(seeds)];
		long changes = random() % 4;

		buffer_reset(&body);
		buffer_add_text(&body, seed);
		for (long i = 0; i < changes; i++) {
			size_t at = (size_t)random() % body.len;
			char byte = bytes[(size_t)random() % sizeof(bytes)];

			if (random() % 3 == 0 && body.len > 1)
				body.len = at + 1;
			else
				body.bytes[at] = byte;
		}
		post(_i == 0 ? NULL : NDJSON);
		check_answer();
	}
}
END_TEST

static void
repeat(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buffer_add_text(&body, text);
}

static void
add_deep(void)
{
	repeat("[", 10000);
	repeat("]", 10000);
}

static void
add_deep_objects(void)
{
	repeat("{\"a\":", 10000);
	buffer_add_text(&body, "1");
	repeat("}", 10000);
}

static void
add_open(void)
{
	repeat("[", BODY_BYTES_MAX);
}

static void
add_long_number(void)
{
	buffer_add_text(&body, "[1");
	repeat("0", BODY_BYTES_MAX - 3);
	buffer_add_text(&body, "]");
}

static void
add_long_type(void)
{
	buffer_add_text(&body, "{\"type\":1");
	repeat("23456789", 100000);
	buffer_add_text(&body, "e");
	repeat("9", 1000);
	buffer_add_text(&body, "}");
}

static void
add_long_name(void)
{
	buffer_add_text(&body, "{\"");
	repeat("\\u00e4", 150000);
	buffer_add_text(&body, "\":1}");
}

static void
add_many_members(void)
{
	buffer_add_text(&body, "{\"type\":\"a\"");
	for (int i = 0; i < 80000; i++)
		buffer_add_format(&body, ",\"%d\":1", i);
	buffer_add_text(&body, "}");
}

/* Two names that hash alike for nobody: equal ones, spelled differently. */
static void
add_twins_far_apart(void)
{
	buffer_add_text(&body, "{\"type\":\"a\"");
	for (int i = 0; i < 80000; i++)
		buffer_add_format(&body, ",\"%d\":1", i);
	buffer_add_text(&body, ",\"\\u0037\":1}");
}

static void
add_many_numbers(void)
{
	buffer_add_text(&body, "[1");
	repeat(",1", 500000);
	buffer_add_text(&body, "]");
}

static void
add_many_blanks(void)
{
	repeat(" \n", BODY_BYTES_MAX / 2);
}

static void
add_many_lines(void)
{
	repeat("{}\n", 300000);
}

static void
add_many_metadata(void)
{
	buffer_add_text(&body, "[");
	for (int i = 0; i < 9; i++) {
		buffer_add_text(&body, i == 0 ? "" : ",");
		buffer_add_text(&body,
		    "{\"type\":\"a\",\"metadata\":{\"0\":\"\"");
		for (int j = 1; j < 10000; j++)
			buffer_add_format(&body, ",\"%d\":\"\"", j);
		buffer_add_text(&body, "}}");
	}
	buffer_add_text(&body, "]");
}

static const struct {
	void (*add)(void);
	const char *type;
	unsigned int status;
	const char *detail;
} hostile_rows[] = {
	{ add_deep, NULL, 400,
	    "not JSON at byte 9: more than 9 levels deep" },
	{ add_deep, NDJSON, 400,
	    "events[0]: not JSON at byte 8: more than 8 levels deep" },
	{ add_deep_objects, NULL, 400,
	    "not JSON at byte 40: more than 8 levels deep" },
	{ add_open, NULL, 400, "not JSON at byte 9: more than 9" },
	{ add_long_number, NULL, 422, "events[0]: expected an event, which "
	    "is a JSON object, got a number" },
	{ add_long_type, NULL, 422, "type: expected a string" },
	{ add_long_name, NULL, 422, "unknown member" },
	{ add_many_members, NULL, 422,
	    "\\\"0\\\": unknown member" },
	{ add_twins_far_apart, NULL, 400,
	    "a second member \\\"\\\\x5cu0037\\\"" },
	{ add_many_numbers, NULL, 422,
	    "events: expected 1 to 1000, got 500001" },
	{ add_many_blanks, NULL, 400, "not JSON at byte 1048576: expected a "
	    "value, got the end of the text" },
	{ add_many_blanks, NDJSON, 422,
	    "events: expected 1 to 1000, got 0" },
	{ add_many_lines, NDJSON, 422,
	    "events: expected 1 to 1000, got 300000" },
	{ add_many_metadata, NULL, 422, "events[0].metadata: expected at "
	    "most 16 pairs, got 10000" },
};

START_TEST(a_hostile_body_is_refused_in_bounded_time)
{
	hostile_rows[_i].add();
	ck_assert_uint_le(body.len, BODY_BYTES_MAX);
	post(hostile_rows[_i].type);
	ck_assert_uint_eq(fixture.response.status, hostile_rows[_i].status);
	ck_assert_msg(strstr(fixture_body(&fixture),
	    hostile_rows[_i].detail) != NULL, "%s", fixture_body(&fixture));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record_fuzz");
	TCase *tests = tcase_create("record_fuzz");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, a_changed_body_is_refused_or_right, 0, 2);
	tcase_add_loop_test(tests, a_hostile_body_is_refused_in_bounded_time,
	    0, COUNT_OF(hostile_rows));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
