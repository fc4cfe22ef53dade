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
	RECEIVED_BYTES = 64 * 1024
};

static void run(struct connections *connections, int fd,
    struct buffer *received);
static bool run_round(struct connections *connections);
static bool receive(int fd, struct buffer *received);

void
converse(struct connections *connections, const struct buffer *sent,
    struct buffer *received)
{
	int fds[2];

	FUZZ_EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0, fds) == 0);
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

/* Until nothing happens any more. */
static void
run(struct connections *connections, int fd, struct buffer *received)
{
	bool is_busy = true;
	int rounds = 0;

	while (is_busy) {
		FUZZ_EXPECT(rounds++ < ROUNDS_MAX);
		is_busy = run_round(connections);
		is_busy = world_record() || is_busy;
		is_busy = (fd >= 0 && receive(fd, received)) || is_busy;
	}
}

static bool
run_round(struct connections *connections)
{
	struct epoll_event events[EVENTS_PER_ROUND];
	int count = epoll_wait(connections->epoll_fd, events,
	    EVENTS_PER_ROUND, 0);

	connections->now_ms = clock_steady_ms();
	for (int i = 0; i < count; i++)
		connections_wake(connections, events[i].data.ptr,
		    events[i].events);
	connections_again(connections);
	connections_work(connections);
	return count > 0 || connections->again.first != NULL ||
	    exports_wait_ms(&connections->exports, connections->now_ms, 1) < 1;
}

static bool
receive(int fd, struct buffer *received)
{
	bool has_come = false;

	for (;;) {
		char *end = buffer_reserve(received, RECEIVED_BYTES);
		ssize_t len = recv(fd, end, RECEIVED_BYTES, 0);

		if (len <= 0)
			return has_come;
		received->len += (size_t)len;
		has_come = true;
	}
}
