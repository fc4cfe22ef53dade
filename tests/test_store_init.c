/* test_store_init.c - make a store, whoever may and whatever is there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init_fixture.h"
#include "model/api_key.h"
#include "store/store.h"
#include "store_fixture.h"
#include "suite.h"

enum { SERVICE_USER = 4321 };

START_TEST(a_store_is_made_with_its_modes_whatever_the_umask)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	char *path = fixture_path();
	struct detail detail = { "" };
	bool is_made;
	mode_t old = umask(masks[_i]);
	enum error err = init_fixture_make(path, &is_made, &detail);

	umask(old);
	ck_assert_msg(err == ERR_NONE, "%s", detail.text);
	ck_assert(is_made);
	init_fixture_check_file(path, ".", 02770, geteuid());
	init_fixture_check_file(path, "data.mdb", 0640, geteuid());
	init_fixture_check_file(path, "lock.mdb", 0660, geteuid());
	init_fixture_check_file(path, "pepper", 0640, geteuid());
	init_fixture_check_whole(path);
	free(path);
}
END_TEST

START_TEST(a_second_time_changes_nothing)
{
	char *path = fixture_make();
	char before[PEPPER_TEXT_LEN + 1];
	char after[PEPPER_TEXT_LEN + 1];
	struct detail detail = { "" };
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	bool is_made = true;

	fixture_organization(txn, "kept");
	fixture_commit(txn);
	store_close(store);
	init_fixture_read_pepper(path, before, sizeof(before));

	ck_assert_int_eq(init_fixture_make(path, &is_made, &detail), ERR_NONE);
	ck_assert(!is_made);
	init_fixture_read_pepper(path, after, sizeof(after));
	ck_assert_mem_eq(before, after, PEPPER_TEXT_LEN);
	store = fixture_open(path, STORE_WRITE);
	txn = fixture_write_begin(store);
	ck_assert_uint_eq(fixture_organization(txn, "next"), 2);
	store_write_abort(txn);
	store_close(store);
	free(path);
}
END_TEST

START_TEST(only_what_is_missing_is_made)
{
	char *path = fixture_make();
	char *pepper = init_fixture_join(path, "pepper");
	struct detail detail = { "" };
	bool is_made = false;

	ck_assert_int_eq(unlink(pepper), 0);
	ck_assert_int_eq(init_fixture_make(path, &is_made, &detail), ERR_NONE);
	ck_assert(is_made);
	init_fixture_check_whole(path);
	free(pepper);
	free(path);
}
END_TEST

START_TEST(a_directory_that_is_there_keeps_its_mode)
{
	char *path = suite_directory();
	struct detail detail = { "" };
	bool is_made = false;

	ck_assert_int_eq(chmod(path, 0711), 0);
	ck_assert_int_eq(init_fixture_make(path, &is_made, &detail), ERR_NONE);
	ck_assert(is_made);
	init_fixture_check_file(path, ".", 0711, geteuid());
	free(path);
}
END_TEST

START_TEST(parents_are_made_and_last_slashes_do_not_count)
{
	char *top = suite_directory();
	char *path = init_fixture_join(top, "a/b/c//");
	char *plain = init_fixture_join(top, "a/b/c");
	struct detail detail = { "" };
	bool is_made;

	ck_assert_msg(init_fixture_make(path, &is_made, &detail) == ERR_NONE,
	    "%s", detail.text);
	init_fixture_check_file(plain, ".", 02770, geteuid());
	init_fixture_check_whole(plain);
	free(plain);
	free(path);
	free(top);
}
END_TEST

START_TEST(a_pepper_outside_of_the_store_is_made_there)
{
	char *top = suite_directory();
	char *path = init_fixture_join(top, "store");
	char *pepper = init_fixture_join(top, "secret");
	struct detail detail = { "" };
	bool is_made;

	ck_assert_msg(store_init(path, pepper, FIXTURE_MAP_BYTES, &is_made,
	    &detail) == ERR_NONE, "%s", detail.text);
	init_fixture_check_file(top, "secret", 0640, geteuid());
	free(pepper);
	pepper = init_fixture_join(path, "pepper");
	ck_assert_int_ne(access(pepper, F_OK), 0);
	free(pepper);
	free(path);
	free(top);
}
END_TEST

START_TEST(a_file_in_the_directorys_place_is_refused)
{
	char *path = fixture_path();
	struct detail detail = { "" };
	bool is_made;
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(init_fixture_make(path, &is_made, &detail),
	    ERR_MEANING);
	ck_assert_ptr_nonnull(strstr(detail.text, path));
	ck_assert_int_eq(init_fixture_make("", &is_made, &detail), ERR_MEANING);
	free(path);
}
END_TEST

static void
init_without_permission(void *arg)
{
	struct detail detail = { "" };
	bool is_made;

	if (setgid(SERVICE_USER) != 0 || setuid(SERVICE_USER) != 0)
		_exit(1);
	_exit(init_fixture_make(arg, &is_made, &detail) == ERR_IO &&
	    strstr(detail.text, strerror(EACCES)) != NULL ? 0 : 2);
}

START_TEST(a_parent_that_is_not_ours_is_an_error)
{
	char *path = fixture_path();

	if (geteuid() == 0)
		ck_assert_int_eq(fixture_run_child(init_without_permission,
		    path), 0);
	free(path);
}
END_TEST

/* As root a store is made for the user of its directory, and a command run
 * as root later leaves nothing that this user cannot use. */
