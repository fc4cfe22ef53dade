/* test_record_client.c - a request to the recorder, and its reply back. */
#include "record/client.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>

#include "base/text.h"
#include "client_fixture.h"
#include "record_fixture.h"
#include "suite.h"

START_TEST(a_message_is_answered_with_its_reply)
{
	struct client_fixture pair;
	uint64_t sequence;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_NONE);
	client_fixture_accept(&pair);
	sequence = client_fixture_take(&pair);
	ck_assert(!client_fixture_is_readable(&pair));
	client_fixture_reply(&pair, sequence, MESSAGE_RECORDED);
	ck_assert(client_fixture_is_readable(&pair));
	client_fixture_work(&pair, 0);
	ck_assert(!client_fixture_is_readable(&pair));
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	ck_assert_int_eq(pair.askers[0].err, ERR_NONE);
	ck_assert_int_eq(pair.askers[0].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(record_client_wake_ms(pair.client), INT64_MAX);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(replies_are_told_apart_in_any_order)
{
	static const size_t order[] = { 2, 0, 3, 1 };
	struct client_fixture pair;
	uint64_t sequences[COUNT_OF(order)];

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		ck_assert_int_eq(client_fixture_send(&pair, i, 1), ERR_NONE);
	client_fixture_accept(&pair);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		sequences[i] = client_fixture_take(&pair);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		client_fixture_reply(&pair, sequences[order[i]],
		    (enum message_outcome)(MESSAGE_CONFLICT + order[i]));
	client_fixture_work(&pair, 0);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		ck_assert_int_eq(pair.askers[i].answer_count, 1);
		ck_assert_int_eq(pair.askers[i].outcome,
		    MESSAGE_CONFLICT + (int)i);
	}
	client_fixture_close(&pair);
}
END_TEST

START_TEST(what_is_forgotten_is_not_answered)
{
	struct client_fixture pair;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	for (size_t i = 0; i < ASKERS_MAX; i++)
		ck_assert_int_eq(client_fixture_send(&pair, i, 1000), ERR_NONE);
	/* The first is sent, some other one in part, the last not at all. */
	for (size_t i = 0; i < ASKERS_MAX - 1; i++)
		record_client_forget(pair.client, pair.askers[i].ticket);
	record_client_forget(pair.client, 999);
	client_fixture_accept(&pair);
	while (pair.askers[ASKERS_MAX - 1].answer_count == 0) {
		client_fixture_record(&pair);
		client_fixture_work(&pair, 0);
	}
	for (size_t i = 0; i < ASKERS_MAX - 1; i++)
		ck_assert_int_eq(pair.askers[i].answer_count, 0);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(what_waits_is_bounded)
{
	struct client_fixture pair;
	size_t count = 0;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	while (count < RECORD_CLIENT_BYTES_MAX / 1000 &&
	    client_fixture_send(&pair, 0, 1000) == ERR_NONE)
		count++;
	ck_assert_uint_gt(count, RECORD_CLIENT_BYTES_MAX / 150000);
	ck_assert_uint_lt(count, RECORD_CLIENT_BYTES_MAX / 80000);
	ck_assert_int_eq(client_fixture_send(&pair, 0, 1000), ERR_OVERLOAD);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(messages_are_bounded)
{
	struct client_fixture pair;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	for (size_t i = 0; i < RECORD_CLIENT_MESSAGES_MAX; i++)
		ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_NONE);
	ck_assert_int_eq(client_fixture_send(&pair, 0, 1), ERR_OVERLOAD);
	client_fixture_close(&pair);
}
END_TEST

/* A recorder of its own, that answers one request. */
static void *
answer_one(void *arg)
{
	struct client_fixture *pair = arg;
	char bytes[4096];
	ssize_t len;
	struct message_request request;

	do {
		pair->fd = accept4(pair->listening.fd, NULL, NULL, 0);
	} while (pair->fd < 0 && errno == EAGAIN);
	len = recv(pair->fd, bytes, sizeof(bytes), 0);
	if (len > 0 && message_read_request(bytes, (size_t)len, &request) ==
	    ERR_NONE)
		client_fixture_reply(pair, request.sequence, MESSAGE_RECORDED);
	return NULL;
}

START_TEST(a_call_waits_for_its_reply)
{
	struct record_ask ask = { .organization = 1 };
	struct buffer message;
	struct client_fixture pair;
	pthread_t thread;

	client_fixture_open(&pair);
	client_fixture_listen(&pair);
	record_fixture_message(&message, &ask);
	pthread_create(&thread, NULL, answer_one, &pair);
	ck_assert_int_eq(record_client_call(pair.directory, &message,
	    20 * TIMEOUT_MS, client_fixture_answered, &pair.askers[0]),
	    ERR_NONE);
	pthread_join(thread, NULL);
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	ck_assert_int_eq(pair.askers[0].outcome, MESSAGE_RECORDED);
	buffer_clear(&message);
	client_fixture_close(&pair);
}
END_TEST

START_TEST(a_call_has_an_end)
{
	struct record_ask ask = { .organization = 1 };
	struct buffer message;
	struct client_fixture pair;

	client_fixture_open(&pair);
	record_fixture_message(&message, &ask);
	ck_assert_int_eq(record_client_call(pair.directory, &message, 50,
	    client_fixture_answered, &pair.askers[0]), ERR_AWAY);
	ck_assert_uint_gt(message.len, 0);
	client_fixture_listen(&pair);
	ck_assert_int_eq(record_client_call(pair.directory, &message, 50,
	    client_fixture_answered, &pair.askers[0]), ERR_NONE);
	ck_assert_int_eq(pair.askers[0].answer_count, 1);
	ck_assert_int_eq(pair.askers[0].err, ERR_IO);
	buffer_clear(&message);
	client_fixture_close(&pair);
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
	tcase_add_test(tcase, what_is_forgotten_is_not_answered);
	tcase_add_test(tcase, what_waits_is_bounded);
	tcase_add_test(tcase, messages_are_bounded);
	tcase_add_test(tcase, a_call_waits_for_its_reply);
	tcase_add_test(tcase, a_call_has_an_end);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
