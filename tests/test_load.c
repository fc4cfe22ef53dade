/* test_load.c - whether the thread of a loop has time for more connections. */
#include <time.h>

#include "base/text.h"
#include "responder/load.h"
#include "suite.h"

/* After a look at 1000 ms, when 7000 us were used and 3 faults met. */
static const struct {
	int64_t now_ms;
	int64_t used_us;
	int64_t faults;
	bool is_busy;
} rows[] = {
	{ 1100,   7000, 3, false },	/* it slept */
	{ 1100,  56999, 3, false },	/* just below half the time */
	{ 1100,  57000, 3, true },
	{ 1100, 107000, 3, true },
	{ 1200,  57000, 3, false },	/* the same in twice the time */
	{ 1100,   7000, 7, false },
	{ 1100,   7000, 8, true },	/* it waited for the disk */
};

START_TEST(half_the_time_or_some_faults_are_busy)
{
	struct load load = { 0 };

	load_measure(&load, 1000, 7000, 3);
	ck_assert(!load_is_busy(&load));
	load_measure(&load, rows[_i].now_ms, rows[_i].used_us,
	    rows[_i].faults);
	ck_assert_int_eq(load_is_busy(&load), rows[_i].is_busy);
}
END_TEST

START_TEST(it_is_busy_no_longer_once_it_rests)
{
	struct load load = { 0 };

	load_measure(&load, 1000, 0, 0);
	load_measure(&load, 1100, 100000, 0);
	ck_assert(load_is_busy(&load));
	load_measure(&load, 1200, 100000, 0);
	ck_assert(!load_is_busy(&load));
}
END_TEST

START_TEST(the_system_is_asked_once_in_a_while)
{
	struct load load = { 0 };

	load_look(&load, 1000);
	ck_assert_int_eq(load.since_ms, 1000);
	load_look(&load, 1000 + LOAD_MS - 1);
	ck_assert_int_eq(load.since_ms, 1000);
	load_look(&load, 1000 + LOAD_MS);
	ck_assert_int_eq(load.since_ms, 1000 + LOAD_MS);
}
END_TEST

START_TEST(a_thread_that_works_is_busy)
{
	struct load load = { 0 };
	clock_t end;

	load_look(&load, 1000);
	end = clock() + CLOCKS_PER_SEC / 10;
	while (clock() < end)
		continue;
	load_look(&load, 1000 + LOAD_MS);
	ck_assert(load_is_busy(&load));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("load");
	TCase *tcase = tcase_create("load");

	tcase_add_loop_test(tcase, half_the_time_or_some_faults_are_busy, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase, it_is_busy_no_longer_once_it_rests);
	tcase_add_test(tcase, the_system_is_asked_once_in_a_while);
	tcase_add_test(tcase, a_thread_that_works_is_busy);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
