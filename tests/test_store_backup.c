/* test_store_backup.c - copies of a store, also while it is written to. */
#include "store/backup.h"

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

#include "base/text.h"
#include "backup_fixture.h"
#include "store/organizations.h"
#include "store/store_file.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	EVENTS = 2000,
	COPIES = 20,
	META_LAST_PAGE_AT = 136,
	SMALL_FILE_BYTES = 100 * 1024
};

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

static unsigned int
mode_of(const char *directory, const char *name)
{
	char *file = backup_path(directory, name);
	struct stat status;

	ck_assert_int_eq(stat(file, &status), 0);
	return status.st_mode & 07777;
}

START_TEST(a_backup_is_a_store_with_the_same_records)
{
	struct detail detail = { "" };
	struct copy_result result;

	ck_assert_msg(backup_run(path, target, &result, &detail) == ERR_NONE,
	    "%s", detail.text);
	ck_assert_uint_eq(result.checked.events, EVENTS);
	ck_assert_uint_eq(result.checked.organizations, 1);
	ck_assert_uint_eq(result.checked.api_keys, 1);
	backup_expect_names(target, "data.mdb pepper");
	backup_expect_names(folder, "copy store");
	backup_expect_store(target, "acme");
}
END_TEST

START_TEST(a_backup_has_the_modes_of_a_store)
{
	backup_must(path, target);
	ck_assert_uint_eq(mode_of(folder, "copy"), 02770);
	ck_assert_uint_eq(mode_of(target, "data.mdb"), 0640);
	ck_assert_uint_eq(mode_of(target, "pepper"), 0640);
}
END_TEST

START_TEST(a_backup_takes_no_more_room_than_its_pages)
{
	struct store_file file;
	struct stat status;
	char *data = backup_path(target, "data.mdb");

	backup_must(path, target);
	ck_assert_int_eq(stat(data, &status), 0);
	ck_assert_int_eq(store_file_look(target, STORE_READ, &file, NULL),
	    ERR_NONE);
	ck_assert_int_eq(status.st_size, file.used_bytes);
	ck_assert_int_le((int64_t)status.st_blocks * 512,
	    file.used_bytes + 4096);
}
END_TEST

/* Organizations come in pairs, each in one transaction. */
static void
write_pairs(void)
{
	struct store *store = fixture_open(path, STORE_WRITE);

	for (int i = 0;; i++) {
		struct store_txn *txn = fixture_write_begin(store);
		char name[16];

		snprintf(name, sizeof(name), "a%d", i);
		fixture_organization(txn, name);
		snprintf(name, sizeof(name), "b%d", i);
		fixture_organization(txn, name);
		fixture_commit(txn);
	}
}

