/* test_visible.c - what reaches a terminal. */
#include "cli/visible.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "suite.h"

static const struct {
	const char *text;
	const char *shown;
} rows[] = {
	{ "", "" },
	{ "plain \"text\" \\ \xc3\xbc \xf0\x9f\x98\x80",
	    "plain \"text\" \\ \xc3\xbc \xf0\x9f\x98\x80" },
	{ "a\nb\tc", "a\\u000ab\\u0009c" },
	{ "\033[31m", "\\u001b[31m" },
	{ "\x7f", "\\u007f" },
	{ "\xc2\x80\xc2\x9f\xc2\xa0", "\\u0080\\u009f\xc2\xa0" },
	{ "\xe2\x80\xae", "\\u202e" },		/* U+202E turns lines around */
	{ "\xe2\x81\xa6", "\\u2066" },
	{ "\xe2\x80\x8f", "\\u200f" },
	{ "\xff\xc3", "\\xff\\xc3" },		/* not UTF-8 */
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },	/* a surrogate */
};

START_TEST(what_would_paint_a_terminal_is_spelled_out)
{
	struct buffer shown;

	buffer_init(&shown, 0);
	visible_add(&shown, rows[_i].text, strlen(rows[_i].text));
	buffer_add(&shown, "", 1);
	ck_assert_str_eq(shown.bytes, rows[_i].shown);
	buffer_clear(&shown);
}
END_TEST

START_TEST(a_nul_byte_is_a_control_character)
{
	struct buffer shown;

	buffer_init(&shown, 0);
	visible_add(&shown, "a\0b", 3);
	buffer_add(&shown, "", 1);
	ck_assert_str_eq(shown.bytes, "a\\u0000b");
	buffer_clear(&shown);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("visible");
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, what_would_paint_a_terminal_is_spelled_out,
	    0, COUNT_OF(rows));
	tcase_add_test(all, a_nul_byte_is_a_control_character);
	suite_add_tcase(suite, all);
	return suite_run(suite);
}
