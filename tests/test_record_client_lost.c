/* test_record_client_lost.c - a recorder that is away, goes or stalls. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "client_fixture.h"
#include "suite.h"

/* What lies where the recorder's socket should. */
static void
lay_nothing(struct client_fixture *pair)
{
	(void)pair;
}

static void
lay_directory(struct client_fixture *pair)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/" RECORDER_SOCKET, pair->directory);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void
lay_no_store(struct client_fixture *pair)
{
	ck_assert_int_eq(rmdir(pair->directory), 0);
}

static void (*const lay_rows[])(struct client_fixture *pair) = {
	lay_nothing, client_fixture_lay_file, lay_directory,
	client_fixture_lay_dead_socket, lay_no_store,
};

START_TEST(without_a_recorder_it_says_so_at_once)
{
	struct client_fixture pair;

	client_fixture_open(&pair);
	lay_rows[_i](&pair);
	ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_AWAY);
	ck_assert_int_eq(client_fixture_send(&pair, 1, 1), ERR_AWAY);
	client_fixture_work(&pair, TIMEOUT_MS);
	ck_assert_int_eq(pair.askers[0].answer_count, 0);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(a_recorder_that_comes_is_found)
{
	struct client_fixture pair;

	client_fixture_open(&pair);
	ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_AWAY);
	client_fixture_listen(&pair);
	pair.now_ms += BACK_OFF_MS;
	ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_NONE);
	client_fixture_accept(&pair);
	client_fixture_record(&pair);
	client_fixture_work(&pair, 0);
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(what_was_sent_when_the_connection_is_lost_is_unknown)
{
	struct client_fixture pair;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_NONE);
	ck_assert_int_eq(client_fixture_send(&pair, 1, 1), ERR_NONE);
	client_fixture_accept(&pair);
	client_fixture_record(&pair);
	client_fixture_drop(&pair);
	ck_assert(client_fixture_is_readable(&pair));
	client_fixture_work(&pair, 0);
	/* The reply that came before the end still counts. */
	ck_assert_int_eq(pair.askers[0].err, ERR_NONE);
	ck_assert_int_eq(pair.askers[1].err, ERR_IO);
	ck_assert_int_eq(pair.askers[1].answer_count, 1);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(what_was_not_sent_whole_is_sent_anew)
{
	struct client_fixture pair;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	/* More than a socket takes. */
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(client_fixture_send(&pair, i, 1000), ERR_NONE);
	client_fixture_accept(&pair);
	client_fixture_drop(&pair);
	client_fixture_work(&pair, 0);
	ck_assert_int_eq(pair.askers[ASKERS_MAX - 1].answer_count, 0);
	ck_assert_int_lt(record_client_wake_ms(pair.client),
	    pair.now_ms + TIMEOUT_MS);
	client_fixture_work(&pair, 10);
	client_fixture_accept(&pair);
	for (size_t i = 0; i < ASKERS_MAX; i++) {
		if (pair.askers[i].answer_count == 0) {
			client_fixture_record(&pair);
			client_fixture_work(&pair, 0);
		} else {
			ck_assert_int_eq(pair.askers[i].err, ERR_IO);
		}
		ck_assert_int_eq(pair.askers[i].answer_count, 1);
	}
	client_fixture_close(&pair);
}
END_TEST

START_TEST(a_recorder_that_went_fails_what_waits)
{
	struct client_fixture pair;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(client_fixture_send(&pair, i, 1000), ERR_NONE);
	client_fixture_accept(&pair);
	client_fixture_drop(&pair);
	recorder_socket_close(pair.directory, &pair.listening);
	client_fixture_work(&pair, 0);
	client_fixture_work(&pair, 10);
	ck_assert_int_eq(pair.askers[0].err, ERR_IO);
	ck_assert_int_eq(pair.askers[ASKERS_MAX - 1].err, ERR_AWAY);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(pair.askers[i].answer_count, 1);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(a_recorder_that_stalls_is_waited_for_so_long)
{
	struct client_fixture pair;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(client_fixture_send(&pair, i, 1000), ERR_NONE);
	client_fixture_accept(&pair);
	ck_assert_int_eq(record_client_wake_ms(pair.client), TIMEOUT_MS);
	client_fixture_work(&pair, TIMEOUT_MS - 1);
	ck_assert_int_eq(pair.askers[0].answer_count, 0);
	client_fixture_work(&pair, 1);
	ck_assert_int_eq(pair.askers[0].err, ERR_IO);
	ck_assert_int_eq(pair.askers[ASKERS_MAX - 1].err, ERR_AWAY);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(pair.askers[i].answer_count, 1);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(a_reply_that_comes_too_late_is_passed_over)
{
	struct client_fixture pair;
	uint64_t late;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_NONE);
	client_fixture_accept(&pair);
	late = client_fixture_take(&pair);
	client_fixture_work(&pair, TIMEOUT_MS);
	ck_assert_int_eq(pair.askers[0].err, ERR_IO);
	ck_assert_int_eq(client_fixture_send(&pair, 1, 1), ERR_NONE);
	client_fixture_reply(&pair, late, MESSAGE_RECORDED);
	client_fixture_record(&pair);
	client_fixture_work(&pair, 0);
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	ck_assert_int_eq(pair.askers[1].err, ERR_NONE);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(a_peer_that_sends_no_replies_is_left)
{
	static const char *const texts[] = { "HTTP/1.1 200 OK\r\n", "a",
		"apir\377\377\377\377\1\2\0\0" };

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct client_fixture pair;

		client_fixture_open(&pair);
		client_fixture_listen(&pair);
		ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_NONE);
		client_fixture_accept(&pair);
		ck_assert_int_gt(send(pair.fd, texts[i],
		    i == 2 ? 12 : strlen(texts[i]), 0), 0);
		client_fixture_work(&pair, 0);
		if (i == 1)	/* It may become one. */
			ck_assert_int_eq(pair.askers[0].answer_count, 0);
		else
			ck_assert_int_eq(pair.askers[0].err, ERR_IO);
		client_fixture_close(&pair);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record_client_lost");
	TCase *tcase = tcase_create("record_client_lost");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, without_a_recorder_it_says_so_at_once, 0,
	    COUNT_OF(lay_rows));
	tcase_add_test(tcase, a_recorder_that_comes_is_found);
	tcase_add_test(tcase,
	    what_was_sent_when_the_connection_is_lost_is_unknown);
	tcase_add_test(tcase, what_was_not_sent_whole_is_sent_anew);
	tcase_add_test(tcase, a_recorder_that_went_fails_what_waits);
	tcase_add_test(tcase, a_recorder_that_stalls_is_waited_for_so_long);
	tcase_add_test(tcase, a_reply_that_comes_too_late_is_passed_over);
	tcase_add_test(tcase, a_peer_that_sends_no_replies_is_left);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
