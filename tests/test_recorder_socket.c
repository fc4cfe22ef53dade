/* test_recorder_socket.c - where the recorder listens. */
#include "record/recorder_socket.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client_fixture.h"
#include "suite.h"

START_TEST(a_socket_replaces_a_dead_one_but_no_file)
{
	struct recorder_socket again;
	struct detail detail;
	struct stat status;
	struct client_fixture pair;
	char path[4096];

	client_fixture_open(&pair);
	client_fixture_lay_dead_socket(&pair);
	client_fixture_listen(&pair);
	ck_assert(recorder_socket_is_there(pair.directory,
	    &pair.listening));
	snprintf(path, sizeof(path), "%s/" RECORDER_SOCKET, pair.directory);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0660);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert(!recorder_socket_is_there(pair.directory,
	    &pair.listening));
	client_fixture_lay_file(&pair);
	ck_assert_int_eq(recorder_socket_listen(pair.directory, &again,
	    &detail), ERR_MEANING);
	ck_assert_ptr_nonnull(strstr(detail.text, path));
	/* Nor is a file removed that took its name. */
	recorder_socket_close(pair.directory, &pair.listening);
	ck_assert_int_eq(stat(path, &status), 0);
	client_fixture_close(&pair);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("recorder_socket");
	TCase *tcase = tcase_create("recorder_socket");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_socket_replaces_a_dead_one_but_no_file);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
