/* test_record_client.c - a request to the recorder, and its reply back.
 *
 * The recorder is played by the test, in the same thread and by a clock of its
 * own; only where the client waits there is another thread.
 */
#include "record/client.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "record/message.h"
#include "record/recorder_socket.h"
#include "record_fixture.h"
#include "suite.h"

enum { TIMEOUT_MS = 1000, BACK_OFF_MS = 2000, ASKERS_MAX = 16 };

static const struct cursor place = { 1657027948150, "000000000000000000000" };

/* What came of a message. */
struct asker {
	int answer_count;
	enum error err;
	enum message_outcome outcome;
	uint64_t ticket;
};

/* A client, and the recorder that it talks to. */
struct pair {
	char *directory;
	struct recorder_socket listening;
	int fd;			/* the recorder's end; -1 */
	struct buffer received;
	struct record_client *client;
	int64_t now_ms;
	struct asker askers[ASKERS_MAX];
};

static void
answered(void *asker_arg, enum error err, const struct message_reply *reply,
    struct buffer *message)
{
	struct asker *asker = asker_arg;

	asker->answer_count++;
	asker->err = err;
	ck_assert_int_eq(err == ERR_NONE, reply != NULL);
	ck_assert_uint_gt(message->len, 0);
	if (reply == NULL)
		return;
	asker->outcome = reply->outcome;
	if (reply->place_count > 0) {
		struct cursor got = message_place(reply, 0);

		ck_assert_int_eq(cursor_compare(&got, &place), 0);
	}
}

static void
listen_now(struct pair *pair)
{
	struct detail detail;

	ck_assert_msg(recorder_socket_listen(pair->directory,
	    &pair->listening, &detail) == ERR_NONE, "%s", detail.text);
}

static void
open_pair(struct pair *pair)
{
	*pair = (struct pair){
		.directory = suite_directory(),
		.listening = { .fd = -1 },
		.fd = -1,
	};
	buffer_init(&pair->received, 0);
	ck_assert_int_eq(record_client_new(pair->directory, TIMEOUT_MS,
	    answered, &pair->client), ERR_NONE);
}

static void
close_pair(struct pair *pair)
{
	record_client_free(pair->client);
	if (pair->fd >= 0)
		close(pair->fd);
	recorder_socket_close(pair->directory, &pair->listening);
	buffer_clear(&pair->received);
	free(pair->directory);
}

static void
accept_client(struct pair *pair)
{
	pair->fd = accept4(pair->listening.fd, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ge(pair->fd, 0);
}

static void
drop_client(struct pair *pair)
{
	close(pair->fd);
	pair->fd = -1;
	buffer_reset(&pair->received);
}

static enum error
send_one(struct pair *pair, size_t index, size_t event_count)
{
	struct record_ask ask = {
		.organization = 1,
		.event_count = event_count,
	};
	struct buffer message;
	enum error err;

	record_fixture_message(&message, &ask);
	err = record_client_send(pair->client, &message, pair->now_ms,
	    &pair->askers[index], &pair->askers[index].ticket);
	ck_assert_int_eq(message.len == 0, err == ERR_NONE);
	buffer_clear(&message);
	return err;
}

static void
work(struct pair *pair, int64_t later_ms)
{
	pair->now_ms += later_ms;
	record_client_work(pair->client, pair->now_ms);
}

/* Reads the next request, and gives its sequence number. */
static uint64_t
take_request(struct pair *pair)
{
	struct message_request request;
	uint64_t sequence;
	size_t len = 0;

	for (;;) {
		char *end = buffer_reserve(&pair->received, 65536);
		ssize_t got;

		if (pair->received.len > 0 && message_length(
		    pair->received.bytes, pair->received.len,
		    MESSAGE_REQUEST, &len) == ERR_NONE && len > 0 &&
		    len <= pair->received.len)
			break;
		got = recv(pair->fd, end, 65536, 0);
		if (got > 0)
			pair->received.len += (size_t)got;
		else
			ck_assert_int_eq(errno, EAGAIN);
		work(pair, 0);
	}
	ck_assert_int_eq(message_read_request(pair->received.bytes, len,
	    &request), ERR_NONE);
	sequence = request.sequence;
	buffer_drop(&pair->received, len);
	return sequence;
}

static void
reply_to(struct pair *pair, uint64_t sequence, enum message_outcome outcome)
{
	struct buffer bytes;

	buffer_init(&bytes, 0);
	message_add_reply(&bytes, sequence, outcome, &place,
	    outcome == MESSAGE_RECORDED ? 1 : 0);
	ck_assert_int_eq(send(pair->fd, bytes.bytes, bytes.len, 0),
	    (ssize_t)bytes.len);
	buffer_clear(&bytes);
}

static bool
is_readable(struct pair *pair)
{
	struct pollfd poll_fd = {
		.fd = record_client_fd(pair->client),
		.events = POLLIN,
	};

	return poll(&poll_fd, 1, 0) == 1;
}

START_TEST(a_message_is_answered_with_its_reply)
{
	struct pair pair;
	uint64_t sequence;

	open_pair(&pair);
	listen_now(&pair);
	ck_assert_int_eq(send_one(&pair, 0, 1), ERR_NONE);
	accept_client(&pair);
	sequence = take_request(&pair);
	ck_assert(!is_readable(&pair));
	reply_to(&pair, sequence, MESSAGE_RECORDED);
	ck_assert(is_readable(&pair));
	work(&pair, 0);
	ck_assert(!is_readable(&pair));
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	ck_assert_int_eq(pair.askers[0].err, ERR_NONE);
	ck_assert_int_eq(pair.askers[0].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(record_client_wake_ms(pair.client), INT64_MAX);
	close_pair(&pair);
}
END_TEST

START_TEST(replies_are_told_apart_in_any_order)
{
	static const size_t order[] = { 2, 0, 3, 1 };
	struct pair pair;
	uint64_t sequences[COUNT_OF(order)];

	open_pair(&pair);
	listen_now(&pair);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		ck_assert_int_eq(send_one(&pair, i, 1), ERR_NONE);
	accept_client(&pair);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		sequences[i] = take_request(&pair);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		reply_to(&pair, sequences[order[i]],
		    (enum message_outcome)(MESSAGE_CONFLICT + order[i]));
	work(&pair, 0);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		ck_assert_int_eq(pair.askers[i].answer_count, 1);
		ck_assert_int_eq(pair.askers[i].outcome,
		    MESSAGE_CONFLICT + (int)i);
	}
	close_pair(&pair);
}
END_TEST

/* What lies where the recorder's socket should. */
static void
lay_nothing(struct pair *pair)
{
	(void)pair;
}

static void
lay_file(struct pair *pair)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" RECORDER_SOCKET, pair->directory);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
}

