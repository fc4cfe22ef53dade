/* client_fixture.c - a client, and a recorder that the test plays. */
#include "client_fixture.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "record_fixture.h"
#include "suite.h"

enum { READ_BYTES = 65536 };

static const struct cursor place = { 1657027948150, "000000000000000000000" };

void
client_fixture_answered(void *asker_arg, enum error err,
    const struct message_reply *reply, struct buffer *message)
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

void
client_fixture_listen(struct client_fixture *pair)
{
	struct detail detail;

	ck_assert_msg(recorder_socket_listen(pair->directory,
	    &pair->listening, &detail) == ERR_NONE, "%s", detail.text);
}

void
client_fixture_open(struct client_fixture *pair)
{
	*pair = (struct client_fixture){
		.directory = suite_directory(),
		.listening = { .fd = -1 },
		.fd = -1,
	};
	buffer_init(&pair->received, 0);
	ck_assert_int_eq(record_client_new(pair->directory, TIMEOUT_MS,
	    client_fixture_answered, &pair->client), ERR_NONE);
}

void
client_fixture_close(struct client_fixture *pair)
{
	record_client_free(pair->client);
	if (pair->fd >= 0)
		close(pair->fd);
	recorder_socket_close(pair->directory, &pair->listening);
	buffer_clear(&pair->received);
	free(pair->directory);
}

void
client_fixture_accept(struct client_fixture *pair)
{
	pair->fd = accept4(pair->listening.fd, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ge(pair->fd, 0);
}

void
client_fixture_drop(struct client_fixture *pair)
{
	close(pair->fd);
	pair->fd = -1;
	buffer_reset(&pair->received);
}

enum error
client_fixture_send(struct client_fixture *pair, size_t asker,
    size_t event_count)
{
	struct record_ask ask = {
		.organization = 1,
		.event_count = event_count,
	};
	struct buffer message;
	enum error err;

	record_fixture_message(&message, &ask);
	err = record_client_send(pair->client, &message, pair->now_ms,
	    &pair->askers[asker], &pair->askers[asker].ticket);
	ck_assert_int_eq(message.len == 0, err == ERR_NONE);
	buffer_clear(&message);
	return err;
}

void
client_fixture_work(struct client_fixture *pair, int64_t later_ms)
{
	pair->now_ms += later_ms;
	record_client_work(pair->client, pair->now_ms);
}

/* Reads the next request, and gives its sequence number. */
uint64_t
client_fixture_take(struct client_fixture *pair)
{
	struct message_request request;
	uint64_t sequence;
	size_t len = 0;

	for (;;) {
		char *end = buffer_reserve(&pair->received, READ_BYTES);
		ssize_t got;

		if (pair->received.len > 0 && message_length(
		    pair->received.bytes, pair->received.len,
		    MESSAGE_REQUEST, &len) == ERR_NONE && len > 0 &&
		    len <= pair->received.len)
			break;
		got = recv(pair->fd, end, READ_BYTES, 0);
		if (got > 0)
			pair->received.len += (size_t)got;
		else
			ck_assert_int_eq(errno, EAGAIN);
		client_fixture_work(pair, 0);
	}
	ck_assert_int_eq(message_read_request(pair->received.bytes, len,
	    &request), ERR_NONE);
	sequence = request.sequence;
	buffer_drop(&pair->received, len);
	return sequence;
}

void
client_fixture_reply(struct client_fixture *pair, uint64_t sequence,
    enum message_outcome outcome)
{
	struct buffer bytes;

	buffer_init(&bytes, 0);
	message_add_reply(&bytes, sequence, outcome, &place,
	    outcome == MESSAGE_RECORDED ? 1 : 0);
	ck_assert_int_eq(send(pair->fd, bytes.bytes, bytes.len, 0),
	    (ssize_t)bytes.len);
	buffer_clear(&bytes);
}

void
client_fixture_record(struct client_fixture *pair)
{
	client_fixture_reply(pair, client_fixture_take(pair),
	    MESSAGE_RECORDED);
}

bool
client_fixture_is_readable(struct client_fixture *pair)
{
	struct pollfd poll_fd = {
		.fd = record_client_fd(pair->client),
		.events = POLLIN,
	};

	return poll(&poll_fd, 1, 0) == 1;
}

void
client_fixture_lay_file(struct client_fixture *pair)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" RECORDER_SOCKET, pair->directory);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
}

void
client_fixture_lay_dead_socket(struct client_fixture *pair)
{
	client_fixture_listen(pair);
	close(pair->listening.fd);
	pair->listening.fd = -1;
}
