/* test_text.c - UTF-8, numbers and units. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "suite.h"

static const struct {
	const char *text;
	bool is_valid;
} utf8_rows[] = {
	{ "", true },
	{ "plain", true },
	{ "\xc3\xa4", true },			/* U+00E4 */
	{ "\xe2\x82\xac", true },		/* U+20AC */
	{ "\xed\x9f\xbf", true },		/* U+D7FF, before surrogates */
	{ "\xee\x80\x80", true },		/* U+E000, after them */
	{ "\xf0\x9f\x98\x80", true },		/* U+1F600 */
	{ "\xf4\x8f\xbf\xbf", true },		/* U+10FFFF, the last */
	{ "\xf4\x90\x80\x80", false },		/* past the last */
	{ "\xed\xa0\x80", false },		/* a surrogate */
	{ "\xc0\xaf", false },			/* overlong in two bytes */
	{ "\xe0\x80\xaf", false },		/* overlong in three */
	{ "\xf0\x80\x80\xaf", false },		/* overlong in four */
	{ "\x80", false },			/* begins in the middle */
	{ "\xc3", false },			/* cut off */
	{ "\xe2\x82", false },
	{ "\xf0\x9f\x98", false },
	{ "\xc3(", false },
	{ "ok \xff", false },
};

START_TEST(utf8_is_as_rfc_3629_says)
{
	const char *text = utf8_rows[_i].text;

	ck_assert_int_eq(utf8_is_valid(text, strlen(text)),
	    utf8_rows[_i].is_valid);
}
END_TEST

static const struct {
	const char *text;
	enum error err;
	int64_t number;
} int64_rows[] = {
	{ "0", ERR_NONE, 0 },
	{ "-0", ERR_NONE, 0 },
	{ "010", ERR_NONE, 10 },
	{ "-7", ERR_NONE, -7 },
	{ "9223372036854775807", ERR_NONE, INT64_MAX },
	{ "-9223372036854775808", ERR_NONE, INT64_MIN },
	{ "9223372036854775808", ERR_SYNTAX, 0 },
	{ "-9223372036854775809", ERR_SYNTAX, 0 },
	{ "99999999999999999999999", ERR_SYNTAX, 0 },
	{ "", ERR_SYNTAX, 0 },
	{ "-", ERR_SYNTAX, 0 },
	{ "+1", ERR_SYNTAX, 0 },
	{ " 1", ERR_SYNTAX, 0 },
	{ "1e3", ERR_SYNTAX, 0 },
	{ "1.0", ERR_SYNTAX, 0 },
	{ "0x10", ERR_SYNTAX, 0 },
};

START_TEST(a_number_is_digits_within_int64)
{
	const char *text = int64_rows[_i].text;
	int64_t number = 99;

	ck_assert_int_eq(text_parse_int64(text, strlen(text), &number),
	    int64_rows[_i].err);
	ck_assert_int_eq(number, int64_rows[_i].number);
}
END_TEST

static const struct {
	const char *text;
	enum error err;
	int64_t duration_ms;
} duration_rows[] = {
	{ "1500ms", ERR_NONE, 1500 },
	{ "90s", ERR_NONE, 90000 },
	{ "2m", ERR_NONE, 120000 },
	{ "24h", ERR_NONE, 86400000 },
	{ "90d", ERR_NONE, INT64_C(7776000000) },
	{ "24", ERR_SYNTAX, 0 },
	{ "h", ERR_SYNTAX, 0 },
	{ "-1h", ERR_SYNTAX, 0 },
	{ "1w", ERR_SYNTAX, 0 },
	{ "1 h", ERR_SYNTAX, 0 },
	{ "9223372036854775807d", ERR_SYNTAX, 0 },
};

START_TEST(a_duration_is_a_number_with_a_unit)
{
	int64_t duration_ms = 99;

	ck_assert_int_eq(text_parse_duration(duration_rows[_i].text,
	    &duration_ms), duration_rows[_i].err);
	ck_assert_int_eq(duration_ms, duration_rows[_i].duration_ms);
}
END_TEST

