/* test_json_text.c - whether a text is JSON. */
#include "model/json_text.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/limits.h"
#include "suite.h"

enum { DEPTH_MAX = 4 };

static const char *const good_texts[] = {
	"null",
	"true",
	" false\r\n\t",
	"0",
	"-0",
	"-0.0e+00",
	"1234567890",
	"99999999999999999999999999",	/* more than any integer */
	"1e999",
	"-1.5E-3",
	"\"\"",
	"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u0000\"",
	"\"\\ud83d\\ude00\"",
	"\"\\\\ud83d\"",
	"[]",
	"[ ]",
	"{ }",
	"[1,[2,[3,[4]]]]",
	"{\"a\":{\"a\":{\"a\":{\"a\":1}}}}",
	"{\"\":1,\" \":2,\"a\":3,\"A\":4}",
	"[{\"a\":1},{\"a\":1}]",
	"{\"a\":{\"b\":1},\"b\":{\"a\":1}}",
	"{\"\\u0061\":1,\"\\\\u0061\":2}",
};

START_TEST(json_is_taken_and_parsed)
{
	const char *text = good_texts[_i];
	struct json_object *object = NULL;
	struct detail detail = { "" };
	char *exact = strndup(text, strlen(text));

	/* Twice: with a NUL behind it, and with nothing. */
	ck_assert_int_eq(json_text_check(text, strlen(text), DEPTH_MAX,
	    &detail), ERR_NONE);
	ck_assert_int_eq(json_text_parse(exact, strlen(text), DEPTH_MAX,
	    &object, &detail), ERR_NONE);
	ck_assert_int_eq(object == NULL, strcmp(text, "null") == 0);
	ck_assert_str_eq(detail.text, "");
	json_object_put(object);
	free(exact);
}
END_TEST

static const struct {
	const char *text;
	const char *detail;	/* behind "not JSON at byte " */
} bad_rows[] = {
	{ "", "0: expected a value, got the end of the text" },
	{ " \n", "2: expected a value, got the end of the text" },
	{ "\xef\xbb\xbf{}", "0: expected a value, got \"\xef\xbb\xbf\"" },
	{ "{} {}", "3: expected the end of the text, got \"{\"" },
	{ "{}\f", "2: expected the end of the text, got \"\\x0c\"" },
	{ "1 2", "2: expected the end of the text, got \"2\"" },
	{ "nul", "0: expected a value, got \"n\"" },
	{ "nulL", "0: expected a value, got \"n\"" },
	{ "nullx", "4: expected the end of the text, got \"x\"" },
	{ "True", "0: expected a value, got \"T\"" },
	{ "NaN", "0: expected a value, got \"N\"" },
	{ "[Infinity]", "1: expected a value, got \"I\"" },
	{ "-Infinity", "1: expected a digit, got \"I\"" },
	{ "// no\n1", "0: expected a value, got \"/\"" },
	{ "[1/**/]", "2: expected \",\" or \"]\", got \"/\"" },
	{ "01", "1: expected the end of the text, got \"1\"" },
	{ "-01", "2: expected the end of the text, got \"1\"" },
	{ "-", "1: expected a digit, got the end of the text" },
	{ "+1", "0: expected a value, got \"+\"" },
	{ ".5", "0: expected a value, got \".\"" },
	{ "1.", "2: expected a digit, got the end of the text" },
	{ "1.e5", "2: expected a digit, got \"e\"" },
	{ "1e", "2: expected a digit, got the end of the text" },
	{ "1e+", "3: expected a digit, got the end of the text" },
	{ "0x10", "1: expected the end of the text, got \"x\"" },
	{ "'a'", "0: expected a value, got \"'\"" },
	{ "{'a':1}", "1: expected a member's name in double quotes, "
	    "got \"'\"" },
	{ "{a:1}", "1: expected a member's name in double quotes, got \"a\"" },
	{ "{\"a\":1,}", "7: expected a member's name in double quotes, "
	    "got \"}\"" },
	{ "{,}", "1: expected a member's name in double quotes, got \",\"" },
	{ "{\"a\"}", "4: expected \":\", got \"}\"" },
	{ "{\"a\":}", "5: expected a value, got \"}\"" },
	{ "{\"a\" 1}", "5: expected \":\", got \"1\"" },
	{ "{\"a\":1 \"b\":2}", "7: expected \",\" or \"}\", got \"\\x22\"" },
	{ "{\"a\":1", "6: expected \",\" or \"}\", got the end of the text" },
	{ "[1,]", "3: expected a value, got \"]\"" },
	{ "[,1]", "1: expected a value, got \",\"" },
	{ "[1", "2: expected \",\" or \"]\", got the end of the text" },
	{ "[1}", "2: expected \",\" or \"]\", got \"}\"" },
	{ "]", "0: expected a value, got \"]\"" },
	{ "\"a", "2: expected a closing quote, got the end of the text" },
	{ "\"a\nb\"", "2: expected an escape for a control character, "
	    "got \"\\x0a\"" },
	{ "\"\x01\"", "1: expected an escape for a control character, "
	    "got \"\\x01\"" },
	{ "\"\\", "1: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t and "
	    "\\uXXXX" },
	{ "\"\\x41\"", "1: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t "
	    "and \\uXXXX" },
	{ "\"\\u12\"", "1: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t "
	    "and \\uXXXX" },
	{ "\"\xff\"", "1: expected UTF-8, got \"\\xff\"" },
	{ "\"\xc0\xaf\"", "1: expected UTF-8, got \"\\xc0\"" },
	{ "\"\xed\xa0\x80\"", "1: expected UTF-8, got \"\\xed\"" },
	{ "\"\xe2\x82\"", "1: expected UTF-8, got \"\\xe2\"" },
	{ "[1,[2,[3,[4,[5]]]]]", "12: more than 4 levels deep" },
	{ "{\"a\":[{\"b\":[{}]}]}", "12: more than 4 levels deep" },
	{ "{\"a\":1,\"a\":2}", "7: a second member \"a\"" },
	{ "{\"a\":1,\"b\":2,\"a\":1}", "13: a second member \"a\"" },
	{ "{\"a\":1,\"\\u0061\":2}", "7: a second member \"\\x5cu0061\"" },
	{ "{\"\":1,\"\":2}", "6: a second member \"\"" },
	{ "[{\"a\":{},\"b\":{\"c\":1,\"c\":2}}]",
	    "20: a second member \"c\"" },
	/* A fault of syntax outdoes one of meaning before it. */
	{ "[\"\\ud800\",}", "10: expected a value, got \"}\"" },
};