static void
lay_directory(struct pair *pair)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/" RECORDER_SOCKET, pair->directory);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void
lay_dead_socket(struct pair *pair)
{
	listen_now(pair);
	close(pair->listening.fd);
	pair->listening.fd = -1;
}

static void
lay_no_store(struct pair *pair)
{
	ck_assert_int_eq(rmdir(pair->directory), 0);
}

static void (*const lay_rows[])(struct pair *pair) = {
	lay_nothing, lay_file, lay_directory, lay_dead_socket, lay_no_store,
};

START_TEST(without_a_recorder_it_says_so_at_once)
{
	struct pair pair;

	open_pair(&pair);
	lay_rows[_i](&pair);
	ck_assert_int_eq(send_one(&pair, 0, 1), ERR_AWAY);
	ck_assert_int_eq(send_one(&pair, 1, 1), ERR_AWAY);
	work(&pair, TIMEOUT_MS);
	ck_assert_int_eq(pair.askers[0].answer_count, 0);
	close_pair(&pair);
}
END_TEST

START_TEST(a_recorder_that_comes_is_found)
{
	struct pair pair;

	open_pair(&pair);
	ck_assert_int_eq(send_one(&pair, 0, 1), ERR_AWAY);
	listen_now(&pair);
	pair.now_ms += BACK_OFF_MS;
	ck_assert_int_eq(send_one(&pair, 0, 1), ERR_NONE);
	accept_client(&pair);
	reply_to(&pair, take_request(&pair), MESSAGE_RECORDED);
	work(&pair, 0);
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	close_pair(&pair);
}
END_TEST

START_TEST(what_was_sent_when_the_connection_is_lost_is_unknown)
{
	struct pair pair;

	open_pair(&pair);
	listen_now(&pair);
	ck_assert_int_eq(send_one(&pair, 0, 1), ERR_NONE);
	ck_assert_int_eq(send_one(&pair, 1, 1), ERR_NONE);
	accept_client(&pair);
	reply_to(&pair, take_request(&pair), MESSAGE_RECORDED);
	drop_client(&pair);
	ck_assert(is_readable(&pair));
	work(&pair, 0);
	/* The reply that came before the end still counts. */
	ck_assert_int_eq(pair.askers[0].err, ERR_NONE);
	ck_assert_int_eq(pair.askers[1].err, ERR_IO);
	ck_assert_int_eq(pair.askers[1].answer_count, 1);
	close_pair(&pair);
}
END_TEST

