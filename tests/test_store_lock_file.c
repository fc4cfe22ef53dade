/* test_store_lock_file.c - LMDB's lock file, made and given room. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/limits.h"
#include "store/store.h"
#include "store_fixture.h"
#include "suite.h"

enum { BLOCK_BYTES = 512 };

static char *
lock_path(const char *path)
{
	char *joined = NULL;

	ck_assert_int_gt(asprintf(&joined, "%s/lock.mdb", path), 0);
	return joined;
}

/* LMDB writes to it through a mapping, where a hole on a full disk is SIGBUS.
 * How much of it is in use grows with the readers. */
static void
check_no_holes(const char *file)
{
	struct stat status;

	ck_assert_int_eq(lstat(file, &status), 0);
	ck_assert_int_gt(status.st_size, STORE_READERS_MAX * 64);
	ck_assert_int_ge(status.st_blocks * BLOCK_BYTES, status.st_size);
}

START_TEST(it_has_all_of_its_blocks)
{
	char *path = fixture_make();
	char *file = lock_path(path);

	store_close(fixture_open(path, STORE_WRITE));
	check_no_holes(file);
	free(file);
	free(path);
}
END_TEST

START_TEST(one_that_was_removed_has_them_again)
{
	char *path = fixture_make();
	char *file = lock_path(path);

	ck_assert_int_eq(unlink(file), 0);
	store_close(fixture_open(path, STORE_READ));
	check_no_holes(file);
	free(file);
	free(path);
}
END_TEST

START_TEST(one_of_holes_gets_them)
{
	char *path = fixture_make();
	char *file = lock_path(path);
	struct stat status;

	store_close(fixture_open(path, STORE_READ));
	ck_assert_int_eq(lstat(file, &status), 0);
	ck_assert_int_eq(truncate(file, 0), 0);
	ck_assert_int_eq(truncate(file, status.st_size), 0);
	store_close(fixture_open(path, STORE_READ));
	check_no_holes(file);
	free(file);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store lock file");
	TCase *tcase = tcase_create("lock file");

	tcase_add_test(tcase, it_has_all_of_its_blocks);
	tcase_add_test(tcase, one_that_was_removed_has_them_again);
	tcase_add_test(tcase, one_of_holes_gets_them);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
