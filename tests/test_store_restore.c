/* test_store_restore.c - a backup takes the place of a store, or nothing
 * happens. */
#include "store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backup_fixture.h"
#include "base/text.h"
#include "store/gate.h"
#include "store/store_file.h"
#include "store_fixture.h"
#include "suite.h"

enum { EVENTS = 2000, SMALL_FILE_BYTES = 20 * 1024 };

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
expect_error(const char *from, enum error err, const char *part)
{
	struct detail detail = { "" };
	struct copy_result result;

	ck_assert_int_eq(backup_run_restore(from, path, &result, &detail),
	    err);
	ck_assert_msg(strstr(detail.text, part) != NULL, "%s", detail.text);
}

static void
expect_untouched(void)
{
	backup_expect_names(path, "data.mdb pepper");
	backup_expect_store(path, "new");
}

static struct restore *
begin(void)
{
	struct detail detail = { "" };
	char *pepper_path = backup_path(path, "pepper");
	struct restore *restore;

	ck_assert_msg(restore_begin(copy, path, pepper_path, true, &restore,
	    &detail) == ERR_NONE, "%s", detail.text);
	return restore;
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

START_TEST(a_backup_takes_the_place_of_a_store)
{
	struct detail detail = { "" };
	struct copy_result result;
	struct stat status;

	ck_assert_msg(backup_run_restore(copy, path, &result, &detail) ==
	    ERR_NONE, "%s", detail.text);
	ck_assert_uint_eq(result.checked.events, EVENTS);
	backup_expect_names(path, "data.mdb pepper");
	backup_expect_store(path, "old");
	ck_assert_int_eq(stat(in(path, "data.mdb"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0640);
	ck_assert_int_eq(stat(in(path, "pepper"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0640);
}
END_TEST

START_TEST(a_restored_store_is_written_to_like_any)
{
	struct event_draft draft;
	struct store_txn *txn;
	struct store *store;

	backup_must_restore(copy, path);
	store = fixture_open(path, STORE_WRITE);
	fixture_draft(&draft, CATEGORY_QUEUES, 300);
	for (int i = 0; i < 100; i++) {
		txn = fixture_write_begin(store);
		fixture_organization(txn, (char[]){ (char)('a' + i % 26),
		    (char)('0' + i / 26), '\0' });
		fixture_commit(txn);
	}
	store_close(store);
}
END_TEST

START_TEST(a_store_is_made_where_none_is)
{
	char *fresh = in(folder, "fresh");

	ck_assert(!restore_replaces(fresh));
	backup_must_restore(copy, fresh);
	backup_expect_names(fresh, "data.mdb pepper");
	backup_expect_store(fresh, "old");
}
END_TEST

START_TEST(an_empty_store_counts_as_none)
{
	struct detail detail = { "" };
	char *empty = in(folder, "empty");
	char *empty_copy = in(folder, "empty-copy");
	bool is_made;

	ck_assert_int_eq(store_init(empty, in(empty, "pepper"),
	    FIXTURE_MAP_BYTES, &is_made, &detail), ERR_NONE);
	ck_assert(!restore_replaces(empty));
	ck_assert(restore_replaces(path));
	backup_must(empty, empty_copy);
	ck_assert(!restore_replaces(empty_copy));
	/* A copy counts its commits anew. */
	ck_assert(restore_replaces(copy));
}
END_TEST

START_TEST(a_damaged_store_counts_as_one)
{
	ck_assert_int_eq(truncate(in(path, "data.mdb"), 100), 0);
	ck_assert(restore_replaces(path));
	backup_must_restore(copy, path);
	backup_expect_store(path, "old");
}
END_TEST

START_TEST(a_store_is_not_replaced_unless_it_may_be)
{
	struct detail detail = { "" };
	struct restore *restore;

	ck_assert_int_eq(restore_begin(copy, path, in(path, "pepper"), false,
	    &restore, &detail), ERR_MEANING);
	ck_assert_ptr_null(restore);
	expect_untouched();
}
END_TEST

START_TEST(what_is_no_backup_is_refused)
{
	int fd;

	expect_error(in(folder, "missing"), ERR_MEANING, "No such file");
	expect_error(folder, ERR_MEANING, "expected the folder of a backup");
	expect_error(in(copy, "data.mdb"), ERR_MEANING,
	    "expected the folder of a backup");
	expect_error(path, ERR_MEANING, "the store itself");

	ck_assert_int_eq(truncate(in(copy, "data.mdb"), 20000), 0);
	expect_error(copy, ERR_CORRUPT, "cut off");
	fd = open(in(copy, "data.mdb"), O_WRONLY | O_TRUNC);
	ck_assert_int_eq(write(fd, "hello", 5), 5);
	close(fd);
	expect_error(copy, ERR_STORE, "not the data file of a store");
	expect_untouched();
}
END_TEST

/* Puts the store's record in place of the backup's first one of the tree. */
static void
change_backup(enum tree tree, size_t at)
{
	struct store *store = fixture_open(copy, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	struct fixture_record record;

	fixture_read_record(txn, tree, MDB_FIRST, &record);
	record.value_bytes[at] ^= 1;
	fixture_write_record(txn, tree, &record);
	fixture_commit(txn);
	store_close(store);
}

START_TEST(a_backup_with_faults_is_refused)
{
	change_backup(TREE_EVENTS, 100);
	expect_error(copy, ERR_CORRUPT, "1 faults, such as: events ");
	expect_untouched();
}
END_TEST

START_TEST(a_backup_with_a_damaged_format_is_refused)
{
	change_backup(TREE_META, 17);
	expect_error(copy, ERR_CORRUPT, "format record is damaged");
	expect_untouched();
}
END_TEST

START_TEST(a_full_disk_is_an_error_and_leaves_nothing)
{
	const struct rlimit limit = { SMALL_FILE_BYTES, RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	char *fresh = in(folder, "fresh");
	struct detail detail = { "" };
	struct copy_result result;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_error(copy, ERR_IO, "File too large");
	ck_assert_int_eq(backup_run_restore(copy, fresh, &result, &detail),
	    ERR_IO);
	ck_assert_int_ne(access(fresh, F_OK), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	expect_untouched();
}
END_TEST

START_TEST(a_writer_is_named_and_keeps_its_store)
{
	int to_parent[2];
	char number[32];
	pid_t writer;
	char byte;

	ck_assert_int_eq(pipe(to_parent), 0);
	writer = fork();
	ck_assert_int_ge(writer, 0);
	if (writer == 0) {
		(void)fixture_open(path, STORE_WRITE);
		ck_assert_int_eq(write(to_parent[1], "x", 1), 1);
		pause();
	}
	ck_assert_int_eq(read(to_parent[0], &byte, 1), 1);
	snprintf(number, sizeof(number), "process %d writes", writer);
	expect_error(copy, ERR_EXISTS, number);
	expect_error(copy, ERR_EXISTS, "test_store_restore");
	ck_assert_int_eq(kill(writer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
	expect_untouched();
	backup_must_restore(copy, path);
}
END_TEST

START_TEST(writers_are_kept_out_and_readers_are_not)
{
	struct restore *restore = begin();
	struct detail detail = { "" };
	struct store *store = NULL;

	ck_assert_int_eq(store_open(path, STORE_WRITE, FIXTURE_MAP_BYTES,
	    &store, &detail), ERR_STORE);
	ck_assert_ptr_null(store);
	ck_assert_msg(strstr(detail.text, "a backup is being put") != NULL,
	    "%s", detail.text);
	backup_expect_store(path, "new");
	fill(restore);
	ck_assert_int_eq(store_open(path, STORE_WRITE, FIXTURE_MAP_BYTES,
	    &store, &detail), ERR_STORE);
	backup_expect_store(path, "new");
	restore_abort(restore);
	expect_untouched();
	store_close(fixture_open(path, STORE_WRITE));
}
END_TEST

START_TEST(two_do_not_restore_at_once)
{
	struct restore *restore = begin();

	expect_error(copy, ERR_EXISTS, "another backup is being put");
	restore_abort(restore);
	expect_untouched();
}
END_TEST

START_TEST(a_store_that_came_meanwhile_is_not_replaced)
{
	char *fresh = in(folder, "fresh");
	char *pepper_path = in(fresh, "pepper");
	struct detail detail = { "" };
	struct restore *restore;

	ck_assert_int_eq(restore_begin(copy, fresh, pepper_path, false,
	    &restore, &detail), ERR_NONE);
	fill(restore);
	backup_make_store(fresh, "third", 1);
	ck_assert_int_eq(restore_commit(restore, &detail), ERR_EXISTS);
	backup_expect_names(fresh, "data.mdb pepper");
	backup_expect_store(fresh, "third");
}
END_TEST

START_TEST(what_a_killed_one_left_is_taken_over)
{
	char *aside = in(path, RESTORE_ASIDE);
	int fd;

	ck_assert_int_eq(mkdir(aside, 0700), 0);
	fd = open(in(aside, "data.mdb"), O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	backup_expect_store(path, "new");
	backup_must_restore(copy, path);
	backup_expect_names(path, "data.mdb pepper");
}
END_TEST

START_TEST(a_backup_in_use_as_a_store_is_restored_too)
{
	struct store *store = fixture_open(copy, STORE_WRITE);

	/* This process has it open, so another one has to look at it. */
	store_close(store);
	ck_assert_int_eq(access(in(copy, "lock.mdb"), F_OK), 0);
	backup_must_restore(copy, path);
	backup_expect_store(path, "old");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("restore");
	TCase *tests = tcase_create("backups take places");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_backup_takes_the_place_of_a_store);
	tcase_add_test(tests, a_restored_store_is_written_to_like_any);
	tcase_add_test(tests, a_store_is_made_where_none_is);
	tcase_add_test(tests, an_empty_store_counts_as_none);
	tcase_add_test(tests, a_damaged_store_counts_as_one);
	tcase_add_test(tests, a_store_is_not_replaced_unless_it_may_be);
	tcase_add_test(tests, what_is_no_backup_is_refused);
	tcase_add_test(tests, a_backup_with_faults_is_refused);
	tcase_add_test(tests, a_backup_with_a_damaged_format_is_refused);
	tcase_add_test(tests, a_full_disk_is_an_error_and_leaves_nothing);
	tcase_add_test(tests, a_writer_is_named_and_keeps_its_store);
	tcase_add_test(tests, writers_are_kept_out_and_readers_are_not);
	tcase_add_test(tests, two_do_not_restore_at_once);
	tcase_add_test(tests, a_store_that_came_meanwhile_is_not_replaced);
	tcase_add_test(tests, what_a_killed_one_left_is_taken_over);
	tcase_add_test(tests, a_backup_in_use_as_a_store_is_restored_too);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