START_TEST(what_was_not_sent_whole_is_sent_anew)
{
	struct pair pair;

	open_pair(&pair);
	listen_now(&pair);
	/* More than a socket takes. */
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(send_one(&pair, i, 1000), ERR_NONE);
	accept_client(&pair);
	drop_client(&pair);
	work(&pair, 0);
	ck_assert_int_eq(pair.askers[ASKERS_MAX - 1].answer_count, 0);
	ck_assert_int_lt(record_client_wake_ms(pair.client),
	    pair.now_ms + TIMEOUT_MS);
	work(&pair, 10);
	accept_client(&pair);
	for (size_t i = 0; i < ASKERS_MAX; i++) {
		if (pair.askers[i].answer_count == 0) {
			reply_to(&pair, take_request(&pair),
			    MESSAGE_RECORDED);
			work(&pair, 0);
		} else {
			ck_assert_int_eq(pair.askers[i].err, ERR_IO);
		}
		ck_assert_int_eq(pair.askers[i].answer_count, 1);
	}
	close_pair(&pair);
}
END_TEST

START_TEST(a_recorder_that_went_fails_what_waits)
{
	struct pair pair;

	open_pair(&pair);
	listen_now(&pair);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(send_one(&pair, i, 1000), ERR_NONE);
	accept_client(&pair);
	drop_client(&pair);
	recorder_socket_close(pair.directory, &pair.listening);
	work(&pair, 0);
	work(&pair, 10);
	ck_assert_int_eq(pair.askers[0].err, ERR_IO);
	ck_assert_int_eq(pair.askers[ASKERS_MAX - 1].err, ERR_AWAY);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(pair.askers[i].answer_count, 1);
	close_pair(&pair);
}
END_TEST

START_TEST(a_recorder_that_stalls_is_waited_for_so_long)
{
	struct pair pair;

	open_pair(&pair);
	listen_now(&pair);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(send_one(&pair, i, 1000), ERR_NONE);
	accept_client(&pair);
	ck_assert_int_eq(record_client_wake_ms(pair.client), TIMEOUT_MS);
	work(&pair, TIMEOUT_MS - 1);
	ck_assert_int_eq(pair.askers[0].answer_count, 0);
	work(&pair, 1);
	ck_assert_int_eq(pair.askers[0].err, ERR_IO);
	ck_assert_int_eq(pair.askers[ASKERS_MAX - 1].err, ERR_AWAY);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(pair.askers[i].answer_count, 1);
	close_pair(&pair);
}
END_TEST

START_TEST(a_reply_that_comes_too_late_is_passed_over)
{
	struct pair pair;
	uint64_t late;

	open_pair(&pair);
	listen_now(&pair);
	ck_assert_int_eq(send_one(&pair, 0, 1), ERR_NONE);
	accept_client(&pair);
	late = take_request(&pair);
	work(&pair, TIMEOUT_MS);
	ck_assert_int_eq(pair.askers[0].err, ERR_IO);
	ck_assert_int_eq(send_one(&pair, 1, 1), ERR_NONE);
	reply_to(&pair, late, MESSAGE_RECORDED);
	reply_to(&pair, take_request(&pair), MESSAGE_RECORDED);
	work(&pair, 0);
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	ck_assert_int_eq(pair.askers[1].err, ERR_NONE);
	close_pair(&pair);
}
END_TEST

START_TEST(a_peer_that_sends_no_replies_is_left)
{
	static const char *const texts[] = { "HTTP/1.1 200 OK\r\n", "a",
		"apir\377\377\377\377\1\2\0\0" };

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct pair pair;

		open_pair(&pair);
		listen_now(&pair);
		ck_assert_int_eq(send_one(&pair, 0, 1), ERR_NONE);
		accept_client(&pair);
		ck_assert_int_gt(send(pair.fd, texts[i],
		    i == 2 ? 12 : strlen(texts[i]), 0), 0);
		work(&pair, 0);
		if (i == 1)	/* It may become one. */
			ck_assert_int_eq(pair.askers[0].answer_count, 0);
		else
			ck_assert_int_eq(pair.askers[0].err, ERR_IO);
		close_pair(&pair);
	}
}
END_TEST

START_TEST(what_is_forgotten_is_not_answered)
{
	struct pair pair;

	open_pair(&pair);
	listen_now(&pair);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(send_one(&pair, i, 1000), ERR_NONE);
	/* The first is sent, some other one in part, the last not at all. */
	for (size_t i = 0; i < ASKERS_MAX - 1; i++)
		record_client_forget(pair.client, pair.askers[i].ticket);
	record_client_forget(pair.client, 999);
	accept_client(&pair);
	while (pair.askers[ASKERS_MAX - 1].answer_count == 0) {
		reply_to(&pair, take_request(&pair), MESSAGE_RECORDED);
		work(&pair, 0);
	}
	for (size_t i = 0; i < ASKERS_MAX - 1; i++)
		ck_assert_int_eq(pair.askers[i].answer_count, 0);
	close_pair(&pair);
}
END_TEST

