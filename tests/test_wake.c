/* test_wake.c - the file that a commit touches, and those who watch it. */
#include "store/wake.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
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

static void
touch(void)
{
	ck_assert_int_eq(wake_touch(directory), ERR_NONE);
}

static void
make_file(const char *name)
{
	int fd = open(path_of(name), O_CREAT | O_WRONLY | O_EXCL, 0660);

	ck_assert_int_ge(fd, 0);
	close(fd);
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
	touch();
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

START_TEST(wakes_that_were_not_read_are_one)
{
	touch();
	ck_assert(is_woken(WAIT_MS));
	for (int i = 0; i < 100000; i++)
		touch();
	ck_assert(is_woken(WAIT_MS));
	ck_assert(!is_woken(0));
}
END_TEST

START_TEST(a_file_that_is_missing_is_made_for_the_group)
{
	struct stat status;

	touch();
	ck_assert_int_eq(lstat(path_of(WAKE_FILE), &status), 0);
	ck_assert_uint_eq(status.st_mode, S_IFREG | 0660);
	ck_assert_int_eq(status.st_size, 0);
}
END_TEST

START_TEST(a_link_is_not_followed)
{
	struct stat status;
	struct timespec past[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

	make_file("victim");
	ck_assert_int_eq(utimensat(AT_FDCWD, path_of("victim"), past, 0), 0);
	ck_assert_int_eq(symlink("victim", path_of(WAKE_FILE)), 0);
	(void)wake_touch(directory);
	ck_assert_int_eq(stat(path_of("victim"), &status), 0);
	ck_assert_int_eq(status.st_mtime, 1000);
}
END_TEST

START_TEST(a_directory_that_is_not_there_cannot_be_touched)
{
	ck_assert_int_eq(wake_touch("/nonexistent/store"), ERR_IO);
}
END_TEST

START_TEST(a_file_that_comes_is_followed)
{
	ck_assert(!is_woken(0));
	touch();
	ck_assert(is_woken(WAIT_MS));
	touch();
	ck_assert(is_woken(WAIT_MS));
}
END_TEST

START_TEST(a_file_that_is_removed_and_made_again_is_followed)
{
	touch();
	ck_assert(is_woken(WAIT_MS));
	ck_assert_int_eq(unlink(path_of(WAKE_FILE)), 0);
	(void)is_woken(0);
	touch();
	ck_assert(is_woken(WAIT_MS));
	touch();
	ck_assert(is_woken(WAIT_MS));
	ck_assert(!is_woken(0));
}
END_TEST

START_TEST(a_file_that_is_replaced_is_followed)
{
	char from[512];

	touch();
	ck_assert(is_woken(WAIT_MS));
	make_file("other");
	ck_assert(!is_woken(0));
	snprintf(from, sizeof(from), "%s", path_of("other"));
	ck_assert_int_eq(rename(from, path_of(WAKE_FILE)), 0);
	ck_assert(is_woken(WAIT_MS));
	touch();
	ck_assert(is_woken(WAIT_MS));
	ck_assert(!is_woken(0));
}
END_TEST

START_TEST(a_directory_that_is_replaced_is_followed)
{
	char aside[512];

	touch();
	ck_assert(is_woken(WAIT_MS));
	snprintf(aside, sizeof(aside), "%s.old", directory);
	ck_assert_int_eq(rename(directory, aside), 0);
	ck_assert(is_woken(WAIT_MS));
	ck_assert_int_eq(mkdir(directory, 0770), 0);
	/* Nothing was there to be watched when it came. */
	ck_assert(wake_watch_renew(watch));
	ck_assert(!wake_watch_renew(watch));
	touch();
	ck_assert(is_woken(WAIT_MS));
	touch();
	ck_assert(is_woken(WAIT_MS));
	/* The one that went away is of no interest. */
	ck_assert_int_eq(wake_touch(aside), ERR_NONE);
	ck_assert(!is_woken(SOON_MS));
}
END_TEST

START_TEST(other_files_of_the_store_do_not_wake)
{
	touch();
	ck_assert(is_woken(WAIT_MS));
	make_file("recorder.sock");
	ck_assert_int_eq(unlink(path_of("recorder.sock")), 0);
	ck_assert(!is_woken(SOON_MS));
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
	Suite *suite = suite_create("wake");
	TCase *tests = tcase_create("commits and watches");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_commit_wakes_whoever_announced_to_wait);
	tcase_add_test(tests, a_commit_touches_nothing_while_nobody_waits);
	tcase_add_test(tests, an_aborted_change_wakes_nobody);
	tcase_add_test(tests, the_last_commit_of_a_process_that_ends_wakes);
	tcase_add_test(tests, who_looks_after_each_wake_misses_no_commit);
	tcase_add_test(tests, wakes_that_were_not_read_are_one);
	tcase_add_test(tests, a_file_that_is_missing_is_made_for_the_group);
	tcase_add_test(tests, a_link_is_not_followed);
	tcase_add_test(tests, a_directory_that_is_not_there_cannot_be_touched);
	tcase_add_test(tests, a_file_that_comes_is_followed);
	tcase_add_test(tests,
	    a_file_that_is_removed_and_made_again_is_followed);
	tcase_add_test(tests, a_file_that_is_replaced_is_followed);
	tcase_add_test(tests, a_directory_that_is_replaced_is_followed);
	tcase_add_test(tests, other_files_of_the_store_do_not_wake);
	tcase_add_test(tests, without_counters_each_commit_wakes);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