static const struct {
	const char *text;
	enum error err;
	int64_t count;
	int64_t duration_ms;
} rate_rows[] = {
	{ "10/60s", ERR_NONE, 10, 60000 },
	{ "0/1ms", ERR_NONE, 0, 1 },
	{ "007/1h", ERR_NONE, 7, 3600000 },
	{ "", ERR_SYNTAX, 0, 0 },
	{ "10", ERR_SYNTAX, 0, 0 },
	{ "10/", ERR_SYNTAX, 0, 0 },
	{ "/60s", ERR_SYNTAX, 0, 0 },
	{ "10/60", ERR_SYNTAX, 0, 0 },
	{ "-1/60s", ERR_SYNTAX, 0, 0 },
	{ "10 /60s", ERR_SYNTAX, 0, 0 },
	{ "10/-60s", ERR_SYNTAX, 0, 0 },
	{ "10/60s/1", ERR_SYNTAX, 0, 0 },
	{ "9223372036854775808/1s", ERR_SYNTAX, 0, 0 },
	{ "1/9223372036854775807s", ERR_SYNTAX, 0, 0 },
};

START_TEST(a_rate_is_a_count_in_a_duration)
{
	int64_t count = 99;
	int64_t duration_ms = 99;

	ck_assert_int_eq(text_parse_rate(rate_rows[_i].text, &count,
	    &duration_ms), rate_rows[_i].err);
	ck_assert_int_eq(count, rate_rows[_i].count);
	ck_assert_int_eq(duration_ms, rate_rows[_i].duration_ms);
}
END_TEST

static const struct {
	const char *text;
	enum error err;
	int64_t bytes;
} size_rows[] = {
	{ "4096", ERR_NONE, 4096 },
	{ "4K", ERR_NONE, 4096 },
	{ "1M", ERR_NONE, 1048576 },
	{ "64G", ERR_NONE, INT64_C(68719476736) },
	{ "1T", ERR_NONE, INT64_C(1099511627776) },
	{ "64g", ERR_SYNTAX, 0 },
	{ "G", ERR_SYNTAX, 0 },
	{ "8388608T", ERR_SYNTAX, 0 },
};

START_TEST(a_size_is_a_number_with_a_unit_of_1024)
{
	int64_t bytes = 99;

	ck_assert_int_eq(text_parse_size(size_rows[_i].text, &bytes),
	    size_rows[_i].err);
	ck_assert_int_eq(bytes, size_rows[_i].bytes);
}
END_TEST

START_TEST(a_set_takes_only_its_own_bytes)
{
	ck_assert(text_is_of("az09", 4, CLASS_ALNUM));
	ck_assert(!text_is_of("az_9", 4, CLASS_ALNUM));
	ck_assert(!text_is_of("", 0, CLASS_ALNUM));
	ck_assert(!text_is_of("a\0b", 3, CLASS_ALNUM));
	ck_assert(!text_is_of("\xe9", 1, CLASS_ALNUM));
	ck_assert(text_is_of("a-._B", 5, CLASS_LOWER | CLASS_UPPER |
	    CLASS_DOT | CLASS_DASH | CLASS_UNDERSCORE));
	ck_assert(!text_is_of("a-1", 3, CLASS_LOWER | CLASS_DASH));
	ck_assert(text_is_of_set(" \t", 2, " \t\r"));
	ck_assert(!text_is_of_set("", 0, " "));
	ck_assert(!text_is_of_set("\0", 1, " "));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("text");
	TCase *tcase = tcase_create("text");

	tcase_add_loop_test(tcase, utf8_is_as_rfc_3629_says, 0,
	    COUNT_OF(utf8_rows));
	tcase_add_loop_test(tcase, a_number_is_digits_within_int64, 0,
	    COUNT_OF(int64_rows));
	tcase_add_loop_test(tcase, a_duration_is_a_number_with_a_unit, 0,
	    COUNT_OF(duration_rows));
	tcase_add_loop_test(tcase, a_rate_is_a_count_in_a_duration, 0,
	    COUNT_OF(rate_rows));
	tcase_add_loop_test(tcase, a_size_is_a_number_with_a_unit_of_1024, 0,
	    COUNT_OF(size_rows));
	tcase_add_test(tcase, a_set_takes_only_its_own_bytes);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
