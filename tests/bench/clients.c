/* clients.c - many HTTP clients on one thread, each with a kept connection. */
#include "clients.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stopwatch.h"

enum {
	REQUEST_BYTES_MAX = 2 * 1024 * 1024,
	ANSWER_BYTES_MAX = 256 * 1024,
	READ_BYTES = 16 * 1024,
	EVENTS_PER_ROUND = 256,
	/* Nothing that is asked takes longer. */
	SILENCE_MS = 70 * 1000
};

static void connect_client(struct clients *clients, struct client *client);
static void send_on(struct clients *clients, struct client *client);
static void receive(struct clients *clients, struct client *client);
static void reconnect(struct clients *clients, struct client *client);
static bool is_whole(const struct clients *clients,
    const struct client *client);
static const char *find_text(const struct buffer *answer, const char *begin,
    const char *text);

void
clients_init(struct clients *clients, in_port_t port, size_t count)
{
	*clients = (struct clients){
		.port = port,
		.count = count,
		.epoll_fd = epoll_create1(EPOLL_CLOEXEC),
		.all = calloc(count, sizeof(clients->all[0])),
	};
	if (clients->all == NULL || clients->epoll_fd < 0)
		fail("clients");
	/* It holds a key. */
	buffer_init_secret(&clients->request, REQUEST_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		clients->all[i].fd = -1;
		buffer_init(&clients->all[i].answer, ANSWER_BYTES_MAX);
	}
}

void
clients_clear(struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++) {
		if (clients->all[i].fd >= 0)
			close(clients->all[i].fd);
		buffer_clear(&clients->all[i].answer);
	}
	buffer_clear(&clients->request);
	free(clients->all);
	close(clients->epoll_fd);
}

void
clients_read_request(struct clients *clients, const char *path)
{
	struct buffer *request = &clients->request;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	buffer_reset(request);
	do {
		char *end = buffer_reserve(request, READ_BYTES);

		len = fd < 0 || end == NULL ? -1 : read(fd, end, READ_BYTES);
		if (len < 0)
			fail(path);
		request->len += (size_t)len;
	} while (len > 0);
	close(fd);
}

void
clients_ask(struct clients *clients, struct client *client)
{
	if (client->fd < 0)
		connect_client(clients, client);
	if (!client->is_asking)
		clients->asking_count++;
	client->is_asking = true;
	client->sent = 0;
	client->asked_us = clock_us(CLOCK_MONOTONIC);
	buffer_reset(&client->answer);
	send_on(clients, client);
}

void
clients_ask_all(struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++)
		clients_ask(clients, &clients->all[i]);
}

void
clients_await_all(struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++) {
		buffer_reset(&clients->all[i].answer);
		clients->all[i].is_asking = true;
	}
	clients->asking_count = clients->count;
}

void
clients_turn(struct clients *clients, clients_answered *answered, void *arg)
{
	struct epoll_event events[EVENTS_PER_ROUND];
	int count = epoll_wait(clients->epoll_fd, events, EVENTS_PER_ROUND,
	    SILENCE_MS);

	if (count <= 0)
		fail("nothing came for too long");
	for (int i = 0; i < count; i++) {
		struct client *client = events[i].data.ptr;

		if (client->is_asking && client->sent < clients->request.len)
			send_on(clients, client);
		receive(clients, client);
		if (!client->is_asking || !is_whole(clients, client))
			continue;
		client->is_asking = false;
		clients->asking_count--;
		answered(clients, client, arg);
	}
}

static void
connect_client(struct clients *clients, struct client *client)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(clients->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct epoll_event event = { .events = EPOLLIN };
	int one = 1;

	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 || connect(client->fd,
	    (const struct sockaddr *)&address, sizeof(address)) != 0)
		fail("connect");
	(void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one,
	    sizeof(one));
	event.data.ptr = client;
	if (fcntl(client->fd, F_SETFL, O_NONBLOCK) != 0 ||
	    epoll_ctl(clients->epoll_fd, EPOLL_CTL_ADD, client->fd,
	    &event) != 0)
		fail("epoll");
}

static void
send_on(struct clients *clients, struct client *client)
{
	struct epoll_event event = { .events = EPOLLIN };
	const struct buffer *request = &clients->request;
	ssize_t len = send(client->fd, request->bytes + client->sent,
	    request->len - client->sent, MSG_NOSIGNAL);
	bool was_blocked = client->sent > 0;

	if (len > 0)
		client->sent += (size_t)len;
	if (client->sent < request->len)
		event.events |= EPOLLOUT;
	else if (!was_blocked)
		return;
	event.data.ptr = client;
	if (epoll_ctl(clients->epoll_fd, EPOLL_CTL_MOD, client->fd,
	    &event) != 0)
		fail("epoll");
}

static void
receive(struct clients *clients, struct client *client)
{
	ssize_t len;

	do {
		char *end = buffer_reserve(&client->answer, READ_BYTES);

		if (end == NULL)
			fail("an answer is too large");
		len = recv(client->fd, end, READ_BYTES, 0);
		if (len > 0)
			client->answer.len += (size_t)len;
	} while (len == READ_BYTES);
	if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
		reconnect(clients, client);
}

/* A server ends connections after some requests.  An end that crosses with a
 * request is no answer to it. */
static void
reconnect(struct clients *clients, struct client *client)
{
	bool is_cut = client->is_asking && !is_whole(clients, client);

	close(client->fd);
	client->fd = -1;
	if (is_cut && client->answer.len > 0)
		fail("an answer was cut off");
	if (is_cut)
		clients_ask(clients, client);
}

static bool
is_whole(const struct clients *clients, const struct client *client)
{
	const struct buffer *answer = &client->answer;
	const char *body;
	const char *length;

	if (clients->is_stream) {
		body = find_text(answer, answer->bytes, "\"stored_at\":");
		return body != NULL &&
		    find_text(answer, body, "\nid: ") != NULL;
	}
	body = find_text(answer, answer->bytes, "\r\n\r\n");
	if (body == NULL)
		return false;
	length = find_text(answer, answer->bytes, "\r\nContent-Length: ");
	if (length == NULL || length > body)
		fail("an answer has no length");
	return answer->len - (size_t)(body - answer->bytes) >=
	    strtoul(length, NULL, 10);
}

/* What stands behind the text, or NULL. */
static const char *
find_text(const struct buffer *answer, const char *begin, const char *text)
{
	const char *found = begin == NULL ? NULL : memmem(begin,
	    answer->len - (size_t)(begin - answer->bytes), text,
	    strlen(text));

	return found == NULL ? NULL : found + strlen(text);
}

unsigned int
client_status(const struct client *client)
{
	return (unsigned int)strtoul(client->answer.bytes +
	    strlen("HTTP/1.1 "), NULL, 10);
}

int64_t
client_stored_at(const struct client *client)
{
	const char *stored_at = find_text(&client->answer,
	    client->answer.bytes, "\"stored_at\":");

	if (stored_at == NULL)
		fail("an answer has no event");
	return strtoll(stored_at, NULL, 10);
}
