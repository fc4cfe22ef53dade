/* test_store_cut_off.c - a restore that is killed leaves one store whole. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backup_fixture.h"
#include "base/text.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	EVENTS = 300,
	KILLS = 80,
	KILL_WITHIN_US = 12000
};

static char *folder;
static char *path;
static char *copies[2];		/* of the stores "a" and "b" */

static void
set_up(void)
{
	static const char *const names[] = { "a", "b" };

	folder = suite_directory();
	path = backup_path(folder, "store");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *from = backup_path(folder, names[i]);

		copies[i] = backup_path(folder, i == 0 ? "copy-a" : "copy-b");
		backup_make_store(from, names[i], EVENTS);
		backup_must(from, copies[i]);
	}
	backup_must_restore(copies[0], path);
}

static pid_t
start_restore(const char *copy)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		backup_must_restore(copy, path);
		_exit(0);
	}
	return child;
}

START_TEST(a_kill_at_any_moment_leaves_one_of_both_whole)
{
	uint64_t state = (uint64_t)getpid();
	char name[BACKUP_NAME_SIZE];

	for (int i = 0; i < KILLS; i++) {
		pid_t child = start_restore(copies[i % 2]);

		usleep(fixture_random(&state, KILL_WITHIN_US));
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
		backup_read_store(path, name);
		ck_assert(strcmp(name, "a") == 0 || strcmp(name, "b") == 0);
	}
	backup_must_restore(copies[1], path);
	backup_expect_names(path, "data.mdb pepper");
	backup_expect_store(path, "b");
}
END_TEST

START_TEST(whoever_opens_next_finishes_what_was_cut_off)
{
	backup_cut_off(copies[1], path, _i);
	backup_expect_store(path, "b");
	backup_expect_names(path, "data.mdb pepper");
	store_close(fixture_open(path, STORE_WRITE));
}
END_TEST

START_TEST(a_store_is_not_made_over_one_that_is_ready)
{
	struct detail detail = { "" };
	char *pepper_path = backup_path(path, "pepper");
	bool is_made;

	ck_assert_int_eq(unlink(backup_path(path, "data.mdb")), 0);
	backup_cut_off(copies[1], path, 0);
	ck_assert_int_eq(store_init(path, pepper_path, FIXTURE_MAP_BYTES,
	    &is_made, &detail), ERR_NONE);
	backup_expect_store(path, "b");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cut off");
	TCase *tests = tcase_create("kills");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, a_kill_at_any_moment_leaves_one_of_both_whole);
	tcase_add_loop_test(tests,
	    whoever_opens_next_finishes_what_was_cut_off, 0, 4);
	tcase_add_test(tests, a_store_is_not_made_over_one_that_is_ready);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
