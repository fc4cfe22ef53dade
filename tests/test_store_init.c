/* test_store_init.c - make a store, safe against crashes and other makers. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "model/api_key.h"
#include "store/gate.h"
#include "store/pepper_file.h"
#include "store/store.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	MAKERS = 8,
	KILLED_MAKERS = 60,
	KILL_WITHIN_US = 12000,	/* about what making one takes */
	HELD_US = 300000,
	SERVICE_USER = 4321
};

static char *
join(const char *path, const char *name)
{
	char *joined = NULL;

	ck_assert_int_gt(asprintf(&joined, "%s/%s", path, name), 0);
	return joined;
}

static enum error
init(const char *path, bool *is_made, struct detail *detail)
{
	char *pepper = join(path, "pepper");
	enum error err = store_init(path, pepper, FIXTURE_MAP_BYTES, is_made,
	    detail);

	free(pepper);
	return err;
}

static void
check_file(const char *path, const char *name, mode_t mode, uid_t user)
{
	char *file = join(path, name);
	struct stat status;

	ck_assert_msg(lstat(file, &status) == 0, "%s: %s", file,
	    strerror(errno));
	ck_assert_msg((status.st_mode & 07777) == mode, "%s: mode %o", file,
	    status.st_mode);
	ck_assert_uint_eq(status.st_uid, user);
	free(file);
}

static size_t
read_pepper(const char *path, char *text, size_t size)
{
	char *file = join(path, "pepper");
	int fd = open(file, O_RDONLY);
	ssize_t len;

	ck_assert_int_ge(fd, 0);
	len = read(fd, text, size);
	ck_assert_int_ge(len, 0);
	close(fd);
	free(file);
	return (size_t)len;
}

/* It opens, it holds nothing, and no maker left anything. */
static void
check_whole(const char *path)
{
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	struct pepper pepper;
	char *file = join(path, "pepper");
	char *aside = join(path, ".making");

	fixture_organization(txn, "first");
	store_write_abort(txn);
	store_close(store);
	ck_assert_int_eq(pepper_file_read(file, &pepper, NULL), ERR_NONE);
	ck_assert_int_ne(access(aside, F_OK), 0);
	free(file);
	free(aside);
}

START_TEST(a_store_is_made_with_its_modes_whatever_the_umask)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	char *path = fixture_path();
	struct detail detail = { "" };
	bool is_made;
	mode_t old = umask(masks[_i]);
	enum error err = init(path, &is_made, &detail);

	umask(old);
	ck_assert_msg(err == ERR_NONE, "%s", detail.text);
	ck_assert(is_made);
	check_file(path, ".", 02770, geteuid());
	check_file(path, "data.mdb", 0640, geteuid());
	check_file(path, "lock.mdb", 0660, geteuid());
	check_file(path, "pepper", 0640, geteuid());
	check_whole(path);
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
	read_pepper(path, before, sizeof(before));

	ck_assert_int_eq(init(path, &is_made, &detail), ERR_NONE);
	ck_assert(!is_made);
	read_pepper(path, after, sizeof(after));
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
	char *pepper = join(path, "pepper");
	struct detail detail = { "" };
	bool is_made = false;

	ck_assert_int_eq(unlink(pepper), 0);
	ck_assert_int_eq(init(path, &is_made, &detail), ERR_NONE);
	ck_assert(is_made);
	check_whole(path);
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
	ck_assert_int_eq(init(path, &is_made, &detail), ERR_NONE);
	ck_assert(is_made);
	check_file(path, ".", 0711, geteuid());
	free(path);
}
END_TEST

START_TEST(parents_are_made_and_last_slashes_do_not_count)
{
	char *top = suite_directory();
	char *path = join(top, "a/b/c//");
	char *plain = join(top, "a/b/c");
	struct detail detail = { "" };
	bool is_made;

	ck_assert_msg(init(path, &is_made, &detail) == ERR_NONE, "%s",
	    detail.text);
	check_file(plain, ".", 02770, geteuid());
	check_whole(plain);
	free(plain);
	free(path);
	free(top);
}
END_TEST

