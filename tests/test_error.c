/* test_error.c - sentences, and foreign text within them. */
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

static const struct {
	const char *text;
	size_t text_len;
	const char *quoted;
} rows[] = {
	{ "ten", 3, "\"ten\"" },
	{ "", 0, "\"\"" },
	{ "a\"b\\c", 5, "\"a\\x22b\\x5cc\"" },
	{ "a\0\n\x7f", 4, "\"a\\x00\\x0a\\x7f\"" },
	{ "\xc3\xa4", 2, "\"\xc3\xa4\"" },
	{ "\xc2\x85", 2, "\"\\xc2\\x85\"" },		/* U+0085 */
	{ "\xff", 1, "\"\\xff\"" },
	{ "0123456789012345678901234567890123456789", 40,
	    "\"012345678901234567890123456789012345678\"..." },
};

START_TEST(foreign_text_is_quoted_cut_and_escaped)
{
	struct quoted quoted = quote(rows[_i].text, rows[_i].text_len);

	ck_assert_str_eq(quoted.text, rows[_i].quoted);
}
END_TEST

START_TEST(a_sentence_is_written_and_its_error_returned)
{
	struct detail detail;

	ck_assert_int_eq(detail_set(&detail, ERR_SYNTAX, "limit: %d", 7),
	    ERR_SYNTAX);
	ck_assert_str_eq(detail.text, "limit: 7");
	ck_assert_int_eq(detail_set(NULL, ERR_MEANING, "unheard"),
	    ERR_MEANING);
}
END_TEST

START_TEST(a_long_sentence_is_cut_at_a_character)
{
	struct detail detail;
	char text[DETAIL_SIZE + 8];

	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	text[sizeof(text) - 2] = '\0';
	detail_set(&detail, ERR_SYNTAX, ".%s", text);
	ck_assert_uint_eq(strlen(detail.text), DETAIL_SIZE - 1);
	detail_set(&detail, ERR_SYNTAX, "%s", text);
	ck_assert_uint_eq(strlen(detail.text), DETAIL_SIZE - 2);
	ck_assert(utf8_is_valid(detail.text, strlen(detail.text)));
}
END_TEST

START_TEST(a_prefix_goes_before_the_sentence)
{
	struct detail detail;
	char text[DETAIL_SIZE];

	detail_set(&detail, ERR_SYNTAX, "too long");
	detail_prefix(&detail, "events[%d].", 3);
	ck_assert_str_eq(detail.text, "events[3].too long");

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	detail_set(&detail, ERR_SYNTAX, "%s", text);
	detail_prefix(&detail, "name: ");
	ck_assert_uint_eq(strlen(detail.text), DETAIL_SIZE - 1);
	ck_assert_int_eq(strncmp(detail.text, "name: xxx", 9), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("error");
	TCase *tcase = tcase_create("error");

	tcase_add_loop_test(tcase, foreign_text_is_quoted_cut_and_escaped, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase, a_sentence_is_written_and_its_error_returned);
	tcase_add_test(tcase, a_long_sentence_is_cut_at_a_character);
	tcase_add_test(tcase, a_prefix_goes_before_the_sentence);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
