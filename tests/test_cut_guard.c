/* test_cut_guard.c - a mapped file that is cut short does not end anybody. */
#include "shared/cut_guard.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "model/address.h"
#include "shared/last_used.h"
#include "shared/lockouts.h"
#include "shared/mapping.h"
#include "shared/rates.h"
#include "shared/shared.h"
#include "shared/waiters.h"
#include "shared_fixture.h"
#include "suite.h"

enum { HANDLED = 7, SURVIVED = 8, KEYS = 500, CUTS = 10, TAKES = 2000 };

static const off_t lengths[] = { 0, 100, sizeof(struct mapping) / 2 };

static void
cut_to(off_t length)
{
	ck_assert_int_eq(truncate(shared_fixture_path(COUNTERS_FILE), length),
	    0);
}

/* The one that meets the cut may be lost, but no other. */
static void
take(struct shared *shared)
{
	uint32_t before;

	(void)shared_fixture_taken(shared);
	before = shared_fixture_taken(shared);
	ck_assert_uint_eq(shared_fixture_taken(shared), before + 1);
}

static void
lock_out(struct shared *shared)
{
	const struct lockout_rule rule = { 2, 60000 };
	struct address address;

	ck_assert(address_parse("192.0.2.1", &address) == ERR_NONE);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(lockouts_retry_after(shared, &rule, &address,
		    FIXTURE_NOW_MS), 0);
		lockouts_count(shared, &rule, &address, FIXTURE_NOW_MS);
	}
	ck_assert_int_gt(lockouts_retry_after(shared, &rule, &address,
	    FIXTURE_NOW_MS), 0);
}

/* Of many keys, some lie behind the cut. */
static void
use_keys(struct shared *shared)
{
	for (int i = 0; i < KEYS; i++) {
		char id[EVENT_ID_LEN + 1];

		snprintf(id, sizeof(id), "%0*d", EVENT_ID_LEN, i);
		last_used_touch(shared, id, FIXTURE_NOW_MS);
	}
}

static void
wait_for_news(struct shared *shared)
{
	waiters_announce(shared, FIXTURE_NOW_MS + 1, FIXTURE_NOW_MS);
	ck_assert(waiters_are_there(shared, FIXTURE_NOW_MS));
}

static void (*const touches[])(struct shared *shared) = {
	take, lock_out, use_keys, wait_for_news
};

START_TEST(a_file_cut_short_is_counted_in_memory_until_renewed)
{
	off_t length = lengths[(size_t)_i / COUNT_OF(touches)];
	struct shared *shared = shared_fixture();
	struct shared *other;

	shared_fixture_hush();
	cut_to(length);
	touches[(size_t)_i % COUNT_OF(touches)](shared);
	if (length == 0)
		ck_assert(!shared_is_file(shared));
	use_keys(shared);
	ck_assert(!shared_is_file(shared));
	shared_renew(shared);
	ck_assert(shared_is_file(shared));
	ck_assert_int_eq(shared_fixture_status(COUNTERS_FILE).st_size,
	    sizeof(struct mapping));
	other = shared_fixture();
	ck_assert_uint_eq(shared_fixture_taken(shared), 0);
	ck_assert_uint_eq(shared_fixture_taken(other), 1);
	shared_free(other);
	shared_free(shared);
}
END_TEST

START_TEST(a_file_as_long_as_before_is_mapped_anew)
{
	struct shared *shared = shared_fixture();

	shared_fixture_hush();
	cut_to(sizeof(struct mapping) / 2);
	use_keys(shared);
	cut_to(sizeof(struct mapping));
	ck_assert(!shared_is_file(shared));
	shared_renew(shared);
	ck_assert(shared_is_file(shared));
	shared_free(shared);
}
END_TEST

static void *
take_cut_and_renew(void *arg)
{
	const uint8_t digest[API_KEY_DIGEST_BYTES] = { 7 };
	static atomic_int next;
	struct rate rate;
	bool cuts = atomic_fetch_add(&next, 1) == 0;

	for (int i = 0; i < CUTS; i++) {
		if (cuts)
			cut_to(0);
		for (int j = 0; j < TAKES; j++)
			rates_take(arg, digest, 10, FIXTURE_NOW_MS, &rate);
		shared_renew(arg);
	}
	return NULL;
}

START_TEST(threads_go_on_while_the_file_is_cut_short)
{
	struct shared *shared = shared_fixture();

	shared_fixture_hush();
	shared_fixture_threads(take_cut_and_renew, shared);
	shared_renew(shared);
	ck_assert(shared_is_file(shared));
	shared_free(shared);
}
END_TEST

static void
touch_elsewhere(void)
{
	const volatile char *page;
	void *memory;
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	memory = mmap(NULL, 1, PROT_READ, MAP_SHARED, fileno(file), 0);
	ck_assert_ptr_ne(memory, MAP_FAILED);
	page = memory;
	(void)*page;
}

static void
be_sent_it(void)
{
	raise(SIGBUS);
}

static void (*const ends[])(void) = { touch_elsewhere, be_sent_it };

static void
say_so(int number)
{
	(void)number;
	_exit(HANDLED);
}

/* What becomes of a child that maps the counters and then does this. */
static int
status_after(void (*end)(void), void (*handler)(int), bool is_first)
{
	const struct rlimit none = { 0, 0 };
	struct shared *shared;
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGBUS, is_first ? handler : SIG_DFL);
		shared = shared_fixture();
		if (!is_first) {
			signal(SIGBUS, handler);
			if (cut_guard_install() != ERR_NONE)
				_exit(EXIT_FAILURE);
		}
		shared_fixture_hush();
		cut_to(0);
		shared_fixture_taken(shared);
		shared_free(shared);
		end();
		_exit(SURVIVED);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

START_TEST(elsewhere_sigbus_ends_the_process_still)
{
	int status = status_after(ends[_i], SIG_DFL, true);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGBUS);
}
END_TEST

START_TEST(elsewhere_sigbus_is_for_the_handler_set_before_or_after)
{
	for (int is_first = 0; is_first < 2; is_first++) {
		int status = status_after(ends[_i], say_so, is_first != 0);

		ck_assert(WIFEXITED(status));
		ck_assert_int_eq(WEXITSTATUS(status), HANDLED);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cut_guard");
	TCase *tcase = tcase_create("cut_guard");

	tcase_add_checked_fixture(tcase, shared_fixture_set_up,
	    shared_fixture_tear_down);
	tcase_add_loop_test(tcase,
	    a_file_cut_short_is_counted_in_memory_until_renewed, 0,
	    COUNT_OF(lengths) * COUNT_OF(touches));
	tcase_add_test(tcase, a_file_as_long_as_before_is_mapped_anew);
	tcase_add_test(tcase, threads_go_on_while_the_file_is_cut_short);
	tcase_add_loop_test(tcase, elsewhere_sigbus_ends_the_process_still, 0,
	    COUNT_OF(ends));
	tcase_add_loop_test(tcase,
	    elsewhere_sigbus_is_for_the_handler_set_before_or_after, 0,
	    COUNT_OF(ends));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
