/* constant.c - the least that a FastCGI responder can do.
 *
 *   constant SOCKET FILE THREADS
 *
 * Listens at SOCKET and answers every request with what FILE holds.  Kept
 * connections, spread evenly over threads with an epoll each; of what comes
 * only the heads of records are looked at, and an answer is one writev.  How
 * much slower a real responder is, is what it costs to be one.
 */
#include <errno.h>
#include <fastcgi.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "answer_file.h"

enum {
	THREADS_MAX = 64,
	BACKLOG = 1024,
	INPUT_BYTES_MAX = 128 * 1024,
	ROUND_EVENTS = 64,
	/* Content of a full record, the most that is aligned to 8 bytes. */
	CONTENT_FULL = 0xfff8,
	RECORDS_MAX = 32,
	/* A head and content for each record, and the end. */
	PARTS_MAX = 2 * RECORDS_MAX + 1,
	PADDING_MAX = 7,
	/* Web servers that send one request at a time call it this. */
	REQUEST_ID = 1
};

struct connection {
	int fd;
	size_t len;
	uint8_t input[INPUT_BYTES_MAX];
};

/* The answer, cut into records once. */
static struct iovec parts[PARTS_MAX];
static int part_count;
static uint8_t headers[RECORDS_MAX][FCGI_HEADER_LEN];
static uint8_t tail[PADDING_MAX + FCGI_HEADER_LEN +
    sizeof(FCGI_EndRequestRecord)];

static void cut(struct answer answer);
static void put_header(uint8_t *header, uint8_t type, size_t len,
    size_t padding_len);
static int listen_at(const char *path);
static void start(pthread_t *thread, int *epoll_fd);
static void accept_all(int listen_fd, const int *epoll_fds, size_t count);
static void *serve(void *arg);
static bool receive(struct connection *connection);
static bool answer_whole(struct connection *connection);
static size_t request_len(const uint8_t *input, size_t len);
static bool send_answer(int fd);
static void skip(struct iovec *rest, int count, size_t written);

int
main(int argc, char **argv)
{
	size_t thread_count = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	pthread_t threads[THREADS_MAX];
	int epoll_fds[THREADS_MAX];

	if (thread_count < 1 || thread_count > THREADS_MAX) {
		fputs("usage: constant SOCKET FILE THREADS\n", stderr);
		return 2;
	}
	/* A web server may give up at any time. */
	signal(SIGPIPE, SIG_IGN);
	cut(answer_read(argv[2]));
	for (size_t i = 0; i < thread_count; i++)
		start(&threads[i], &epoll_fds[i]);
	accept_all(listen_at(argv[1]), epoll_fds, thread_count);
	return 0;
}

static void
cut(struct answer answer)
{
	size_t padding_len = 0;
	size_t tail_len;
	size_t record = 0;

	for (size_t at = 0; at < answer.len; at += CONTENT_FULL, record++) {
		size_t len = answer.len - at < CONTENT_FULL ?
		    answer.len - at : CONTENT_FULL;

		if (record == RECORDS_MAX)
			answer_fail("the answer is too long");
		padding_len = -len % 8;
		put_header(headers[record], FCGI_STDOUT, len, padding_len);
		parts[part_count++] = (struct iovec){
			headers[record], FCGI_HEADER_LEN };
		parts[part_count++] = (struct iovec){ answer.bytes + at, len };
	}

	/* Behind the last record's padding: an empty one, and the end. */
	tail_len = padding_len;
	put_header(tail + tail_len, FCGI_STDOUT, 0, 0);
	tail_len += FCGI_HEADER_LEN;
	put_header(tail + tail_len, FCGI_END_REQUEST,
	    sizeof(FCGI_EndRequestBody), 0);
	tail_len += sizeof(FCGI_EndRequestRecord);
	parts[part_count++] = (struct iovec){ tail, tail_len };
}

