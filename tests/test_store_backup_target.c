/* test_store_backup_target.c - where a backup may lie, and where not. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_fixture.h"
#include "store/backup.h"
#include "store_fixture.h"
#include "suite.h"

enum { EVENTS = 20 };

static char *folder;
static char *path;
static char *target;

static void
set_up(void)
{
	folder = suite_directory();
	path = backup_path(folder, "store");
	target = backup_path(folder, "copy");
	backup_make_store(path, "acme", EVENTS);
}

static void
expect_error(const char *to, enum error err, const char *part)
{
	struct detail detail = { "" };
	struct copy_result result;

	ck_assert_int_eq(backup_run(path, to, &result, &detail), err);
	ck_assert_msg(strstr(detail.text, part) != NULL, "%s", detail.text);
}

static void
make_file(const char *directory, const char *name)
{
	char *file = backup_path(directory, name);
	int fd = open(file, O_CREAT | O_WRONLY, 0600);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

START_TEST(an_empty_directory_becomes_the_backup)
{
	ck_assert_int_eq(mkdir(target, 0700), 0);
	backup_must(path, target);
	backup_expect_names(target, "data.mdb pepper");
}
END_TEST

START_TEST(a_name_may_end_in_slashes)
{
	char *spelt = backup_path(folder, "copy//");

	backup_must(path, spelt);
	backup_expect_names(target, "data.mdb pepper");
}
END_TEST

START_TEST(a_target_that_is_taken_is_refused)
{
	ck_assert_int_eq(mkdir(target, 0700), 0);
	make_file(target, "something");
	expect_error(target, ERR_MEANING, "not empty");
	backup_expect_names(target, "something");

	make_file(folder, "file");
	expect_error(backup_path(folder, "file"), ERR_MEANING,
	    "something else");
	ck_assert_int_eq(symlink("nowhere", backup_path(folder, "link")), 0);
	expect_error(backup_path(folder, "link"), ERR_MEANING,
	    "something else");
	expect_error(path, ERR_MEANING, "not empty");
	expect_error(backup_path(folder, "none/copy"), ERR_MEANING,
	    "No such file");
	expect_error("", ERR_MEANING, "expected the path");
	expect_error("/", ERR_MEANING, "expected the path");
	/* Another file system begins there. */
	expect_error("/dev/pts", ERR_MEANING, "/dev/pts");
	backup_expect_names(folder, "copy file link store");
}
END_TEST

START_TEST(what_a_killed_one_left_is_taken_over)
{
	char *aside = backup_path(folder, "copy.making");

	ck_assert_int_eq(mkdir(aside, 0700), 0);
	make_file(aside, "data.mdb");
	make_file(aside, "pepper");
	backup_must(path, target);
	backup_expect_names(folder, "copy store");
}
END_TEST

START_TEST(two_do_not_make_the_same_backup)
{
	struct detail detail = { "" };
	char *pepper_path = backup_path(path, "pepper");
	struct backup *backup;

	ck_assert_int_eq(backup_begin(path, pepper_path, target, &backup,
	    &detail), ERR_NONE);
	expect_error(target, ERR_EXISTS, "another process is filling it");
	backup_abort(backup);
	backup_expect_names(folder, "store");
}
END_TEST

START_TEST(what_is_none_of_ours_is_not_removed)
{
	char *aside = backup_path(folder, "copy.making");

	ck_assert_int_eq(mkdir(aside, 0700), 0);
	ck_assert_int_eq(mkdir(backup_path(aside, "photos"), 0700), 0);
	expect_error(target, ERR_EXISTS, "in the way");
	backup_expect_names(aside, "photos");
}
END_TEST

START_TEST(a_target_that_was_taken_meanwhile_is_left_alone)
{
	struct detail detail = { "" };
	char *pepper_path = backup_path(path, "pepper");
	const struct copy_watch watch = { NULL, NULL, NULL };
	struct copy_result result;
	struct backup *backup;

	ck_assert_int_eq(backup_begin(path, pepper_path, target, &backup,
	    &detail), ERR_NONE);
	ck_assert_int_eq(backup_fill(backup, FIXTURE_MAP_BYTES, &watch,
	    &result, &detail), ERR_NONE);
	ck_assert_int_eq(mkdir(target, 0700), 0);
	make_file(target, "something");
	ck_assert_int_eq(backup_commit(backup, &detail), ERR_EXISTS);
	backup_expect_names(target, "something");
	backup_expect_names(folder, "copy store");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("backup target");
	TCase *tests = tcase_create("targets");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, an_empty_directory_becomes_the_backup);
	tcase_add_test(tests, a_name_may_end_in_slashes);
	tcase_add_test(tests, a_target_that_is_taken_is_refused);
	tcase_add_test(tests, what_a_killed_one_left_is_taken_over);
	tcase_add_test(tests, two_do_not_make_the_same_backup);
	tcase_add_test(tests, what_is_none_of_ours_is_not_removed);
	tcase_add_test(tests,
	    a_target_that_was_taken_meanwhile_is_left_alone);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