START_TEST(a_backup_of_a_store_in_use_is_of_one_moment)
{
	uint64_t before = 0;
	pid_t writer = fork();

	ck_assert_int_ge(writer, 0);
	if (writer == 0)
		write_pairs();
	for (int i = 0; i < COPIES; i++) {
		struct detail detail = { "" };
		struct copy_result result;
		char name[16];

		snprintf(name, sizeof(name), "copy%d", i);
		ck_assert_msg(backup_run(path, backup_path(folder, name),
		    &result, &detail) == ERR_NONE, "%s", detail.text);
		ck_assert_uint_eq(result.checked.organizations % 2, 1);
		ck_assert_uint_ge(result.checked.organizations, before);
		before = result.checked.organizations;
	}
	ck_assert_int_eq(kill(writer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
	ck_assert_uint_gt(before, 1);
}
END_TEST

START_TEST(a_pepper_that_lies_elsewhere_is_not_in_it)
{
	struct detail detail = { "" };
	const struct copy_watch watch = { NULL, NULL, NULL };
	char *inside = backup_path(path, "pepper");
	char *outside = backup_path(folder, "secret");
	const char *const peppers[] = { outside, inside };
	struct copy_result result;
	struct backup *backup;

	ck_assert_int_eq(rename(inside, outside), 0);
	/* A link to elsewhere is elsewhere too. */
	ck_assert_int_eq(symlink(outside, inside), 0);
	for (size_t i = 0; i < COUNT_OF(peppers); i++) {
		char name[] = { 'c', (char)('0' + i), '\0' };

		ck_assert_int_eq(backup_begin(path, peppers[i],
		    backup_path(folder, name), &backup, &detail), ERR_NONE);
		ck_assert(!backup_has_pepper(backup));
		ck_assert_int_eq(backup_fill(backup, FIXTURE_MAP_BYTES,
		    &watch, &result, &detail), ERR_NONE);
		ck_assert_int_eq(backup_commit(backup, &detail), ERR_NONE);
		backup_expect_names(backup_path(folder, name), "data.mdb");
	}
}
END_TEST

START_TEST(a_store_without_its_pepper_is_not_backed_up)
{
	ck_assert_int_eq(unlink(backup_path(path, "pepper")), 0);
	expect_error(target, ERR_STORE, "pepper");
	backup_expect_names(folder, "store");
}
END_TEST

START_TEST(a_store_that_is_not_there_is_an_error)
{
	char *missing = backup_path(folder, "missing");
	struct detail detail = { "" };
	struct copy_result result;

	ck_assert_int_eq(backup_run(missing, target, &result, &detail),
	    ERR_STORE);
	backup_expect_names(folder, "store");
}
END_TEST

START_TEST(a_full_disk_is_an_error_and_leaves_nothing)
{
	const struct rlimit limit = { SMALL_FILE_BYTES, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_error(target, ERR_IO, "File too large");
	backup_expect_names(folder, "store");
}
END_TEST

START_TEST(a_store_with_faults_is_not_backed_up)
{
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	struct fixture_record record;

	fixture_read_record(txn, TREE_EVENTS, MDB_FIRST, &record);
	record.value_bytes[100] ^= 1;
	fixture_write_record(txn, TREE_EVENTS, &record);
	fixture_commit(txn);
	store_close(store);
	expect_error(target, ERR_CORRUPT, "1 faults, such as: events ");
	backup_expect_names(folder, "store");
}
END_TEST

/* Both meta pages tell of one page more than there are, which is neither in
 * use nor free: LMDB then refuses to compact. */
START_TEST(a_store_with_a_lost_page_is_copied_as_it_is)
{
	struct detail detail = { "" };
	char *data = backup_path(path, "data.mdb");
	struct copy_result result;
	struct store_file file;
	int fd = open(data, O_RDWR);

	ck_assert_int_ge(fd, 0);
	for (int i = 0; i < 2; i++) {
		off_t at = i * 4096 + META_LAST_PAGE_AT;
		size_t last_page;

		ck_assert_int_eq(pread(fd, &last_page, sizeof(last_page), at),
		    sizeof(last_page));
		last_page++;
		ck_assert_int_eq(pwrite(fd, &last_page, sizeof(last_page),
		    at), sizeof(last_page));
	}
	close(fd);
	ck_assert_int_eq(store_file_look(path, STORE_READ, &file, NULL),
	    ERR_NONE);
	ck_assert_msg(backup_run(path, target, &result, &detail) == ERR_NONE,
	    "%s", detail.text);
	ck_assert_int_eq(result.bytes, file.used_bytes);
	backup_expect_store(target, "acme");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("backup");
	TCase *tests = tcase_create("copies");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_backup_is_a_store_with_the_same_records);
	tcase_add_test(tests, a_backup_has_the_modes_of_a_store);
	tcase_add_test(tests, a_backup_takes_no_more_room_than_its_pages);
	tcase_add_test(tests, a_backup_of_a_store_in_use_is_of_one_moment);
	tcase_add_test(tests, a_pepper_that_lies_elsewhere_is_not_in_it);
	tcase_add_test(tests, a_store_without_its_pepper_is_not_backed_up);
	tcase_add_test(tests, a_store_that_is_not_there_is_an_error);
	tcase_add_test(tests, a_full_disk_is_an_error_and_leaves_nothing);
	tcase_add_test(tests, a_store_with_faults_is_not_backed_up);
	tcase_add_test(tests, a_store_with_a_lost_page_is_copied_as_it_is);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
