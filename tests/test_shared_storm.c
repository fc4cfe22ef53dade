/* test_shared_storm.c - the counters among processes that are killed. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
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

enum {
	WORKERS = 6,
	KILLS = 80,
	MAKERS = 12,
	MAKER_KILLS = 100,
	USES_MAX = 64,
	RENEWALS_MAX = 1000
};

static const struct lockout_rule rule = { 10, MINUTE_MS };

/* A small generator: each process has its own row of numbers. */
static uint32_t
draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*state >> 33);
}

static void
make_id(uint32_t key, char id[EVENT_ID_LEN + 1])
{
	snprintf(id, EVENT_ID_LEN + 1, "%06u-%06u-%06u_", key, key, key);
}

static struct address
make_address(uint32_t number)
{
	return (struct address){ { [10] = 0xff, 0xff, 10,
	    (uint8_t)(number >> 16), (uint8_t)(number >> 8),
	    (uint8_t)number } };
}

static struct rate
take(struct shared *shared, uint32_t key, uint32_t rate_per_minute,
    int64_t now_ms)
{
	uint8_t digest[API_KEY_DIGEST_BYTES] = { 0 };
	struct rate rate;

	memcpy(digest, &key, sizeof(key));
	rates_take(shared, digest, rate_per_minute, now_ms, &rate);
	return rate;
}

static bool
is_allowed(struct shared *shared, uint32_t key, uint32_t rate_per_minute)
{
	struct rate rate = take(shared, key, rate_per_minute, FIXTURE_NOW_MS);

	return rate.is_allowed;
}

/* Everything at once, on tables that are too small for it, for ever. */
static void
work(struct shared *shared, uint64_t state)
{
	int64_t now_ms = FIXTURE_NOW_MS;

	for (;;) {
		uint32_t number = draw(&state) % 200000;
		struct address address = make_address(number);
		char id[EVENT_ID_LEN + 1];

		make_id(number, id);
		take(shared, number, 1 + number % 100, now_ms);
		lockouts_count(shared, &rule, &address, now_ms);
		last_used_touch(shared, id, now_ms);
		waiters_announce(shared, now_ms + 1000, now_ms);
		now_ms = FIXTURE_NOW_MS + draw(&state) % 2000;
	}
}

static pid_t
start(void (*run)(struct shared *shared, uint64_t state),
    struct shared *shared, uint64_t state)
{
	pid_t parent = getpid();
	pid_t child = fork();