static void
put_header(uint8_t *header, uint8_t type, size_t len, size_t padding_len)
{
	header[0] = FCGI_VERSION_1;
	header[1] = type;
	header[2] = 0;
	header[3] = REQUEST_ID;
	header[4] = (uint8_t)(len >> 8);
	header[5] = (uint8_t)len;
	header[6] = (uint8_t)padding_len;
	header[7] = 0;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		answer_fail(path);
	memcpy(address.sun_path, path, strlen(path));
	if (bind(fd, (const struct sockaddr *)&address,
	    sizeof(address)) != 0 || listen(fd, BACKLOG) != 0)
		answer_fail(path);
	return fd;
}

static void
start(pthread_t *thread, int *epoll_fd)
{
	*epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (*epoll_fd < 0 ||
	    pthread_create(thread, NULL, serve, epoll_fd) != 0)
		answer_fail("thread");
}

/* Each thread gets as many connections as the others. */
static void
accept_all(int listen_fd, const int *epoll_fds, size_t count)
{
	for (size_t next = 0; true; next = (next + 1) % count) {
		struct connection *connection = malloc(sizeof(*connection));
		struct epoll_event event = {
			.events = EPOLLIN,
			.data.ptr = connection,
		};

		if (connection == NULL)
			answer_fail("connection");
		connection->len = 0;
		connection->fd = accept4(listen_fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (connection->fd < 0 || epoll_ctl(epoll_fds[next],
		    EPOLL_CTL_ADD, connection->fd, &event) != 0)
			answer_fail("accept");
	}
}

static void *
serve(void *arg)
{
	int epoll_fd = *(const int *)arg;
	struct epoll_event events[ROUND_EVENTS];

	while (true) {
		int count = epoll_wait(epoll_fd, events, ROUND_EVENTS, -1);

		if (count < 0 && errno != EINTR)
			answer_fail("epoll");
		for (int i = 0; i < count; i++) {
			struct connection *connection = events[i].data.ptr;

			if (receive(connection))
				continue;
			close(connection->fd);
			free(connection);
		}
	}
	return NULL;
}

/* Returns whether the connection goes on. */
static bool
receive(struct connection *connection)
{
	ssize_t len = read(connection->fd,
	    connection->input + connection->len,
	    sizeof(connection->input) - connection->len);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	connection->len += (size_t)len;
	return len > 0 && answer_whole(connection);
}

/* Answers what is there as a whole, and keeps the rest. */
static bool
answer_whole(struct connection *connection)
{
	size_t len;

	do {
		len = request_len(connection->input, connection->len);
		if (len == 0)
			break;
		connection->len -= len;
		memmove(connection->input, connection->input + len,
		    connection->len);
		if (!send_answer(connection->fd))
			return false;
	} while (connection->len > 0);
	return connection->len < sizeof(connection->input);
}

/* Of the first request, to the end of its standard input; 0: not whole. */
static size_t
request_len(const uint8_t *input, size_t len)
{
	size_t at = 0;

	while (len - at >= FCGI_HEADER_LEN) {
		const uint8_t *header = input + at;
		size_t content_len = (size_t)header[4] << 8 | header[5];

		if (len - at - FCGI_HEADER_LEN < content_len + header[6])
			break;
		at += FCGI_HEADER_LEN + content_len + header[6];
		if (header[1] == FCGI_STDIN && content_len == 0)
			return at;
	}
	return 0;
}

static bool
send_answer(int fd)
{
	struct iovec rest[PARTS_MAX];
	ssize_t len = 0;
	ssize_t written = writev(fd, parts, part_count);

	for (int i = 0; i < part_count; i++)
		len += (ssize_t)parts[i].iov_len;
	if (written == len)
		return true;

	/* The socket was full: rare, so that it may be slow. */
	memcpy(rest, parts, sizeof(rest));
	while (true) {
		struct pollfd full = { .fd = fd, .events = POLLOUT };

		if (written < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (written > 0) {
			len -= written;
			skip(rest, part_count, (size_t)written);
		}
		if (len == 0)
			return true;
		(void)poll(&full, 1, -1);
		written = writev(fd, rest, part_count);
	}
}

static void
skip(struct iovec *rest, int count, size_t written)
{
	for (int i = 0; i < count && written > 0; i++) {
		size_t len = written < rest[i].iov_len ?
		    written : rest[i].iov_len;

		rest[i].iov_base = (char *)rest[i].iov_base + len;
		rest[i].iov_len -= len;
		written -= len;
	}
}
