/* conversation.c - one connection of a web server, within one thread. */
#include "conversation.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "fuzz.h"
#include "responder/connections.h"
#include "world.h"

enum {
	ROUNDS_MAX = 10000,
	EVENTS_PER_ROUND = 16,
	RECEIVED_BYTES = 64 * 1024,
	NARROW_BYTES = 4 * 1024
};

static void run(struct connections *connections, int fd,
    struct buffer *received);
static bool run_round(struct connections *connections);
static bool receive(int fd, struct buffer *received);

void
converse(struct connections *connections, bool is_narrow,
    const struct buffer *sent, struct buffer *received)
{
	static const int narrow = NARROW_BYTES;
	int fds[2];

	FUZZ_EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0, fds) == 0);
	FUZZ_EXPECT(!is_narrow || setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF,
	    &narrow, sizeof(narrow)) == 0);
	connections->now_ms = clock_steady_ms();
	atomic_fetch_add(&connections->count, 1);
	atomic_fetch_add(connections->count_all, 1);
	connections_open(connections, fds[1], false);

	FUZZ_EXPECT(send(fds[0], sent->bytes, sent->len, MSG_NOSIGNAL) ==
	    (ssize_t)sent->len);
	run(connections, fds[0], received);
	shutdown(fds[0], SHUT_WR);
	run(connections, fds[0], received);
	close(fds[0]);
	run(connections, -1, received);
	FUZZ_EXPECT(atomic_load(&connections->count) == 0);
	FUZZ_EXPECT(atomic_load(connections->count_all) == 0);
	FUZZ_EXPECT(connections->waiter_count == 0);
}

/* Until nothing happens any more.  What has come is read only then. */
static void
run(struct connections *connections, int fd, struct buffer *received)
{
	int rounds = 0;

	do {
		while (run_round(connections))
			FUZZ_EXPECT(++rounds < ROUNDS_MAX);
	} while (fd >= 0 && receive(fd, received));
}

static bool
run_round(struct connections *connections)
{
	struct epoll_event events[EVENTS_PER_ROUND];
	int count = epoll_wait(connections->epoll_fd, events,
	    EVENTS_PER_ROUND, 0);

	connections->now_ms = clock_steady_ms();
	for (int i = 0; i < count; i++)
		if (!world_record(events[i].data.ptr))
			connections_wake(connections, events[i].data.ptr,
			    events[i].events);
	connections_again(connections);
	connections_work(connections);
	return count > 0 || connections->again.first != NULL ||
	    exports_wait_ms(&connections->exports, connections->now_ms, 1) < 1;
}

/* All that is there; whether that is anything. */
static bool
receive(int fd, struct buffer *received)
{
	size_t len_before = received->len;
	ssize_t len;

	do {
		char *end = buffer_reserve(received, RECEIVED_BYTES);

		len = recv(fd, end, RECEIVED_BYTES, 0);
		received->len += len > 0 ? (size_t)len : 0;
	} while (len == RECEIVED_BYTES);
	return received->len > len_before;
}