	if (child != 0) {
		ck_assert_int_gt(child, 0);
		return child;
	}
	/* From here on nothing is asserted: a child that is killed must not
	 * be telling it at that moment. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	run(shared, state);
	_exit(0);
}

static void
end(pid_t child)
{
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

static void
wait_a_little(uint32_t number)
{
	const struct timespec pause = { .tv_nsec = number % 1500000 };

	nanosleep(&pause, NULL);
}

/* Every slot is left in a state that what comes next can live with. */
static void
check_all(struct shared *shared)
{
	struct address good = make_address(0xffffff);
	struct last_use uses[USES_MAX];
	size_t position = 0;

	ck_assert_int_eq(lockouts_retry_after(shared, &rule, &good,
	    FIXTURE_NOW_MS), 0);
	do {
		size_t use_count = last_used_changed(shared,
		    FIXTURE_NOW_MS + 2000, &position, uses, USES_MAX);

		for (size_t i = 0; i < use_count; i++) {
			char id[EVENT_ID_LEN + 1];

			make_id((uint32_t)strtoul(uses[i].id, NULL, 10), id);
			ck_assert_str_eq(uses[i].id, id);
			ck_assert_int_ge(uses[i].used_ms, FIXTURE_NOW_MS);
			ck_assert_int_lt(uses[i].used_ms,
			    FIXTURE_NOW_MS + 2000);
		}
		last_used_saved(shared, uses, use_count);
	} while (position != 0);
}

/* When nobody else counts, a key that nobody knows has its whole bucket. */
static void
check_new_key(struct shared *shared)
{
	uint32_t allowed = 0;

	for (int i = 0; i < 1000; i++)
		allowed += is_allowed(shared, 300000, 900);
	ck_assert_uint_eq(allowed, 900);
}

START_TEST(killed_at_any_moment_they_leave_it_whole)
{
	struct shared *shared = shared_fixture();
	pid_t workers[WORKERS];
	uint64_t state = 1;

	for (int i = 0; i < WORKERS; i++)
		workers[i] = start(work, shared, draw(&state));
	for (int i = 0; i < KILLS; i++) {
		uint32_t victim = draw(&state) % WORKERS;

		wait_a_little(draw(&state));
		end(workers[victim]);
		workers[victim] = start(work, shared, draw(&state));
	}
	check_all(shared);
	for (int i = 0; i < WORKERS; i++)
		end(workers[i]);
	check_all(shared);
	check_new_key(shared);
	shared_free(shared);
}
END_TEST

enum { TAKERS = 6, TAKES = 20000, TAKEN_RATE = 70000 };

static int counts[2];

static void
take_and_tell(struct shared *shared, uint64_t state)
{
	uint32_t allowed = 0;

	(void)state;
	for (int i = 0; i < TAKES; i++)
		allowed += is_allowed(shared, 1, TAKEN_RATE);
	if (write(counts[1], &allowed, sizeof(allowed)) !=
	    (ssize_t)sizeof(allowed))
		_exit(1);
}

START_TEST(processes_are_allowed_exactly_what_is_there)
{
	struct shared *shared = shared_fixture();
	uint32_t total = 0;

	ck_assert_int_eq(pipe(counts), 0);
	for (uint64_t i = 0; i < TAKERS; i++)
		start(take_and_tell, shared, i);
	for (int i = 0; i < TAKERS; i++) {
		uint32_t allowed;

		ck_assert_int_eq(read(counts[0], &allowed, sizeof(allowed)),
		    sizeof(allowed));
		total += allowed;
		ck_assert_int_gt(wait(NULL), 0);
	}
	ck_assert_uint_eq(total, TAKEN_RATE);
	shared_free(shared);
}
END_TEST

/* Opens, counts once, and says whether it was in the file. */
static void
make_and_count(struct shared *unused, uint64_t state)
{
	struct shared *shared = NULL;

	(void)unused;
	(void)state;
	if (shared_new(shared_fixture_directory(), &shared) != ERR_NONE)
		_exit(1);
	for (int i = 0; i < RENEWALS_MAX && !shared_is_file(shared); i++)
		shared_renew(shared);
	if (!shared_is_file(shared))
		_exit(1);
	take(shared, 1, 1000, FIXTURE_NOW_MS);
	shared_free(shared);
}

START_TEST(of_many_makers_one_makes_the_file)
{
	struct shared *shared;

	/* No line for each that others kept waiting. */
	shared_fixture_hush();
	for (uint64_t i = 0; i < MAKERS; i++)
		start(make_and_count, NULL, i);
	for (int i = 0; i < MAKERS; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	shared = shared_fixture();
	ck_assert_uint_eq(take(shared, 1, 1000, FIXTURE_NOW_MS).remaining,
	    1000 - MAKERS - 1);
	shared_free(shared);
}
END_TEST

/* Makes the file, spoils it and makes it again, for ever. */
static void
make_and_spoil(struct shared *unused, uint64_t state)
{
	const char *path = shared_fixture_path(COUNTERS_FILE);

	(void)unused;
	for (;;) {
		struct shared *shared = NULL;

		if (shared_new(shared_fixture_directory(), &shared) != ERR_NONE)
			_exit(1);
		shared_free(shared);
		if (draw(&state) % 2 == 0)
			unlink(path);
		else if (truncate(path, draw(&state) % 100) != 0)
			continue;
	}
}

START_TEST(makers_killed_at_any_moment_stop_nobody)
{
	struct shared *shared;
	pid_t makers[3];
	uint64_t state = 1;

	shared_fixture_hush();
	for (size_t i = 0; i < COUNT_OF(makers); i++)
		makers[i] = start(make_and_spoil, NULL, draw(&state));
	for (int i = 0; i < MAKER_KILLS; i++) {
		size_t victim = draw(&state) % COUNT_OF(makers);

		wait_a_little(draw(&state));
		end(makers[victim]);
		makers[victim] = start(make_and_spoil, NULL, draw(&state));
	}
	for (size_t i = 0; i < COUNT_OF(makers); i++)
		end(makers[i]);
	shared = shared_fixture();
	ck_assert(shared_is_file(shared));
	check_all(shared);
	check_new_key(shared);
	shared_free(shared);
}
END_TEST

START_TEST(any_bytes_at_all_are_lived_with)
{
	struct shared *shared = shared_fixture();
	uint8_t *bytes = (uint8_t *)shared_mapping(shared);
	uint64_t state = (uint64_t)_i;

	for (size_t i = sizeof(struct mapping_header);
	    i < sizeof(struct mapping); i++)
		bytes[i] = (uint8_t)draw(&state);
	for (uint32_t i = 0; i < 50000; i++) {
		struct address address = make_address(i);
		struct rate rate = take(shared, i, 100, FIXTURE_NOW_MS);
		char id[EVENT_ID_LEN + 1];

		ck_assert(rate.is_allowed);
		lockouts_count(shared, &rule, &address, FIXTURE_NOW_MS);
		ck_assert_int_eq(lockouts_retry_after(shared, &rule, &address,
		    FIXTURE_NOW_MS), 0);
		make_id(i, id);
		last_used_touch(shared, id, FIXTURE_NOW_MS);
		ck_assert_int_eq(last_used_find(shared, id, FIXTURE_NOW_MS),
		    FIXTURE_NOW_MS);
	}
	ck_assert(!waiters_are_there(shared, FIXTURE_NOW_MS));
	check_all(shared);
	check_new_key(shared);
	shared_free(shared);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("shared_storm");
	TCase *tcase = tcase_create("shared_storm");

	tcase_add_checked_fixture(tcase, shared_fixture_set_up,
	    shared_fixture_tear_down);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, killed_at_any_moment_they_leave_it_whole);
	tcase_add_test(tcase, processes_are_allowed_exactly_what_is_there);
	tcase_add_test(tcase, of_many_makers_one_makes_the_file);
	tcase_add_test(tcase, makers_killed_at_any_moment_stop_nobody);
	tcase_add_loop_test(tcase, any_bytes_at_all_are_lived_with, 1, 4);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