START_TEST(what_is_not_json_is_refused_with_its_place)
{
	const char *text = bad_rows[_i].text;
	char *exact = strndup(text, strlen(text));
	struct json_object *object = NULL;
	struct detail detail;
	struct detail wanted;

	detail_set(&wanted, ERR_NONE, "not JSON at byte %s",
	    bad_rows[_i].detail);
	ck_assert_int_eq(json_text_parse(exact, strlen(text), DEPTH_MAX,
	    &object, &detail), ERR_SYNTAX);
	ck_assert_ptr_null(object);
	ck_assert_str_eq(detail.text, wanted.text);
	ck_assert_int_eq(json_text_check(exact, strlen(text), DEPTH_MAX,
	    NULL), ERR_SYNTAX);
	free(exact);
}
END_TEST

static const struct {
	const char *text;
	const char *detail;
} meaning_rows[] = {
	{ "\"\\ud800\"", "an unpaired surrogate at byte 1" },
	{ "\"a\\udc00\"", "an unpaired surrogate at byte 2" },
	{ "\"\\ud800\\ud800\\udc00\"", "an unpaired surrogate at byte 1" },
	{ "\"\\udc00\\ud800\"", "an unpaired surrogate at byte 1" },
	{ "{\"\\ud800\":1}", "an unpaired surrogate at byte 2" },
	{ "{\"a\\u0000\":1}", "U+0000 in a member's name at byte 2" },
	{ "[\"\\udfff\", {\"\\u0000\":1}]",
	    "an unpaired surrogate at byte 2" },
};

START_TEST(json_that_is_no_text_is_refused_as_such)
{
	const char *text = meaning_rows[_i].text;
	struct detail detail;

	ck_assert_int_eq(json_text_check(text, strlen(text), DEPTH_MAX,
	    &detail), ERR_MEANING);
	ck_assert_str_eq(detail.text, meaning_rows[_i].detail);
}
END_TEST

