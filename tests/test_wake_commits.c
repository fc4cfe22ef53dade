/* test_wake_commits.c - a commit wakes those who wait. */
#include "store/wake.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/organization.h"
#include "shared/shared.h"
#include "shared/waiters.h"
#include "store/organizations.h"
#include "store/store.h"
#include "suite.h"

enum {
	MAP_BYTES = 1 << 28,
	WAIT_MS = 10 * 1000,
	SOON_MS = 50,
	WRITERS = 4,
	COMMITS = 50
};

static char *directory;
static struct wake_watch *watch;
static struct shared *shared;

static const char *
path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void
set_up(void)
{
	struct detail detail = { "" };
	char *top = suite_directory();
	char pepper[512];
	bool is_made;

	ck_assert_int_gt(asprintf(&directory, "%s/store", top), 0);
	free(top);
	snprintf(pepper, sizeof(pepper), "%s", path_of("pepper"));
	ck_assert_msg(store_init(directory, pepper, MAP_BYTES, &is_made,
	    &detail) == ERR_NONE, "%s", detail.text);
	ck_assert_int_eq(wake_watch_new(directory, &watch), ERR_NONE);
	ck_assert_int_eq(shared_new(directory, &shared), ERR_NONE);
}

static void
tear_down(void)
{
	wake_watch_free(watch);
	shared_free(shared);
	free(directory);
}

/* Whether there is news within that time. */
static bool
is_woken(int timeout_ms)
{
	int64_t end_ms = clock_steady_ms() + timeout_ms;
	struct pollfd pollfd = {
		.fd = wake_watch_fd(watch), .events = POLLIN
	};

	while (poll(&pollfd, 1, timeout_ms) == 1) {
		if (wake_watch_take(watch))
			return true;
		if (end_ms - clock_steady_ms() < timeout_ms)
			timeout_ms = (int)(end_ms - clock_steady_ms());
		if (timeout_ms < 0)
			timeout_ms = 0;
	}
	return false;
}

static void
announce(void)
{
	int64_t now_ms = clock_now_ms();

	waiters_announce(shared, now_ms + MINUTE_MS, now_ms);
}

static struct store *
open_store(void)
{
	struct detail detail = { "" };
	struct store *store;

	ck_assert_msg(store_open(directory, STORE_WRITE, MAP_BYTES, &store,
	    &detail) == ERR_NONE, "%s", detail.text);
	return store;
}

static void
commit(struct store *store, const char *name)
{
	struct organization organization = {
		.status = ORGANIZATION_ACTIVE
	};
	struct store_txn *txn;

	snprintf(organization.name, sizeof(organization.name), "%s", name);
	ck_assert_int_eq(store_write_begin(store, false, &txn), ERR_NONE);
	ck_assert_int_eq(store_organization_add(txn, &organization,
	    clock_now_ms()), ERR_NONE);
	ck_assert_int_eq(store_write_commit(txn), ERR_NONE);
}

/* In a process that ends with its last commit. */
static pid_t
begin_writer(const char *name, int commit_count)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct store *store = open_store();

		for (int i = 0; i < commit_count; i++) {
			char numbered[64];

			snprintf(numbered, sizeof(numbered), "%s-%d", name,
			    i);
			commit(store, numbered);
		}
		_exit(0);
	}
	return child;
}

static void
end_writer(pid_t child)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(a_commit_wakes_whoever_announced_to_wait)
{
	struct store *store = open_store();

	announce();
	for (int i = 0; i < 3; i++) {
		char name[16];

		snprintf(name, sizeof(name), "a%d", i);
		commit(store, name);
		ck_assert(is_woken(WAIT_MS));
	}
	store_close(store);
}
END_TEST

START_TEST(a_commit_touches_nothing_while_nobody_waits)
{
	struct store *store = open_store();

	commit(store, "a");
	ck_assert_int_ne(access(path_of(WAKE_FILE), F_OK), 0);
	ck_assert_int_eq(wake_touch(directory), ERR_NONE);
	ck_assert(is_woken(WAIT_MS));
	commit(store, "b");
	ck_assert(!is_woken(SOON_MS));
	store_close(store);
}
END_TEST

START_TEST(an_aborted_change_wakes_nobody)
{
	struct store *store = open_store();
	struct store_txn *txn;

	announce();
	ck_assert_int_eq(store_write_begin(store, false, &txn), ERR_NONE);
	store_write_abort(txn);
	ck_assert(!is_woken(SOON_MS));
	store_close(store);
}
END_TEST

START_TEST(the_last_commit_of_a_process_that_ends_wakes)
{
	struct store *store;

	announce();
	end_writer(begin_writer("a", 1));
	ck_assert(is_woken(WAIT_MS));
	end_writer(begin_writer("b", 3));
	ck_assert(is_woken(WAIT_MS));
	ck_assert(!is_woken(SOON_MS));

	/* In this process the store opens as ever. */
	store = open_store();
	store_close(store);
}
END_TEST

/* Sleeps without an end unless woken, so a wake that was lost would show. */
START_TEST(who_looks_after_each_wake_misses_no_commit)
{
	pid_t writers[WRITERS];
	struct store_stat stat = { 0 };
	struct detail detail;
	struct store *store = NULL;

	for (int i = 0; i < WRITERS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "w%d", i);
		writers[i] = begin_writer(name, COMMITS);
	}
	ck_assert_int_eq(store_open(directory, STORE_READ, MAP_BYTES, &store,
	    &detail), ERR_NONE);
	for (;;) {
		struct store_txn *txn;

		announce();
		ck_assert_int_eq(store_read_begin(store, &txn), ERR_NONE);
		ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
		store_read_end(txn);
		if (stat.organizations == (uint64_t)WRITERS * COMMITS)
			break;
		ck_assert(is_woken(WAIT_MS));
	}
	for (int i = 0; i < WRITERS; i++)
		end_writer(writers[i]);
	store_close(store);
}
END_TEST

START_TEST(without_counters_each_commit_wakes)
{
	struct store *store;

	ck_assert_int_eq(unlink(path_of("counters")), 0);
	ck_assert_int_eq(mkdir(path_of("counters"), 0700), 0);
	/* What is logged about it is not looked at. */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	store = open_store();
	commit(store, "a");
	ck_assert(is_woken(WAIT_MS));
	commit(store, "b");
	ck_assert(is_woken(WAIT_MS));
	store_close(store);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wake commits");
	TCase *tests = tcase_create("commits");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_commit_wakes_whoever_announced_to_wait);
	tcase_add_test(tests, a_commit_touches_nothing_while_nobody_waits);
	tcase_add_test(tests, an_aborted_change_wakes_nobody);
	tcase_add_test(tests, the_last_commit_of_a_process_that_ends_wakes);
	tcase_add_test(tests, who_looks_after_each_wake_misses_no_commit);
	tcase_add_test(tests, without_counters_each_commit_wakes);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
