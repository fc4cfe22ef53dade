/* test_name.c - texts that people give to things. */
#include "model/name.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

enum { BYTES_MAX = 16 };

static const struct {
	const char *text;
	bool is_valid;
} rows[] = {
	{ "a", true },
	{ " ", true },
	{ "sixteen bytes 16", true },
	{ "seventeen bytes17", false },
	{ "", false },
	{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", true },
	{ "quote\" \\ /", true },
	{ "\x01", false },
	{ "\x1f", false },
	{ "a\nb", false },
	{ "\x7e", true },
	{ "\x7f", false },		/* U+007F */
	{ "\xc2\x80", false },		/* U+0080 */
	{ "\xc2\x9f", false },		/* U+009F */
	{ "\xc2\xa0", true },		/* U+00A0 */
	{ "\xc3\x80", true },		/* U+00C0, its second byte is 80 */
	{ "\xe2\x80\xa8", true },	/* U+2028 is no control character */
	{ "\xff", false },
	{ "\xed\xa0\x80", false },	/* a surrogate */
	{ "cut \xe2\x82", false },
};

START_TEST(a_name_is_one_line_of_utf_8_within_its_bound)
{
	const char *text = rows[_i].text;

	ck_assert_int_eq(name_is_valid(text, strlen(text), BYTES_MAX),
	    rows[_i].is_valid);
}
END_TEST

START_TEST(a_name_holds_no_nul)
{
	ck_assert(!name_is_valid("a\0b", 3, BYTES_MAX));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("name");
	TCase *tcase = tcase_create("name");

	tcase_add_loop_test(tcase,
	    a_name_is_one_line_of_utf_8_within_its_bound, 0, COUNT_OF(rows));
	tcase_add_test(tcase, a_name_holds_no_nul);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
