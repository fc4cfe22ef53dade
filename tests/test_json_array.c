/* test_json_array.c - the elements of an array, as they are spelled. */
#include "model/json_array.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/json_text.h"
#include "suite.h"

enum { ELEMENTS_MAX = 4, DEPTH_MAX = 9 };

static const struct {
	const char *text;
	const char *elements[ELEMENTS_MAX];
} rows[] = {
	{ "[]", { NULL } },
	{ " [ \t\r\n] ", { NULL } },
	{ "[1]", { "1" } },
	{ "\n[ 1 ]\n", { "1" } },
	{ "[1,2,3]", { "1", "2", "3" } },
	{ "[ -1.5e+3 , true\t,\r\nnull ]", { "-1.5e+3", "true", "null" } },
	{ "[\"a\", \"b,]\"]", { "\"a\"", "\"b,]\"" } },
	{ "[\"\\\"\",\"\\\\\"]", { "\"\\\"\"", "\"\\\\\"" } },
	{ "[[],{}]", { "[]", "{}" } },
	{ "[[1,[2]] , {\"a\":[{}]}]", { "[1,[2]]", "{\"a\":[{}]}" } },
	{ "[{\"]\":\"}\"},\"[\"]", { "{\"]\":\"}\"}", "\"[\"" } },
	{ "[{\"a\" : 1 , \"b\" : 2}]", { "{\"a\" : 1 , \"b\" : 2}" } },
	{ "[\"\xc3\xa4\"]", { "\"\xc3\xa4\"" } },
};

START_TEST(the_elements_come_in_order_without_blanks)
{
	size_t text_len = strlen(rows[_i].text);
	struct json_element element;
	size_t offset = 0;
	size_t count = 0;
	/* Exactly the text, so that a look behind its end shows. */
	char *text = malloc(text_len);

	ck_assert_ptr_nonnull(text);
	memcpy(text, rows[_i].text, text_len);
	ck_assert_int_eq(json_text_check(text, text_len, DEPTH_MAX, NULL),
	    ERR_NONE);
	while (json_array_next(text, text_len, &offset, &element)) {
		const char *wanted = rows[_i].elements[count++];

		ck_assert_ptr_nonnull(wanted);
		ck_assert_uint_eq(element.len, strlen(wanted));
		ck_assert_mem_eq(element.text, wanted, element.len);
	}
	ck_assert_ptr_null(rows[_i].elements[count]);
	ck_assert(!json_array_next(text, text_len, &offset, &element));
	free(text);
}
END_TEST

/* The check may have found what is no text: the walk must end all the same. */
START_TEST(a_text_that_was_not_checked_is_walked_to_its_end)
{
	static const char *const texts[] = {
		"", "[", "]", "[[", "[\"", "[\"\\", "[1", "[1,", "1", "[}",
		"[{]"
	};
	char text[8];

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		size_t text_len = strlen(texts[i]);
		struct json_element element;
		size_t offset = 0;
		int count = 0;

		memcpy(text, texts[i], text_len);
		while (count < ELEMENTS_MAX && json_array_next(text,
		    text_len, &offset, &element))
			count++;
		ck_assert_int_lt(count, ELEMENTS_MAX);
		ck_assert_uint_le(offset, text_len);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_array");
	TCase *tests = tcase_create("json_array");

	tcase_add_loop_test(tests,
	    the_elements_come_in_order_without_blanks, 0, COUNT_OF(rows));
	tcase_add_test(tests,
	    a_text_that_was_not_checked_is_walked_to_its_end);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
