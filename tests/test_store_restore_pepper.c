/* test_store_restore_pepper.c - a restored store has the pepper that belongs
 * to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_fixture.h"
#include "store/restore.h"
#include "store_fixture.h"
#include "suite.h"

enum { EVENTS = 20 };

static const struct copy_watch no_watch;

static char *folder;
static char *path;		/* of the store "new" */
static char *copy;		/* of the store "old" */

static void
set_up(void)
{
	char *old;

	folder = suite_directory();
	old = backup_path(folder, "other");
	copy = backup_path(folder, "copy");
	path = backup_path(folder, "store");
	backup_make_store(old, "old", EVENTS);
	backup_must(old, copy);
	backup_make_store(path, "new", EVENTS);
}

static void
fill(struct restore *restore)
{
	struct detail detail = { "" };
	struct copy_result result;

	ck_assert_msg(restore_fill(restore, FIXTURE_MAP_BYTES, &no_watch,
	    &result, &detail) == ERR_NONE, "%s", detail.text);
}

static char *
in(const char *directory, const char *name)
{
	return backup_path(directory, name);
}

static enum error
plan(const char *pepper_path, struct detail *detail)
{
	struct restore *restore;
	enum error err = restore_begin(copy, path, pepper_path, true,
	    &restore, detail);

	restore_abort(restore);
	return err;
}

START_TEST(a_pepper_that_lies_elsewhere_has_to_fit)
{
	char *outside = in(folder, "secret");
	struct detail detail = { "" };

	ck_assert_int_eq(plan(outside, &detail), ERR_MEANING);
	ck_assert_msg(strstr(detail.text, "in its place first") != NULL,
	    "%s", detail.text);
	ck_assert_int_eq(rename(in(path, "pepper"), outside), 0);
	ck_assert_int_eq(plan(outside, &detail), ERR_MEANING);
	ck_assert_msg(strstr(detail.text, "another pepper") != NULL, "%s",
	    detail.text);
	ck_assert_int_eq(unlink(outside), 0);
	ck_assert_int_eq(link(in(copy, "pepper"), outside), 0);
	ck_assert_int_eq(plan(outside, &detail), ERR_NONE);
}
END_TEST

START_TEST(a_backup_without_a_pepper_needs_one_in_its_place)
{
	struct detail detail = { "" };

	ck_assert_int_eq(rename(in(copy, "pepper"), in(folder, "kept")), 0);
	ck_assert_int_eq(plan(in(path, "pepper"), &detail), ERR_NONE);
	ck_assert_int_eq(unlink(in(path, "pepper")), 0);
	ck_assert_int_eq(plan(in(path, "pepper"), &detail), ERR_MEANING);
	ck_assert_msg(strstr(detail.text, "has no pepper") != NULL, "%s",
	    detail.text);
	ck_assert_int_eq(rename(in(folder, "kept"), in(path, "pepper")), 0);
	backup_must_restore(copy, path);
	backup_expect_store(path, "old");
}
END_TEST

START_TEST(a_pepper_of_another_name_keeps_it)
{
	char *named = in(path, ".salt");
	struct detail detail = { "" };
	struct restore *restore;

	ck_assert_int_eq(rename(in(path, "pepper"), named), 0);
	ck_assert_int_eq(restore_begin(copy, path, named, true, &restore,
	    &detail), ERR_NONE);
	ck_assert(restore_has_pepper(restore));
	fill(restore);
	ck_assert_int_eq(restore_commit(restore, &detail), ERR_NONE);
	ck_assert_int_eq(rename(named, in(path, "pepper")), 0);
	backup_expect_names(path, "data.mdb pepper");
	backup_expect_store(path, "old");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("restore pepper");
	TCase *tests = tcase_create("peppers");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, a_pepper_that_lies_elsewhere_has_to_fit);
	tcase_add_test(tests,
	    a_backup_without_a_pepper_needs_one_in_its_place);
	tcase_add_test(tests, a_pepper_of_another_name_keeps_it);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
