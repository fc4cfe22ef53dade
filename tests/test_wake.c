/* test_wake.c - the file that a commit touches, and those who watch it. */
#include "store/wake.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "suite.h"

enum {
	WAIT_MS = 10 * 1000,
	SOON_MS = 50
};

static char *directory;
static struct wake_watch *watch;

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
	char *top = suite_directory();

	ck_assert_int_gt(asprintf(&directory, "%s/store", top), 0);
	free(top);
	ck_assert_int_eq(mkdir(directory, 0770), 0);
	ck_assert_int_eq(wake_watch_new(directory, &watch), ERR_NONE);
}

static void
tear_down(void)
{
	wake_watch_free(watch);
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

int
main(void)
{
	Suite *suite = suite_create("wake");
	TCase *tests = tcase_create("touches and watches");

	tcase_add_checked_fixture(tests, set_up, tear_down);
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
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
