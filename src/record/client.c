/* client.c - the way of a request to the recorder, and of its reply back. */
#include "record/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "record/message.h"
#include "record/unanswered.h"
#include "record/recorder_socket.h"

enum {
	READ_BYTES = 64 * 1024,
	READS_PER_WORK = 16,
	/* Between attempts to connect. */
	BACK_OFF_MS_MIN = 10,
	BACK_OFF_MS_MAX = 1000
};

struct record_client {
	char *store_path;
	int64_t timeout_ms;
	record_client_answered *answered;
	int epoll_fd;		/* has the connection, if there is one */
	int fd;			/* -1: there is none */
	bool is_watched_out;
	int64_t connect_at_ms;	/* no earlier */
	/* Until then: ERR_AWAY, or ERR_OVERLOAD when it is worth a wait. */
	enum error connect_err;
	int64_t back_off_ms;
	uint64_t last_sequence;
	struct unanswered_list unanswered;
	struct buffer received;
};

static enum error connect_now(struct record_client *client, int64_t now_ms);
static void send_some(struct record_client *client);
static void watch(struct record_client *client, bool is_out);
static bool receive_some(struct record_client *client);
static bool take_replies(struct record_client *client);
static void answer(struct record_client *client, struct unanswered *unanswered,
    const struct message_reply *reply);
static void lose_connection(struct record_client *client, int64_t now_ms);
static void back_off(struct record_client *client, int64_t now_ms,
    enum error err);
static void reconnect(struct record_client *client, int64_t now_ms);
static void expire(struct record_client *client, int64_t now_ms);
static void fail_first(struct record_client *client);

enum error
record_client_new(const char *store_path, int64_t timeout_ms,
    record_client_answered *answered, struct record_client **client_out)
{
	struct record_client *client = calloc(1, sizeof(*client));

	*client_out = NULL;
	if (client == NULL)
		return ERR_NO_MEMORY;
	client->timeout_ms = timeout_ms;
	client->answered = answered;
	client->fd = -1;
	client->back_off_ms = BACK_OFF_MS_MIN;
	buffer_init(&client->received, MESSAGE_REPLY_BYTES_MAX + READ_BYTES);
	client->store_path = strdup(store_path);
	client->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (client->store_path == NULL || client->epoll_fd < 0) {
		enum error err = client->store_path == NULL ?
		    ERR_NO_MEMORY : ERR_IO;

		record_client_free(client);
		return err;
	}
	*client_out = client;
	return ERR_NONE;
}

void
record_client_free(struct record_client *client)
{
	if (client == NULL)
		return;
	unanswered_clear(&client->unanswered);
	if (client->fd >= 0)
		close(client->fd);
	if (client->epoll_fd >= 0)
		close(client->epoll_fd);
	buffer_clear(&client->received);
	free(client->store_path);
	free(client);
}

int
record_client_fd(const struct record_client *client)
{
	return client->epoll_fd;
}

int64_t
record_client_wake_ms(const struct record_client *client)
{
	const struct unanswered_list *list = &client->unanswered;
	int64_t wake_ms = INT64_MAX;

	if (list->first != NULL)
		wake_ms = list->first->deadline_ms;
	if (client->fd < 0 && list->unsent != NULL &&
	    client->connect_at_ms < wake_ms)
		wake_ms = client->connect_at_ms;
	return wake_ms;
}

enum error
record_client_send(struct record_client *client, struct buffer *message,
    int64_t now_ms, void *asker, uint64_t *ticket_out)
{
	struct unanswered_list *list = &client->unanswered;
	struct unanswered *unanswered;
	enum error err = ERR_NONE;

	*ticket_out = 0;
	if (list->count == RECORD_CLIENT_MESSAGES_MAX ||
	    message->len > RECORD_CLIENT_BYTES_MAX - list->unsent_bytes)
		return ERR_OVERLOAD;
	if (client->fd < 0)
		err = connect_now(client, now_ms);
	/* One that is there but takes nobody in may do so in time. */
	if (err != ERR_NONE && err != ERR_OVERLOAD)
		return err;

	unanswered = unanswered_new(message);
	if (unanswered == NULL)
		return ERR_NO_MEMORY;
	unanswered->sequence = ++client->last_sequence;
	unanswered->deadline_ms = now_ms + client->timeout_ms;
	unanswered->asker = asker;
	message_set_sequence(&unanswered->message, unanswered->sequence);
	unanswered_append(list, unanswered);
	if (client->fd >= 0)
		send_some(client);
	*ticket_out = unanswered->sequence;
	return ERR_NONE;
}

void
record_client_forget(struct record_client *client, uint64_t ticket)
{
	struct unanswered_list *list = &client->unanswered;
	struct unanswered *unanswered = unanswered_find(list, ticket);

	if (unanswered == NULL)
		return;
	if (unanswered->is_sent ||
	    (unanswered == list->unsent && list->sent_bytes > 0)) {
		unanswered->is_forgotten = true;
		return;
	}
	unanswered_take_out(list, unanswered);
	unanswered_free(unanswered);
}

void
record_client_work(struct record_client *client, int64_t now_ms)
{
	if (client->fd >= 0 && !receive_some(client))
		lose_connection(client, now_ms);
	if (client->fd < 0 && client->unanswered.unsent != NULL &&
	    now_ms >= client->connect_at_ms)
		reconnect(client, now_ms);
	if (client->fd >= 0)
		send_some(client);
	expire(client, now_ms);
}