START_TEST(a_nul_between_values_is_no_blank)
{
	ck_assert_int_eq(json_text_check("{}\0", 3, DEPTH_MAX, NULL),
	    ERR_SYNTAX);
	ck_assert_int_eq(json_text_check("\"\0\"", 3, DEPTH_MAX, NULL),
	    ERR_SYNTAX);
}
END_TEST

START_TEST(no_cut_off_text_is_json)
{
	static const char text[] =
	    "{\"a\":[1.5e+3,true,null,\"\\u00e4\\ud83d\\ude00\xc3\xa4\"]}";

	for (size_t len = 0; len < sizeof(text) - 1; len++)
		ck_assert_int_ne(json_text_check(text, len, DEPTH_MAX, NULL),
		    ERR_NONE);
	ck_assert_int_eq(json_text_check(text, sizeof(text) - 1, DEPTH_MAX,
	    NULL), ERR_NONE);
}
END_TEST

START_TEST(strings_keep_every_character)
{
	static const char text[] = "\"a\\u0000b\\ud83d\\ude00\\/\"";
	static const char wanted[] = "a\0b\xf0\x9f\x98\x80/";
	struct json_object *object = NULL;

	ck_assert_int_eq(json_text_parse(text, sizeof(text) - 1, DEPTH_MAX,
	    &object, NULL), ERR_NONE);
	ck_assert_int_eq(json_object_get_string_len(object),
	    sizeof(wanted) - 1);
	ck_assert_mem_eq(json_object_get_string(object), wanted,
	    sizeof(wanted));
	json_object_put(object);
}
END_TEST

/* It would take minutes if it took the square of their count. */
START_TEST(very_many_members_are_looked_through_quickly)
{
	struct buffer text;

	buffer_init(&text, 0);
	buffer_add_text(&text, "{");
	for (unsigned int i = 0; text.len < BODY_BYTES_MAX; i++)
		buffer_add_format(&text, "\"%x\":0,", i * 7919);
	ck_assert_int_eq(text.error, ERR_NONE);

	text.bytes[text.len - 1] = '}';
	ck_assert_int_eq(json_text_check(text.bytes, text.len, DEPTH_MAX,
	    NULL), ERR_NONE);

	text.len--;
	buffer_add_text(&text, ",\"1eef\":0}");
	ck_assert_int_eq(json_text_check(text.bytes, text.len, DEPTH_MAX,
	    NULL), ERR_SYNTAX);
	buffer_clear(&text);
}
END_TEST

START_TEST(very_deep_text_is_refused_at_its_bound)
{
	static char text[100000];
	struct detail detail;

	memset(text, '[', sizeof(text));
	ck_assert_int_eq(json_text_check(text, sizeof(text), JSON_DEPTH_MAX,
	    &detail), ERR_SYNTAX);
	ck_assert_str_eq(detail.text,
	    "not JSON at byte 8: more than 8 levels deep");
}
END_TEST

START_TEST(a_text_beyond_all_bounds_is_not_looked_at)
{
	struct detail detail;

	ck_assert_int_eq(json_text_check("", (size_t)JSON_TEXT_BYTES_MAX + 1,
	    DEPTH_MAX, &detail), ERR_TOO_LARGE);
	ck_assert_str_eq(detail.text,
	    "expected at most 67108864 bytes of JSON, got 67108865");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_text");
	TCase *tcase = tcase_create("json_text");

	tcase_add_loop_test(tcase, json_is_taken_and_parsed, 0,
	    COUNT_OF(good_texts));
	tcase_add_loop_test(tcase,
	    what_is_not_json_is_refused_with_its_place, 0,
	    COUNT_OF(bad_rows));
	tcase_add_loop_test(tcase, json_that_is_no_text_is_refused_as_such,
	    0, COUNT_OF(meaning_rows));
	tcase_add_test(tcase, a_nul_between_values_is_no_blank);
	tcase_add_test(tcase, no_cut_off_text_is_json);
	tcase_add_test(tcase, strings_keep_every_character);
	tcase_add_test(tcase, very_many_members_are_looked_through_quickly);
	tcase_add_test(tcase, very_deep_text_is_refused_at_its_bound);
	tcase_add_test(tcase, a_text_beyond_all_bounds_is_not_looked_at);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