START_TEST(what_root_makes_belongs_to_the_directorys_user)
{
	char *path = suite_directory();
	char *lock = init_fixture_join(path, "lock.mdb");
	struct detail detail = { "" };
	bool is_made;

	if (geteuid() == 0) {
		ck_assert_int_eq(chown(path, SERVICE_USER, SERVICE_USER), 0);
		ck_assert_int_eq(init_fixture_make(path, &is_made, &detail),
		    ERR_NONE);
		init_fixture_check_file(path, "data.mdb", 0640, SERVICE_USER);
		init_fixture_check_file(path, "lock.mdb", 0660, SERVICE_USER);
		init_fixture_check_file(path, "pepper", 0640, SERVICE_USER);
		ck_assert_int_eq(unlink(lock), 0);
		store_close(fixture_open(path, STORE_READ));
		init_fixture_check_file(path, "lock.mdb", 0660, SERVICE_USER);
	}
	free(lock);
	free(path);
}
END_TEST

START_TEST(a_lock_file_that_points_elsewhere_is_not_given_away)
{
	char *path = fixture_make();
	char *lock = init_fixture_join(path, "lock.mdb");
	char *other = init_fixture_join(path, "other");
	struct detail detail = { "" };
	struct store *store = NULL;

	ck_assert_int_eq(rename(lock, other), 0);
	ck_assert_int_eq(symlink(other, lock), 0);
	ck_assert_int_eq(store_open(path, STORE_READ, FIXTURE_MAP_BYTES,
	    &store, &detail), ERR_STORE);
	ck_assert_int_eq(unlink(lock), 0);
	ck_assert_int_eq(link(other, lock), 0);
	ck_assert_int_eq(store_open(path, STORE_READ, FIXTURE_MAP_BYTES,
	    &store, &detail), ERR_STORE);
	free(other);
	free(lock);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store init");
	TCase *tcase = tcase_create("init");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase,
	    a_store_is_made_with_its_modes_whatever_the_umask, 0, 4);
	tcase_add_test(tcase, a_second_time_changes_nothing);
	tcase_add_test(tcase, only_what_is_missing_is_made);
	tcase_add_test(tcase, a_directory_that_is_there_keeps_its_mode);
	tcase_add_test(tcase,
	    parents_are_made_and_last_slashes_do_not_count);
	tcase_add_test(tcase, a_pepper_outside_of_the_store_is_made_there);
	tcase_add_test(tcase, a_file_in_the_directorys_place_is_refused);
	tcase_add_test(tcase, a_parent_that_is_not_ours_is_an_error);
	tcase_add_test(tcase, what_root_makes_belongs_to_the_directorys_user);
	tcase_add_test(tcase,
	    a_lock_file_that_points_elsewhere_is_not_given_away);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
