/* test_organization.c - names and statuses of organizations. */
#include "model/organization.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

#define A16 "aaaaaaaaaaaaaaaa"

static const struct {
	const char *name;
	enum error err;
} name_rows[] = {
	{ "a", ERR_NONE },
	{ "acme-Shop_2.example", ERR_NONE },
	{ "-", ERR_NONE },
	{ A16 A16 A16 A16, ERR_NONE },
	{ A16 A16 A16 A16 "a", ERR_MEANING },
	{ "", ERR_MEANING },
	{ "a b", ERR_MEANING },
	{ "a/b", ERR_MEANING },
	{ "\xc3\xa4", ERR_MEANING },
};

START_TEST(an_organization_name_is_1_to_64_of_its_alphabet)
{
	struct detail detail = { "" };

	ck_assert_int_eq(organization_name_check(name_rows[_i].name,
	    &detail), name_rows[_i].err);
	ck_assert_int_eq(strstr(detail.text, "expected 1 to 64") != NULL,
	    name_rows[_i].err != ERR_NONE);
}
END_TEST

START_TEST(a_status_reads_as_it_is_written)
{
	static const char *const names[] = { "active", "unpaid", "locked" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		enum organization_status status;

		ck_assert_int_eq(organization_status_parse(names[i], &status,
		    NULL), ERR_NONE);
		ck_assert_uint_eq(status, i);
		ck_assert_str_eq(organization_status_name(status), names[i]);
	}
}
END_TEST

START_TEST(an_unknown_status_is_refused_with_the_allowed_ones)
{
	static const char *const names[] = { "", "Active", "lock", "lockedx" };
	struct detail detail;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		enum organization_status status;

		ck_assert_int_eq(organization_status_parse(names[i], &status,
		    &detail), ERR_MEANING);
		ck_assert_ptr_nonnull(strstr(detail.text,
		    "expected active, unpaid or locked"));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("organization");
	TCase *tcase = tcase_create("organization");

	tcase_add_loop_test(tcase,
	    an_organization_name_is_1_to_64_of_its_alphabet, 0,
	    COUNT_OF(name_rows));
	tcase_add_test(tcase, a_status_reads_as_it_is_written);
	tcase_add_test(tcase,
	    an_unknown_status_is_refused_with_the_allowed_ones);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