static enum error
connect_now(struct record_client *client, int64_t now_ms)
{
	struct epoll_event event = { .events = EPOLLIN };
	enum error err;

	if (now_ms < client->connect_at_ms)
		return client->connect_err;
	err = recorder_socket_connect(client->store_path, &client->fd);
	if (err == ERR_NONE && epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD,
	    client->fd, &event) != 0) {
		close(client->fd);
		client->fd = -1;
		err = ERR_IO;
	}
	client->is_watched_out = false;
	if (err != ERR_NONE)
		back_off(client, now_ms,
		    err == ERR_OVERLOAD ? ERR_OVERLOAD : ERR_AWAY);
	return err == ERR_NONE ? ERR_NONE : client->connect_err;
}

/* What goes wrong here is seen by the next read, behind the replies that
 * have come. */
static void
send_some(struct record_client *client)
{
	struct unanswered_list *list = &client->unanswered;

	while (list->unsent != NULL) {
		const struct buffer *message = &list->unsent->message;
		ssize_t len = send(client->fd, message->bytes +
		    list->sent_bytes, message->len - list->sent_bytes,
		    MSG_NOSIGNAL);

		if (len < 0) {
			watch(client, errno == EAGAIN || errno == EINTR);
			return;
		}
		unanswered_count_sent(list, (size_t)len);
	}
	watch(client, false);
}

static void
watch(struct record_client *client, bool is_out)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (is_out == client->is_watched_out)
		return;
	if (is_out)
		event.events |= EPOLLOUT;
	if (epoll_ctl(client->epoll_fd, EPOLL_CTL_MOD, client->fd,
	    &event) == 0)
		client->is_watched_out = is_out;
}

/* False when the connection is lost. */
static bool
receive_some(struct record_client *client)
{
	for (int i = 0; i < READS_PER_WORK; i++) {
		char *end = buffer_reserve(&client->received, READ_BYTES);
		ssize_t len;

		if (end == NULL)
			return false;
		len = recv(client->fd, end, READ_BYTES, 0);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return len < 0 && errno == EAGAIN;
		client->received.len += (size_t)len;
		if (!take_replies(client))
			return false;
	}
	return true;
}

/* False when these are no replies. */
static bool
take_replies(struct record_client *client)
{
	struct buffer *received = &client->received;
	size_t offset = 0;

	while (offset < received->len) {
		struct message_reply reply;
		struct unanswered *unanswered;
		size_t len;

		if (message_length(received->bytes + offset,
		    received->len - offset, MESSAGE_REPLY, &len) != ERR_NONE)
			return false;
		if (len == 0 || len > received->len - offset)
			break;
		if (message_read_reply(received->bytes + offset, len,
		    &reply) != ERR_NONE ||
		    reply.sequence > client->last_sequence)
			return false;
		client->back_off_ms = BACK_OFF_MS_MIN;
		/* Its time may have been over. */
		unanswered = unanswered_find(&client->unanswered,
		    reply.sequence);
		if (unanswered != NULL && unanswered->is_sent)
			answer(client, unanswered, &reply);
		offset += len;
	}
	buffer_drop(received, offset);
	return true;
}

static void
answer(struct record_client *client, struct unanswered *unanswered,
    const struct message_reply *reply)
{
	unanswered_take_out(&client->unanswered, unanswered);
	if (!unanswered->is_forgotten)
		client->answered(unanswered->asker, unanswered->err, reply,
		    &unanswered->message);
	unanswered_free(unanswered);
}

/* Nobody knows what became of those that were sent; of one that was sent in
 * part, nothing did. */
static void
lose_connection(struct record_client *client, int64_t now_ms)
{
	struct unanswered_list *list = &client->unanswered;

	close(client->fd);
	client->fd = -1;
	buffer_reset(&client->received);
	unanswered_restart(list);
	back_off(client, now_ms, ERR_OVERLOAD);
	/* Marked first: those who are answered may send anew. */
	for (struct unanswered *p = list->first; p != list->unsent; p = p->next)
		p->err = ERR_IO;
	fail_first(client);
}

static void
back_off(struct record_client *client, int64_t now_ms, enum error err)
{
	client->connect_err = err;
	client->connect_at_ms = now_ms + client->back_off_ms;
	client->back_off_ms *= 2;
	if (client->back_off_ms > BACK_OFF_MS_MAX)
		client->back_off_ms = BACK_OFF_MS_MAX;
}

static void
reconnect(struct record_client *client, int64_t now_ms)
{
	if (connect_now(client, now_ms) != ERR_AWAY)
		return;
	for (struct unanswered *p = client->unanswered.first; p != NULL;
	    p = p->next)
		p->err = ERR_AWAY;
	fail_first(client);
}

static void
expire(struct record_client *client, int64_t now_ms)
{
	struct unanswered_list *list = &client->unanswered;

	/* Half a message cannot be taken back; those before it are over. */
	if (list->unsent != NULL && list->sent_bytes > 0 &&
	    list->unsent->deadline_ms <= now_ms)
		lose_connection(client, now_ms);
	for (struct unanswered *p = list->first;
	    p != NULL && p->deadline_ms <= now_ms; p = p->next)
		p->err = p->is_sent ? ERR_IO : ERR_AWAY;
	fail_first(client);
}

/* Answers those that are marked, who all come first. */
static void
fail_first(struct record_client *client)
{
	struct unanswered_list *list = &client->unanswered;

	while (list->first != NULL && list->first->err != ERR_NONE)
		answer(client, list->first, NULL);
}
