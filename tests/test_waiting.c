/* test_waiting.c - whose turn it is among those who wait for news. */
#include <stdlib.h>

#include "responder/waiting.h"
#include "suite.h"

enum { MANY = 1000, TURNS = 20000, LATER_MS = 1000000 };

static struct waiting waiting;
static struct waiter waiters[MANY];

static void
start(void)
{
	for (size_t i = 0; i < MANY; i++)
		waiters[i] = (struct waiter){ 0 };
	waiting_init(&waiting);
}

static void
end(void)
{
	waiting_clear(&waiting);
}

static void
add(size_t i, int64_t due_at_ms)
{
	ck_assert_int_eq(waiting_add(&waiting, &waiters[i], due_at_ms,
	    false), ERR_NONE);
}

START_TEST(nobody_is_due_before_news_or_his_time)
{
	ck_assert_int_eq(waiting_wake_ms(&waiting), INT64_MAX);
	ck_assert_ptr_null(waiting_take(&waiting, INT64_MAX));
	add(0, 50);
	add(1, 40);
	ck_assert_int_eq(waiting_wake_ms(&waiting), 40);
	ck_assert_ptr_null(waiting_take(&waiting, 39));
	ck_assert_ptr_eq(waiting_take(&waiting, 40), &waiters[1]);
	ck_assert_ptr_null(waiting_take(&waiting, 40));
	ck_assert_int_eq(waiting_wake_ms(&waiting), 50);
	ck_assert_ptr_eq(waiting_take(&waiting, 60), &waiters[0]);
	ck_assert_int_eq(waiting_wake_ms(&waiting), INT64_MAX);
}
END_TEST

START_TEST(news_is_for_all_and_the_first_to_come_is_first)
{
	for (size_t i = 0; i < MANY; i++)
		add(i, LATER_MS - (int64_t)i);
	waiting_call(&waiting);
	ck_assert_int_eq(waiting_wake_ms(&waiting), 0);
	for (size_t i = 0; i < MANY; i++) {
		ck_assert_ptr_eq(waiting_take(&waiting, 0), &waiters[i]);
		/* Who waits again is not called by what he has looked at. */
		add(i, LATER_MS);
	}
	ck_assert_ptr_null(waiting_take(&waiting, 0));
	waiting_call(&waiting);
	waiting_call(&waiting);
	ck_assert_ptr_eq(waiting_take(&waiting, 0), &waiters[0]);
}
END_TEST

START_TEST(who_comes_due_has_the_next_turn)
{
	add(0, LATER_MS);
	ck_assert_int_eq(waiting_add(&waiting, &waiters[1], LATER_MS, true),
	    ERR_NONE);
	ck_assert_int_eq(waiting_wake_ms(&waiting), 0);
	ck_assert_ptr_eq(waiting_take(&waiting, 0), &waiters[1]);
	ck_assert_ptr_null(waiting_take(&waiting, 0));
}
END_TEST

START_TEST(who_is_removed_is_not_taken)
{
	add(0, 10);
	add(1, 20);
	add(2, 30);
	waiting_remove(&waiting, &waiters[0]);
	waiting_remove(&waiting, &waiters[0]);
	waiting_call(&waiting);
	waiting_remove(&waiting, &waiters[1]);
	ck_assert_ptr_eq(waiting_take(&waiting, 100), &waiters[2]);
	ck_assert_ptr_null(waiting_take(&waiting, 100));
	add(0, 10);
	ck_assert_ptr_eq(waiting_take(&waiting, 10), &waiters[0]);
}
END_TEST

/* The earliest of those in the array. */
static int64_t
earliest(void)
{
	int64_t found_ms = INT64_MAX;

	for (size_t i = 0; i < MANY; i++)
		if (waiters[i].next != NULL &&
		    waiters[i].due_at_ms < found_ms)
			found_ms = waiters[i].due_at_ms;
	return found_ms;
}

START_TEST(however_they_come_and_go_the_earliest_is_known)
{
	unsigned short seed[3] = { 1, 2, 3 };

	for (int turn = 0; turn < TURNS; turn++) {
		size_t i = (size_t)nrand48(seed) % MANY;

		if (waiters[i].next == NULL)
			add(i, nrand48(seed) % LATER_MS);
		else
			waiting_remove(&waiting, &waiters[i]);
		if (turn % 100 == 0)
			ck_assert_int_eq(waiting_wake_ms(&waiting),
			    earliest());
	}
	for (int64_t last_ms = 0; waiting.count > 0;) {
		struct waiter *waiter = waiting_take(&waiting, LATER_MS);

		ck_assert_int_ge(waiter->due_at_ms, last_ms);
		last_ms = waiter->due_at_ms;
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("waiting");
	TCase *tcase = tcase_create("waiting");

	tcase_add_checked_fixture(tcase, start, end);
	tcase_add_test(tcase, nobody_is_due_before_news_or_his_time);
	tcase_add_test(tcase, news_is_for_all_and_the_first_to_come_is_first);
	tcase_add_test(tcase, who_comes_due_has_the_next_turn);
	tcase_add_test(tcase, who_is_removed_is_not_taken);
	tcase_add_test(tcase,
	    however_they_come_and_go_the_earliest_is_known);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