START_TEST(what_waits_is_bounded)
{
	struct pair pair;
	size_t count = 0;

	open_pair(&pair);
	listen_now(&pair);
	while (count < RECORD_CLIENT_BYTES_MAX / 1000 &&
	    send_one(&pair, 0, 1000) == ERR_NONE)
		count++;
	ck_assert_uint_gt(count, RECORD_CLIENT_BYTES_MAX / 150000);
	ck_assert_uint_lt(count, RECORD_CLIENT_BYTES_MAX / 80000);
	ck_assert_int_eq(send_one(&pair, 0, 1000), ERR_OVERLOAD);
	close_pair(&pair);
}
END_TEST

START_TEST(messages_are_bounded)
{
	struct pair pair;

	open_pair(&pair);
	listen_now(&pair);
	for (size_t i = 0; i < RECORD_CLIENT_MESSAGES_MAX; i++)
		ck_assert_int_eq(send_one(&pair, 0, 1), ERR_NONE);
	ck_assert_int_eq(send_one(&pair, 0, 1), ERR_OVERLOAD);
	close_pair(&pair);
}
END_TEST

/* A recorder of its own, that answers one request. */
static void *
answer_one(void *arg)
{
	struct pair *pair = arg;
	char bytes[4096];
	ssize_t len;
	struct message_request request;

	do {
		pair->fd = accept4(pair->listening.fd, NULL, NULL, 0);
	} while (pair->fd < 0 && errno == EAGAIN);
	len = recv(pair->fd, bytes, sizeof(bytes), 0);
	if (len > 0 && message_read_request(bytes, (size_t)len, &request) ==
	    ERR_NONE)
		reply_to(pair, request.sequence, MESSAGE_RECORDED);
	return NULL;
}

START_TEST(a_call_waits_for_its_reply)
{
	struct record_ask ask = { .organization = 1 };
	struct buffer message;
	struct pair pair;
	pthread_t thread;

	open_pair(&pair);
	listen_now(&pair);
	record_fixture_message(&message, &ask);
	pthread_create(&thread, NULL, answer_one, &pair);
	ck_assert_int_eq(record_client_call(pair.directory, &message,
	    20 * TIMEOUT_MS, answered, &pair.askers[0]), ERR_NONE);
	pthread_join(thread, NULL);
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	ck_assert_int_eq(pair.askers[0].outcome, MESSAGE_RECORDED);
	buffer_clear(&message);
	close_pair(&pair);
}
END_TEST

START_TEST(a_call_has_an_end)
{
	struct record_ask ask = { .organization = 1 };
	struct buffer message;
	struct pair pair;

	open_pair(&pair);
	record_fixture_message(&message, &ask);
	ck_assert_int_eq(record_client_call(pair.directory, &message, 50,
	    answered, &pair.askers[0]), ERR_AWAY);
	ck_assert_uint_gt(message.len, 0);
	listen_now(&pair);
	ck_assert_int_eq(record_client_call(pair.directory, &message, 50,
	    answered, &pair.askers[0]), ERR_NONE);
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	ck_assert_int_eq(pair.askers[0].err, ERR_IO);
	buffer_clear(&message);
	close_pair(&pair);
}
END_TEST

START_TEST(a_socket_replaces_a_dead_one_but_no_file)
{
	struct recorder_socket again;
	struct detail detail;
	struct stat status;
	struct pair pair;
	char path[4096];

	open_pair(&pair);
	lay_dead_socket(&pair);
	listen_now(&pair);
	ck_assert(recorder_socket_is_there(pair.directory,
	    &pair.listening));
	snprintf(path, sizeof(path), "%s/" RECORDER_SOCKET, pair.directory);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0660);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert(!recorder_socket_is_there(pair.directory,
	    &pair.listening));
	lay_file(&pair);
	ck_assert_int_eq(recorder_socket_listen(pair.directory, &again,
	    &detail), ERR_MEANING);
	ck_assert_ptr_nonnull(strstr(detail.text, path));
	/* Nor is a file removed that took its name. */
	recorder_socket_close(pair.directory, &pair.listening);
	ck_assert_int_eq(stat(path, &status), 0);
	close_pair(&pair);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record_client");
	TCase *tcase = tcase_create("record_client");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_message_is_answered_with_its_reply);
	tcase_add_test(tcase, replies_are_told_apart_in_any_order);
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
	tcase_add_test(tcase, what_is_forgotten_is_not_answered);
	tcase_add_test(tcase, what_waits_is_bounded);
	tcase_add_test(tcase, messages_are_bounded);
	tcase_add_test(tcase, a_call_waits_for_its_reply);
	tcase_add_test(tcase, a_call_has_an_end);
	tcase_add_test(tcase, a_socket_replaces_a_dead_one_but_no_file);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
