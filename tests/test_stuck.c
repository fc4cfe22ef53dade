/* test_stuck.c - event loops that do not come round any more. */
#include "responder/stuck.h"

#include "suite.h"

START_TEST(who_waits_is_not_stuck)
{
	struct stuck stuck = { 0 };

	for (int i = 0; i < 10 * STUCK_LOOKS_MAX; i++)
		ck_assert(!stuck_look(&stuck, 1, 8));
}
END_TEST

START_TEST(who_comes_round_is_not_stuck)
{
	struct stuck stuck = { 0 };

	for (uint64_t i = 0; i < 10 * STUCK_LOOKS_MAX; i++)
		ck_assert(!stuck_look(&stuck, 1, 2 * i + 1));
}
END_TEST

START_TEST(who_stays_in_a_round_is_stuck_and_no_other)
{
	struct stuck stuck = { 0 };

	for (int i = 0; i < STUCK_LOOKS_MAX; i++) {
		ck_assert(!stuck_look(&stuck, 0, 7));
		ck_assert(!stuck_look(&stuck, 1, 8));
	}
	ck_assert(stuck_look(&stuck, 0, 7));
	ck_assert(!stuck_look(&stuck, 1, 8));
	ck_assert(!stuck_look(&stuck, 0, 9));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stuck");
	TCase *tcase = tcase_create("stuck");

	tcase_add_test(tcase, who_waits_is_not_stuck);
	tcase_add_test(tcase, who_comes_round_is_not_stuck);
	tcase_add_test(tcase, who_stays_in_a_round_is_stuck_and_no_other);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
