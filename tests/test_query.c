/* test_query.c - QUERY_STRING decodes to known parameters. */
#include "api/query.h"

#include <string.h>

#include "base/text.h"
#include "suite.h"

static const char *const names[] = { "a", "limit" };

static const struct {
	const char *query;
	enum error err;
	const char *a;		/* NULL: not given */
	const char *limit;
} rows[] = {
	{ "", ERR_NONE, NULL, NULL },
	{ "a=1", ERR_NONE, "1", NULL },
	{ "limit=5&a=1", ERR_NONE, "1", "5" },
	{ "a", ERR_NONE, "", NULL },
	{ "a=", ERR_NONE, "", NULL },
	{ "a=b=c", ERR_NONE, "b=c", NULL },
	{ "a=x+y%20z%2B", ERR_NONE, "x y z+", NULL },
	{ "%61=%41%c3%A4", ERR_NONE, "A\xc3\xa4", NULL },
	{ "a=\xc3\xa4", ERR_NONE, "\xc3\xa4", NULL },
	{ "&&a=1&", ERR_NONE, "1", NULL },
	{ "A=1&b=2&=3", ERR_NONE, NULL, NULL },
	{ "b=1&b=2", ERR_NONE, NULL, NULL },	/* unknown names */
	{ "a%3D1", ERR_NONE, NULL, NULL },	/* a name with = in it */
	{ "a=1;limit=2", ERR_NONE, "1;limit=2", NULL },
	{ "a=1&a=1", ERR_SYNTAX, NULL, NULL },
	{ "a=1&%61=2", ERR_SYNTAX, NULL, NULL },
	{ "a&a", ERR_SYNTAX, NULL, NULL },
	{ "a=%", ERR_SYNTAX, NULL, NULL },
	{ "a=%2", ERR_SYNTAX, NULL, NULL },
	{ "a=%2&b=0", ERR_SYNTAX, NULL, NULL },
	{ "a=%zz", ERR_SYNTAX, NULL, NULL },
	{ "a=%0x", ERR_SYNTAX, NULL, NULL },
	{ "a=%+1", ERR_SYNTAX, NULL, NULL },
	{ "a=%00", ERR_SYNTAX, NULL, NULL },
	{ "%00=a", ERR_SYNTAX, NULL, NULL },
	{ "a=%ff", ERR_SYNTAX, NULL, NULL },
	{ "a=\xff", ERR_SYNTAX, NULL, NULL },
	{ "a=%ed%a0%80", ERR_SYNTAX, NULL, NULL },	/* a surrogate */
	{ "a=%c0%af", ERR_SYNTAX, NULL, NULL },		/* overlong */
	{ "a=%c3&b=%a4", ERR_SYNTAX, NULL, NULL },	/* torn apart */
	{ "b=%", ERR_SYNTAX, NULL, NULL },	/* unknown names, too */
	{ "%ff=1", ERR_SYNTAX, NULL, NULL },
};

static void
check_value(const struct query_value *value, const char *expected)
{
	ck_assert_int_eq(value->is_given, expected != NULL);
	if (expected == NULL)
		return;
	ck_assert_uint_eq(value->text_len, strlen(expected));
	ck_assert_mem_eq(value->text, expected, value->text_len);
}

START_TEST(a_query_decodes_or_is_refused)
{
	struct query_value values[COUNT_OF(names)];
	struct query_room room;
	struct detail detail = { "" };
	enum error err = query_read(rows[_i].query, names, COUNT_OF(names),
	    values, &room, &detail);

	ck_assert_int_eq(err, rows[_i].err);
	ck_assert_int_eq(detail.text[0] != '\0', err != ERR_NONE);
	if (err != ERR_NONE)
		return;
	check_value(&values[0], rows[_i].a);
	check_value(&values[1], rows[_i].limit);
}
END_TEST

static const struct {
	const char *query;
	const char *detail;
} detail_rows[] = {
	{ "a=%zz", "query: expected two hexadecimal digits after %, "
	    "got \"%zz\"" },
	{ "a=1%", "query: expected two hexadecimal digits after %, "
	    "got \"%\"" },
	{ "a=%00", "query: %00 is not allowed" },
	{ "a=x%ff", "query: expected UTF-8, got \"x\\xff\"" },
	{ "limit=1&limit=2", "limit: expected once, got twice" },
};

START_TEST(a_refusal_says_what_to_mend)
{
	struct query_value values[COUNT_OF(names)];
	struct query_room room;
	struct detail detail;

	query_read(detail_rows[_i].query, names, COUNT_OF(names), values,
	    &room, &detail);
	ck_assert_str_eq(detail.text, detail_rows[_i].detail);
}
END_TEST

START_TEST(the_longest_query_fits_its_room)
{
	struct query_value values[COUNT_OF(names)];
	char query[QUERY_BYTES_MAX + 1];
	struct query_room room;
	struct detail detail;

	memset(query, 'x', QUERY_BYTES_MAX);
	memcpy(query, "a=", 2);
	query[QUERY_BYTES_MAX] = '\0';
	ck_assert_int_eq(query_read(query, names, COUNT_OF(names), values,
	    &room, &detail), ERR_NONE);
	ck_assert_uint_eq(values[0].text_len, QUERY_BYTES_MAX - 2);
}
END_TEST

START_TEST(any_number_of_unknown_pairs_is_passed_over)
{
	struct query_value values[COUNT_OF(names)];
	char query[QUERY_BYTES_MAX + 1];
	struct query_room room;
	struct detail detail;

	memset(query, '&', QUERY_BYTES_MAX);
	memcpy(query + QUERY_BYTES_MAX - 4, "&a=1", 4);
	query[QUERY_BYTES_MAX] = '\0';
	ck_assert_int_eq(query_read(query, names, COUNT_OF(names), values,
	    &room, &detail), ERR_NONE);
	ck_assert_uint_eq(values[0].text_len, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("query");
	TCase *tests = tcase_create("decode");

	tcase_add_loop_test(tests, a_query_decodes_or_is_refused, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tests, a_refusal_says_what_to_mend, 0,
	    COUNT_OF(detail_rows));
	tcase_add_test(tests, the_longest_query_fits_its_room);
	tcase_add_test(tests, any_number_of_unknown_pairs_is_passed_over);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
