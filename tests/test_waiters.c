/* test_waiters.c - whether anybody waits for news. */
#include "shared/waiters.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/text.h"
#include "shared/mapping.h"
#include "shared/shared.h"
#include "shared_fixture.h"
#include "suite.h"

static struct shared *shared;

static void
set_up(void)
{
	shared_fixture_set_up();
	shared = shared_fixture();
}

static void
tear_down(void)
{
	shared_free(shared);
	shared_fixture_tear_down();
}

static const struct {
	int64_t before_ms;	/* what is there, from now */
	int64_t until_ms;	/* what is announced, from now */
	int64_t later_ms;	/* when it is asked, from now */
	bool is_there;
} rows[] = {
	{ -FIXTURE_NOW_MS, 0, 0, false },
	{ -FIXTURE_NOW_MS, 1000, 0, true },
	{ -FIXTURE_NOW_MS, 1000, 999, true },
	{ -FIXTURE_NOW_MS, 1000, 1000, false },
	{ 5000, 1000, 4999, true },		/* another waits longer */
	{ -1, 1000, 999, true },
	{ -1, 1000, -3600000, false },		/* the clock was set back */
	{ 3600000, 1000, 999, true },		/* it was before */
	{ 3600000, 1000, 1000, false },
	{ INT64_MAX - FIXTURE_NOW_MS, 1000, 1000, false },
	{ WAITERS_AHEAD_MS_MAX, 1000, 1000, true },
};

START_TEST(somebody_is_there_until_the_time_that_was_announced)
{
	shared_mapping(shared)->waited_until_ms = FIXTURE_NOW_MS +
	    rows[_i].before_ms;
	waiters_announce(shared, FIXTURE_NOW_MS + rows[_i].until_ms,
	    FIXTURE_NOW_MS);
	ck_assert_int_eq(waiters_are_there(shared, FIXTURE_NOW_MS +
	    rows[_i].later_ms), rows[_i].is_there);
}
END_TEST

static const int64_t strange_numbers[] = {
	INT64_MIN, -1, 0, FIXTURE_NOW_MS, FIXTURE_NOW_MS + 3600000, INT64_MAX
};

START_TEST(a_time_that_cannot_be_is_nobodys)
{
	shared_mapping(shared)->waited_until_ms = strange_numbers[_i];
	ck_assert(!waiters_are_there(shared, FIXTURE_NOW_MS));
}
END_TEST

/* Two threads that begin each round at the same moment. */
enum { ROUNDS = 50000 };
static struct {
	atomic_int arrived;
	atomic_int commit;	/* stands for the store */
	atomic_bool is_commit_seen;
	atomic_bool is_waiter_seen;
} duel;

static void
meet(int round)
{
	atomic_fetch_add(&duel.arrived, 1);
	while (atomic_load(&duel.arrived) < 2 * round)
		sched_yield();
}

static void *
commit(void *arg)
{
	(void)arg;
	for (int round = 1; round <= ROUNDS; round++) {
		meet(2 * round - 1);
		atomic_store_explicit(&duel.commit, round,
		    memory_order_relaxed);
		duel.is_waiter_seen = waiters_are_there(shared,
		    FIXTURE_NOW_MS + round);
		meet(2 * round);
	}
	return NULL;
}

START_TEST(either_the_waiter_or_the_commit_is_seen)
{
	pthread_t committer;
	int missed = 0;

	ck_assert_int_eq(pthread_create(&committer, NULL, commit, NULL), 0);
	for (int round = 1; round <= ROUNDS; round++) {
		meet(2 * round - 1);
		waiters_announce(shared, FIXTURE_NOW_MS + round + 1,
		    FIXTURE_NOW_MS + round);
		duel.is_commit_seen = atomic_load_explicit(&duel.commit,
		    memory_order_relaxed) == round;
		meet(2 * round);
		if (!duel.is_commit_seen && !duel.is_waiter_seen)
			missed++;
	}
	ck_assert_int_eq(pthread_join(committer, NULL), 0);
	ck_assert_int_eq(missed, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("waiters");
	TCase *tcase = tcase_create("waiters");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase,
	    somebody_is_there_until_the_time_that_was_announced, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tcase, a_time_that_cannot_be_is_nobodys, 0,
	    COUNT_OF(strange_numbers));
	tcase_add_test(tcase, either_the_waiter_or_the_commit_is_seen);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
