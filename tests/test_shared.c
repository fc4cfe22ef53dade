/* test_shared.c - one mapping of counters for all processes of a store. */
#include "shared/shared.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "shared/mapping.h"
#include "shared/rates.h"
#include "shared/waiters.h"
#include "shared_fixture.h"
#include "suite.h"

START_TEST(all_who_map_it_count_together_and_it_stays)
{
	struct shared *one = shared_fixture();
	struct shared *other = shared_fixture();

	ck_assert_uint_eq(shared_fixture_taken(one), 0);
	ck_assert_uint_eq(shared_fixture_taken(other), 1);
	waiters_announce(one, FIXTURE_NOW_MS + 1, FIXTURE_NOW_MS);
	ck_assert(waiters_are_there(other, FIXTURE_NOW_MS));
	shared_free(one);
	shared_free(other);
	one = shared_fixture();
	ck_assert_uint_eq(shared_fixture_taken(one), 2);
	shared_free(one);
}
END_TEST

static void
remove_it(void)
{
	ck_assert_int_eq(unlink(shared_fixture_path(COUNTERS_FILE)), 0);
}

static void
cut_it_short(void)
{
	ck_assert_int_eq(truncate(shared_fixture_path(COUNTERS_FILE), 100), 0);
}

static void
replace_it(void)
{
	remove_it();
	shared_free(shared_fixture());
}

static void (*const changes[])(void) = {
	remove_it, cut_it_short, replace_it
};

START_TEST(a_file_of_another_version_is_left_to_it)
{
	struct shared *old = shared_fixture();
	struct stat status;

	shared_fixture_hush();
	ck_assert_uint_eq(shared_fixture_taken(old), 0);
	remove_it();
	shared_fixture_spoil(offsetof(struct mapping_header, version), "\xff",
	    1);
	status = shared_fixture_status(COUNTERS_FILE);
	for (uint32_t i = 0; i < 3; i++) {
		shared_renew(old);
		ck_assert(!shared_is_file(old));
		ck_assert_uint_eq(shared_fixture_taken(old), i);
	}
	ck_assert_uint_eq(shared_fixture_status(COUNTERS_FILE).st_ino,
	    status.st_ino);
	remove_it();
	shared_renew(old);
	ck_assert(shared_is_file(old));
	shared_free(old);
}
END_TEST

START_TEST(a_file_that_changed_is_followed)
{
	struct shared *one = shared_fixture();
	struct shared *other = shared_fixture();

	ck_assert_uint_eq(shared_fixture_taken(one), 0);
	shared_renew(one);
	ck_assert_uint_eq(shared_fixture_taken(other), 1);
	shared_fixture_hush();
	changes[_i]();
	shared_renew(one);
	shared_renew(other);
	ck_assert(shared_is_file(one));
	ck_assert_uint_eq(shared_fixture_taken(one), 0);
	ck_assert_uint_eq(shared_fixture_taken(other), 1);
	shared_free(one);
	shared_free(other);
}
END_TEST

enum { RENEWALS = 20, TAKES_A_RENEWAL = 2000 };

static void *
take_or_renew(void *arg)
{
	static atomic_int next;
	struct shared *shared = arg;
	bool is_renewer = atomic_fetch_add(&next, 1) < 2;

	for (int i = 0; i < RENEWALS; i++) {
		if (is_renewer) {
			unlink(shared_fixture_path(COUNTERS_FILE));
			shared_renew(shared);
		}
		for (int j = 0; !is_renewer && j < TAKES_A_RENEWAL; j++) {
			const uint8_t digest[API_KEY_DIGEST_BYTES] = { 7 };
			struct rate rate;

			rates_take(shared, digest, 10, FIXTURE_NOW_MS, &rate);
			waiters_announce(shared, FIXTURE_NOW_MS + 1,
			    FIXTURE_NOW_MS);
		}
	}
	return NULL;
}

START_TEST(threads_go_on_while_the_file_is_followed)
{
	struct shared *shared = shared_fixture();

	shared_fixture_hush();
	shared_fixture_threads(take_or_renew, shared);
	shared_free(shared);
}
END_TEST

START_TEST(a_file_that_changes_all_the_time_is_followed_for_a_while)
{
	struct shared *shared = shared_fixture();
	int followed = 0;

	/* No line for each that was replaced. */
	shared_fixture_hush();
	for (int i = 0; i < 100; i++) {
		remove_it();
		shared_renew(shared);
		followed += shared_is_file(shared);
		ck_assert_uint_ge(shared_fixture_taken(shared), 0);
		shared_fixture_write(COUNTERS_FILE, "", 0);
	}
	ck_assert_int_gt(followed, 10);
	ck_assert(!shared_is_file(shared));
	shared_free(shared);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("shared");
	TCase *tcase = tcase_create("shared");

	tcase_add_checked_fixture(tcase, shared_fixture_set_up,
	    shared_fixture_tear_down);
	tcase_add_test(tcase, all_who_map_it_count_together_and_it_stays);
	tcase_add_test(tcase, a_file_of_another_version_is_left_to_it);
	tcase_add_loop_test(tcase, a_file_that_changed_is_followed, 0,
	    COUNT_OF(changes));
	tcase_add_test(tcase, threads_go_on_while_the_file_is_followed);
	tcase_add_test(tcase,
	    a_file_that_changes_all_the_time_is_followed_for_a_while);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
