/* test_store_makers.c - make a store, safe against crashes and other makers. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init_fixture.h"
#include "model/api_key.h"
#include "store/gate.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	MAKERS = 8,
	KILLED_MAKERS = 60,
	KILL_WITHIN_US = 12000,	/* about what making one takes */
	HELD_US = 300000
};

static void
init_once(void *arg)
{
	struct detail detail = { "" };
	bool is_made;

	_exit(init_fixture_make(arg, &is_made, &detail) == ERR_NONE ?
	    is_made : 100);
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
	ck_assert_uint_eq(init_fixture_read_pepper(path, pepper,
	    sizeof(pepper)), PEPPER_TEXT_LEN);
	init_fixture_check_file(path, ".", 02770, geteuid());
	init_fixture_check_whole(path);
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

		ck_assert_msg(init_fixture_make(path, &is_made, &detail) ==
		    ERR_NONE, "%s", detail.text);
		init_fixture_check_file(path, ".", 02770, geteuid());
		init_fixture_check_file(path, "data.mdb", 0640, geteuid());
		init_fixture_check_whole(path);
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
	ck_assert_msg(init_fixture_make(path, &is_made, &detail) == ERR_NONE,
	    "%s", detail.text);
	ck_assert(is_made);
	ck_assert_int_eq(waitpid(pid, NULL, WNOHANG), pid);
	init_fixture_check_whole(path);
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
	Suite *suite = suite_create("store makers");
	TCase *tcase = tcase_create("makers");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, of_several_makers_all_find_the_same_store);
	tcase_add_test(tcase,
	    a_maker_that_is_killed_leaves_nothing_in_the_way);
	tcase_add_test(tcase, makers_wait_for_each_other);
	tcase_add_test(tcase,
	    a_directory_that_stays_locked_is_an_error_that_names_it);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
