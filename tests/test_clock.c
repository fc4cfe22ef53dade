/* test_clock.c - moments as text. */
#include "base/clock.h"

#include <stdlib.h>

#include "base/text.h"
#include "suite.h"

static const struct {
	const char *text;
	enum error err;
	int64_t time_ms;
} rows[] = {
	{ "1970-01-01T00:00:00Z", ERR_NONE, 0 },
	{ "2022-07-05T13:32:28.150Z", ERR_NONE, INT64_C(1657027948150) },
	{ "2022-07-05T15:32:28.15+02:00", ERR_NONE, INT64_C(1657027948150) },
	{ "2022-07-05T08:02:28.1509-05:30", ERR_NONE, INT64_C(1657027948150) },
	{ "2022-07-05t13:32:28z", ERR_NONE, INT64_C(1657027948000) },
	{ "2024-02-29T00:00:00Z", ERR_NONE, INT64_C(1709164800000) },
	{ "2016-12-31T23:59:60Z", ERR_NONE, INT64_C(1483228800000) },
	{ "2023-02-29T00:00:00Z", ERR_SYNTAX, 0 },
	{ "2022-04-31T12:00:00Z", ERR_SYNTAX, 0 },
	{ "2022-00-01T00:00:00Z", ERR_SYNTAX, 0 },
	{ "2022-01-00T00:00:00Z", ERR_SYNTAX, 0 },
	{ "2022-13-01T00:00:00Z", ERR_SYNTAX, 0 },
	{ "2022-01-01T24:00:00Z", ERR_SYNTAX, 0 },
	{ "2022-01-01T00:60:00Z", ERR_SYNTAX, 0 },
	{ "2022-01-01T00:00:00", ERR_SYNTAX, 0 },
	{ "2022-01-01T00:00:00.Z", ERR_SYNTAX, 0 },
	{ "2022-01-01T00:00:00+0200", ERR_SYNTAX, 0 },
	{ "2022-01-01T00:00:00Zx", ERR_SYNTAX, 0 },
	{ "2022-1-1T00:00:00Z", ERR_SYNTAX, 0 },
	{ "2022-01-01", ERR_SYNTAX, 0 },
	{ "", ERR_SYNTAX, 0 },
};

START_TEST(a_moment_is_read_as_rfc_3339_says)
{
	int64_t time_ms = 99;

	ck_assert_int_eq(clock_parse_rfc3339(rows[_i].text, &time_ms),
	    rows[_i].err);
	ck_assert_int_eq(time_ms, rows[_i].time_ms);
}
END_TEST

static const struct {
	int64_t time_ms;
	const char *text;
} format_rows[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ INT64_C(1657027948150), "2022-07-05T13:32:28.150Z" },
	{ -1, "1969-12-31T23:59:59.999Z" },
	{ INT64_MAX, "292278994-08-17T07:12:55.807Z" },
};

START_TEST(a_moment_is_written_in_utc)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_utc(format_rows[_i].time_ms, text);
	ck_assert_str_eq(text, format_rows[_i].text);
}
END_TEST

START_TEST(the_steady_clock_never_steps_back)
{
	int64_t last_ms = clock_steady_ms();

	for (int i = 0; i < 1000; i++) {
		int64_t now_ms = clock_steady_ms();

		ck_assert_int_ge(now_ms, last_ms);
		last_ms = now_ms;
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tcase = tcase_create("clock");

	tcase_add_loop_test(tcase, a_moment_is_read_as_rfc_3339_says, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tcase, a_moment_is_written_in_utc, 0,
	    COUNT_OF(format_rows));
	tcase_add_test(tcase, the_steady_clock_never_steps_back);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
