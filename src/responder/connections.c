/* connections.c - the connections of one loop. */
#include "responder/connections.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "responder/connection.h"

static_assert(offsetof(struct connection, deadline) == 0,
    "a deadline's address is its connection's");

static struct connection *of_deadline(struct deadline *deadline);
static void close_one(struct connections *connections,
    struct connection *connection);
static void settle(struct connections *connections,
    struct connection *connection, enum progress progress);
static void watch(struct connections *connections,
    struct connection *connection);
static void set_deadline(struct connections *connections,
    struct connection *connection);
static void queue_again(struct connections *connections,
    struct connection *connection);

void
connections_open(struct connections *connections, int fd, bool is_over)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct epoll_event event = { .events = EPOLLIN };

	event.data.ptr = connection;
	if (connection == NULL ||
	    epoll_ctl(connections->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
		atomic_fetch_sub(&connections->count, 1);
		atomic_fetch_sub(connections->count_all, 1);
		free(connection);
		close(fd);
		return;
	}
	connection->fd = fd;
	connection->is_over = is_over;
	scan_init(&connection->scan);
	buffer_init(&connection->unread, RECEIVE_BYTES);
	/* Its first byte begins this anew. */
	connection->deadline_kind = DEADLINE_ARRIVE;
	connection->is_deadline_new = true;
	deadline_set(&connections->deadlines, &connection->deadline,
	    DEADLINE_ARRIVE, connections->now_ms);
}

void
connections_wake(struct connections *connections,
    struct connection *connection)
{
	/* It has its turn soon, after the others. */
	if (connection->is_again)
		return;
	settle(connections, connection,
	    connection_turn(connections, connection));
}

void
connections_again(struct connections *connections)
{
	struct connection *connection = connections->again_first;

	/* Those that want yet another turn get it after the others. */
	connections->again_first = NULL;
	connections->again_last = NULL;
	while (connection != NULL) {
		struct connection *next = connection->again_next;

		connection->is_again = false;
		if (connection->is_closed)
			free(connection);
		else
			connections_wake(connections, connection);
		connection = next;
	}
}

void
connections_expire(struct connections *connections)
{
	struct deadline *passed;

	while ((passed = deadlines_passed(&connections->deadlines,
	    connections->now_ms)) != NULL)
		close_one(connections, of_deadline(passed));
}

bool
connections_close_idle(struct connections *connections)
{
	struct deadline *first =
	    deadlines_first(&connections->deadlines, DEADLINE_IDLE);

	if (first == NULL)
		return false;
	close_one(connections, of_deadline(first));
	return true;
}

void
connections_stop(struct connections *connections)
{
	connections->is_stopping = true;
	/* A turn moves a connection to the end of a list or closes it, so
	 * the lists are emptied first. */
	for (int i = 0; i < DEADLINE_KINDS; i++) {
		struct deadline *deadline;

		while ((deadline = deadlines_first(&connections->deadlines,
		    (enum deadline_kind)i)) != NULL) {
			struct connection *connection =
			    of_deadline(deadline);

			deadline_drop(deadline);
			connection->is_deadline_new = true;
			if (!connection->is_again)
				queue_again(connections, connection);
		}
	}
	connections_again(connections);
}

void
connections_close_all(struct connections *connections)
{
	for (int i = 0; i < DEADLINE_KINDS; i++) {
		struct deadline *deadline;

		while ((deadline = deadlines_first(&connections->deadlines,
		    (enum deadline_kind)i)) != NULL)
			close_one(connections, of_deadline(deadline));
	}
	connections_again(connections);
}

static struct connection *
of_deadline(struct deadline *deadline)
{
	return (struct connection *)(void *)deadline;
}

static void
close_one(struct connections *connections, struct connection *connection)
{
	deadline_drop(&connection->deadline);
	close(connection->fd);
	buffer_clear(&connection->unread);
	trays_give(&connections->trays, connection->tray);
	connection->tray = NULL;
	atomic_fetch_sub(&connections->count, 1);
	atomic_fetch_sub(connections->count_all, 1);
	if (connection->is_again)
		connection->is_closed = true;
	else
		free(connection);
}

/* After a turn: what does the connection wait for, and how long? */
static void
settle(struct connections *connections, struct connection *connection,
    enum progress progress)
{
	if (progress == PROGRESS_END ||
	    (connections->is_stopping && connection_is_idle(connection))) {
		close_one(connections, connection);
		return;
	}
	if (!connection->is_sending &&
	    connection->scan.phase == SCAN_BETWEEN) {
		trays_give(&connections->trays, connection->tray);
		connection->tray = NULL;
	}
	if (connection->unread.len == 0)
		buffer_clear(&connection->unread);
	else if (progress == PROGRESS_DONE)
		progress = PROGRESS_AGAIN;
	if (progress == PROGRESS_AGAIN)
		queue_again(connections, connection);
	if (connection->is_blocked != connection->is_watched_out)
		watch(connections, connection);
	set_deadline(connections, connection);
}

/* While it is blocked, what comes is left to wait in the socket. */
static void
watch(struct connections *connections, struct connection *connection)
{
	struct epoll_event event = {
		.events = connection->is_blocked ? EPOLLOUT : EPOLLIN,
	};

	event.data.ptr = connection;
	/* It fails for no file that is open and was added. */
	(void)epoll_ctl(connections->epoll_fd, EPOLL_CTL_MOD,
	    connection->fd, &event);
	connection->is_watched_out = connection->is_blocked;
}

static void
set_deadline(struct connections *connections, struct connection *connection)
{
	enum deadline_kind kind = DEADLINE_ARRIVE;

	if (connection->is_sending)
		kind = DEADLINE_TAKE;
	else if (connection_is_idle(connection) && !connection->is_over)
		kind = DEADLINE_IDLE;

	if (kind != DEADLINE_IDLE && kind == connection->deadline_kind &&
	    !connection->is_deadline_new)
		return;
	connection->deadline_kind = kind;
	connection->is_deadline_new = false;
	deadline_set(&connections->deadlines, &connection->deadline, kind,
	    connections->now_ms);
}

static void
queue_again(struct connections *connections, struct connection *connection)
{
	connection->is_again = true;
	connection->again_next = NULL;
	if (connections->again_last == NULL)
		connections->again_first = connection;
	else
		connections->again_last->again_next = connection;
	connections->again_last = connection;
}
