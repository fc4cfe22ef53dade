/* test_deadlines.c - who must be done by when. */
#include <stddef.h>

#include "responder/deadlines.h"
#include "suite.h"

enum { TIMEOUT_MS = 1000 };

static struct deadlines deadlines;

static void
start(void)
{
	deadlines_init(&deadlines, TIMEOUT_MS);
}

START_TEST(a_deadline_passes_at_its_time_and_not_before)
{
	struct deadline deadline = { 0 };

	deadline_set(&deadlines, &deadline, DEADLINE_TAKE, 50);
	ck_assert_ptr_null(deadlines_passed(&deadlines, 1049));
	ck_assert_ptr_eq(deadlines_passed(&deadlines, 1050), &deadline);
	deadline_drop(&deadline);
	ck_assert_ptr_null(deadlines_passed(&deadlines, 1050));
}
END_TEST

START_TEST(an_idle_connection_has_three_times_as_long)
{
	struct deadline deadline = { 0 };

	deadline_set(&deadlines, &deadline, DEADLINE_IDLE, 0);
	ck_assert_ptr_null(deadlines_passed(&deadlines, 2999));
	ck_assert_ptr_eq(deadlines_passed(&deadlines, 3000), &deadline);
}
END_TEST

START_TEST(who_is_parked_has_none_and_is_listed_all_the_same)
{
	struct deadline deadline = { 0 };

	deadline_set(&deadlines, &deadline, DEADLINE_NEVER, 1000);
	ck_assert_ptr_null(deadlines_passed(&deadlines, INT64_MAX / 4));
	ck_assert_int_eq(deadlines_wait_ms(&deadlines, 1000, 60000), 60000);
	ck_assert_ptr_eq(deadlines_first(&deadlines, DEADLINE_NEVER),
	    &deadline);
}
END_TEST

START_TEST(setting_it_anew_counts_from_then)
{
	struct deadline first = { 0 };
	struct deadline second = { 0 };

	deadline_set(&deadlines, &first, DEADLINE_ARRIVE, 0);
	deadline_set(&deadlines, &second, DEADLINE_ARRIVE, 10);
	ck_assert_ptr_eq(deadlines_first(&deadlines, DEADLINE_ARRIVE),
	    &first);
	deadline_set(&deadlines, &first, DEADLINE_ARRIVE, 20);
	ck_assert_ptr_eq(deadlines_first(&deadlines, DEADLINE_ARRIVE),
	    &second);
	ck_assert_ptr_eq(deadlines_passed(&deadlines, 1010), &second);
	deadline_drop(&second);
	ck_assert_ptr_null(deadlines_passed(&deadlines, 1019));
	ck_assert_ptr_eq(deadlines_passed(&deadlines, 1020), &first);
}
END_TEST

START_TEST(it_moves_from_kind_to_kind)
{
	struct deadline deadline = { 0 };

	deadline_set(&deadlines, &deadline, DEADLINE_ARRIVE, 0);
	deadline_set(&deadlines, &deadline, DEADLINE_IDLE, 0);
	ck_assert_ptr_null(deadlines_first(&deadlines, DEADLINE_ARRIVE));
	ck_assert_ptr_eq(deadlines_first(&deadlines, DEADLINE_IDLE),
	    &deadline);
	deadline_drop(&deadline);
	deadline_drop(&deadline);
	ck_assert_ptr_null(deadlines_first(&deadlines, DEADLINE_IDLE));
}
END_TEST

START_TEST(one_waits_until_the_next_passes_but_no_longer_than_the_bound)
{
	struct deadline arrive = { 0 };
	struct deadline idle = { 0 };

	ck_assert_int_eq(deadlines_wait_ms(&deadlines, 0, 60000), 60000);
	deadline_set(&deadlines, &idle, DEADLINE_IDLE, 0);
	ck_assert_int_eq(deadlines_wait_ms(&deadlines, 100, 60000), 2900);
	deadline_set(&deadlines, &arrive, DEADLINE_ARRIVE, 100);
	ck_assert_int_eq(deadlines_wait_ms(&deadlines, 100, 60000), 1000);
	ck_assert_int_eq(deadlines_wait_ms(&deadlines, 100, 50), 50);
	ck_assert_int_eq(deadlines_wait_ms(&deadlines, 9000, 50), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("deadlines");
	TCase *tcase = tcase_create("deadlines");

	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_add_test(tcase, a_deadline_passes_at_its_time_and_not_before);
	tcase_add_test(tcase, an_idle_connection_has_three_times_as_long);
	tcase_add_test(tcase,
	    who_is_parked_has_none_and_is_listed_all_the_same);
	tcase_add_test(tcase, setting_it_anew_counts_from_then);
	tcase_add_test(tcase, it_moves_from_kind_to_kind);
	tcase_add_test(tcase,
	    one_waits_until_the_next_passes_but_no_longer_than_the_bound);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