START_TEST(a_pepper_outside_of_the_store_is_made_there)
{
	char *top = suite_directory();
	char *path = join(top, "store");
	char *pepper = join(top, "secret");
	struct detail detail = { "" };
	bool is_made;

	ck_assert_msg(store_init(path, pepper, FIXTURE_MAP_BYTES, &is_made,
	    &detail) == ERR_NONE, "%s", detail.text);
	check_file(top, "secret", 0640, geteuid());
	free(pepper);
	pepper = join(path, "pepper");
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
	ck_assert_int_eq(init(path, &is_made, &detail), ERR_MEANING);
	ck_assert_ptr_nonnull(strstr(detail.text, path));
	ck_assert_int_eq(init("", &is_made, &detail), ERR_MEANING);
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
	_exit(init(arg, &is_made, &detail) == ERR_IO &&
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
	char *lock = join(path, "lock.mdb");
	struct detail detail = { "" };
	bool is_made;

	if (geteuid() == 0) {
		ck_assert_int_eq(chown(path, SERVICE_USER, SERVICE_USER), 0);
		ck_assert_int_eq(init(path, &is_made, &detail), ERR_NONE);
		check_file(path, "data.mdb", 0640, SERVICE_USER);
		check_file(path, "lock.mdb", 0660, SERVICE_USER);
		check_file(path, "pepper", 0640, SERVICE_USER);
		ck_assert_int_eq(unlink(lock), 0);
		store_close(fixture_open(path, STORE_READ));
		check_file(path, "lock.mdb", 0660, SERVICE_USER);
	}
	free(lock);
	free(path);
}
END_TEST

START_TEST(a_lock_file_that_points_elsewhere_is_not_given_away)
{
	char *path = fixture_make();
	char *lock = join(path, "lock.mdb");
	char *other = join(path, "other");
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

static void
init_once(void *arg)
{
	struct detail detail = { "" };
	bool is_made;

	_exit(init(arg, &is_made, &detail) == ERR_NONE ? is_made : 100);
}

START_TEST(of_several_makers_all_find_the_same_store)
{
	char *path = fixture_path();
	char pepper[PEPPER_TEXT_LEN + 1];
	pid_t pids[MAKERS];

	for (int i = 0; i < MAKERS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0)
			init_once(path);
	}
	for (int i = 0; i < MAKERS; i++) {
		int status;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert(WIFEXITED(status));
		ck_assert_int_le(WEXITSTATUS(status), 1);
	}
	ck_assert_uint_eq(read_pepper(path, pepper, sizeof(pepper)),
	    PEPPER_TEXT_LEN);
	check_file(path, ".", 02770, geteuid());
	check_whole(path);
	free(path);
}
END_TEST

START_TEST(a_maker_that_is_killed_leaves_nothing_in_the_way)
{
	char *top = suite_directory();
	uint64_t seed = 5;

	for (int i = 0; i < KILLED_MAKERS; i++) {
		struct detail detail = { "" };
		char *path = NULL;
		bool is_made;
		int status;
		pid_t pid;

		ck_assert_int_gt(asprintf(&path, "%s/%d", top, i), 0);
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			init_once(path);
		usleep(fixture_random(&seed, KILL_WITHIN_US));
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);

		ck_assert_msg(init(path, &is_made, &detail) == ERR_NONE,
		    "%s", detail.text);
		check_file(path, ".", 02770, geteuid());
		check_file(path, "data.mdb", 0640, geteuid());
		check_whole(path);
		free(path);
	}
	free(top);
}
END_TEST

/* As an init does that is stopped, or a backup of the folder. */
static int
lock_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	return fd;
}

START_TEST(makers_wait_for_each_other)
{
	char *path = suite_directory();
	struct detail detail = { "" };
	int fd = lock_directory(path);
	pid_t pid = fork();
	bool is_made;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		usleep(HELD_US);
		_exit(0);
	}
	/* The lock is the child's alone now. */
	close(fd);
	ck_assert_msg(init(path, &is_made, &detail) == ERR_NONE, "%s",
	    detail.text);
	ck_assert(is_made);
	ck_assert_int_eq(waitpid(pid, NULL, WNOHANG), pid);
	check_whole(path);
	free(path);
}
END_TEST

START_TEST(a_directory_that_stays_locked_is_an_error_that_names_it)
{
	char *path = suite_directory();
	struct detail detail = { "" };
	int fd = lock_directory(path);
	int other_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(gate_lock(path, other_fd, GATE_SHORT_WAIT_MS,
	    &detail), ERR_STORE);
	ck_assert_ptr_nonnull(strstr(detail.text, path));
	ck_assert_ptr_nonnull(strstr(detail.text, "locked for over 200 ms"));
	close(other_fd);
	close(fd);
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
	tcase_add_test(tcase, of_several_makers_all_find_the_same_store);
	tcase_add_test(tcase,
	    a_maker_that_is_killed_leaves_nothing_in_the_way);
	tcase_add_test(tcase, makers_wait_for_each_other);
	tcase_add_test(tcase,
	    a_directory_that_stays_locked_is_an_error_that_names_it);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
