/* connections.c - the connections of one loop. */
#include "responder/connections.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "api/repeats.h"
#include "model/limits.h"
#include "record/client.h"
#include "responder/fcgi.h"
#include "responder/loss.h"
#include "responder/loop.h"
#include "responder/parking.h"
#include "responder/watch.h"

static_assert(offsetof(struct connection, deadline) == 0,
    "a deadline's address is its connection's");

static struct connection *of_deadline(struct deadline *deadline);
static void close_one(struct connections *connections,
    struct connection *connection);
static void forget(struct connections *connections,
    struct connection *connection);
static enum error watch_recorder(struct connections *connections);
static void set_events(struct connections *connections,
    struct connection *connection);
static uint32_t wanted_events(const struct connection *connection);
static bool is_parked(const struct connection *connection);
static void set_deadline(struct connections *connections,
    struct connection *connection);
static void queue_again(struct connections *connections,
    struct connection *connection);
static bool is_exporting(const struct connection *connection);
static enum progress wait_in_line(struct connection *connection);
static void take_turn(struct connections *connections,
    struct connection *connection);

/* EPOLLRDHUP is told with the end that a read meets, so it costs nothing, and
 * watches those that are parked. */
#define ARRIVAL_EVENTS (EPOLLIN | EPOLLRDHUP)

/* Beside those who wait there is to be room for others. */
enum { WAITERS_SHARE_LEFT = 8 };

enum error
connections_init(struct connections *connections, struct loops *loops)
{
	unsigned int max = loops->connections_max;
	unsigned int waiters_max = max - max / WAITERS_SHARE_LEFT;
	enum error err;

	connections->service = loops->service;
	connections->max = max;
	connections->count_all = &loops->connections;
	connections->may_wait = loops->may_wait;
	connections->waiters_max =
	    waiters_max < WAITERS_MAX ? waiters_max : WAITERS_MAX;
	connections->waiter_count_all = &loops->waiters;
	deadlines_init(&connections->deadlines, loops->timeout_ms);
	trays_init(&connections->trays, &loops->body_bytes);
	waiting_init(&connections->waiting);
	connections->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (connections->epoll_fd < 0)
		return ERR_IO;
	buffer_init_secret(&connections->picked, REQUEST_PARAMS_BYTES_MAX);
	err = fcgi_new(&connections->fcgi);
	if (err == ERR_NONE)
		err = repeats_new(&connections->repeats);
	if (err == ERR_NONE)
		err = watch_new(loops->service, loops->store_path,
		    connections->epoll_fd, &connections->watch);
	if (err == ERR_NONE)
		err = record_client_new(loops->store_path, RECORD_TIMEOUT_MS,
		    parking_take_reply, &connections->recorder);
	return err == ERR_NONE ? watch_recorder(connections) : err;
}

static enum error
watch_recorder(struct connections *connections)
{
	struct epoll_event event = { .events = EPOLLIN };

	event.data.ptr = connections->recorder;
	return epoll_ctl(connections->epoll_fd, EPOLL_CTL_ADD,
	    record_client_fd(connections->recorder), &event) == 0 ?
	    ERR_NONE : ERR_IO;
}

void
connections_clear(struct connections *connections)
{
	connections_close_all(connections);
	record_client_free(connections->recorder);
	watch_free(connections->watch);
	waiting_clear(&connections->waiting);
	trays_clear(&connections->trays);
	repeats_free(connections->repeats);
	buffer_clear(&connections->picked);
	fcgi_free(connections->fcgi);
	if (connections->epoll_fd >= 0)
		close(connections->epoll_fd);
}

void
connections_open(struct connections *connections, int fd, bool is_over)
{
	static atomic_bool is_loss_told;
	struct connection *connection = calloc(1, sizeof(*connection));
	struct epoll_event event = { .events = ARRIVAL_EVENTS };

	event.data.ptr = connection;
	if (connection == NULL ||
	    epoll_ctl(connections->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
		loss_tell(&is_loss_told, strerror(errno));
		atomic_fetch_sub(&connections->count, 1);
		atomic_fetch_sub(connections->count_all, 1);
		free(connection);
		close(fd);
		return;
	}
	connection->fd = fd;
	connection->connections = connections;
	connection->watched = ARRIVAL_EVENTS;
	connection->is_over = is_over;
	scan_init(&connection->scan);
	buffer_init_secret(&connection->unread, RECEIVE_BYTES);
	/* Its first byte begins this anew. */
	connection->deadline_kind = DEADLINE_ARRIVE;
	connection->is_deadline_new = true;
	deadline_set(&connections->deadlines, &connection->deadline,
	    DEADLINE_ARRIVE, connections->now_ms);
}

void
connections_wake(struct connections *connections, void *what,
    uint32_t events)
{
	struct connection *connection = what;

	if (what == connections->recorder)
		connections->has_recorder_event = true;
	else if (what == connections->watch)
		connections->has_watch_event = true;
	else if (!connection->is_again)
		/* Otherwise it has its turn soon, after the others. */
		connections_settle(connections, connection,
		    is_exporting(connection) ? wait_in_line(connection) :
		    connection_turn(connections, connection, events));
}

/* A piece takes as long as some pages, and exports are many or few. */
static enum progress
wait_in_line(struct connection *connection)
{
	connection->is_blocked = false;
	return PROGRESS_AGAIN;
}

void
connections_again(struct connections *connections)
{
	struct queue again = connections->again;
	struct connection *connection;

	/* Those that want yet another turn get it after the others. */
	connections->again = (struct queue){ NULL, NULL };
	while ((connection = queue_take(&again)) != NULL)
		take_turn(connections, connection);
	connection = exports_take_going(&connections->exports);
	if (connection != NULL)
		take_turn(connections, connection);
	connection = exports_take_beginner(&connections->exports,
	    connections->now_ms);
	if (connection != NULL)
		take_turn(connections, connection);
}

static void
take_turn(struct connections *connections, struct connection *connection)
{
	if (connection->is_closed)
		forget(connections, connection);
	else
		connections_settle(connections, connection,
		    connection_turn(connections, connection, 0));
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
			queue_again(connections, connection);
		}
	}
	connections_again(connections);
}

void
connections_close_all(struct connections *connections)
{
	struct connection *export;

	/* Since connections_stop they may have no deadline. */
	while ((export = exports_take_any(&connections->exports)) != NULL)
		if (export->is_closed)
			free(export);
		else
			close_one(connections, export);
	for (int i = 0; i < DEADLINE_KINDS; i++) {
		struct deadline *deadline;

		while ((deadline = deadlines_first(&connections->deadlines,
		    (enum deadline_kind)i)) != NULL)
			close_one(connections, of_deadline(deadline));
	}
	connections_again(connections);
}

void
connections_settle(struct connections *connections,
    struct connection *connection, enum progress progress)
{
	size_t unread_len = connection->unread.len;

	if (progress == PROGRESS_END ||
	    (connections->is_stopping && connection_is_idle(connection))) {
		close_one(connections, connection);
		return;
	}
	if (connection->stage != STAGE_SEND &&
	    connection->scan.phase == SCAN_BETWEEN) {
		trays_give(&connections->trays, connection->tray);
		connection->tray = NULL;
	}
	if (unread_len == 0)
		buffer_clear(&connection->unread);
	/* Of one that is parked it may be FCGI_ABORT_REQUEST. */
	if ((progress == PROGRESS_DONE && unread_len > 0) ||
	    (is_parked(connection) && !connection->is_deaf &&
	    unread_len >= RECORD_HEADER_BYTES))
		progress = PROGRESS_AGAIN;
	if (!is_exporting(connection))
		exports_forget(&connections->exports, connection);
	if (progress == PROGRESS_AGAIN)
		queue_again(connections, connection);
	set_events(connections, connection);
	set_deadline(connections, connection);
}

static bool
is_parked(const struct connection *connection)
{
	return connection->stage == STAGE_RECORD ||
	    connection->stage == STAGE_WAIT;
}

static void
set_events(struct connections *connections, struct connection *connection)
{
	struct epoll_event event = { .events = wanted_events(connection) };

	if (event.events == connection->watched)
		return;
	event.data.ptr = connection;
	/* It fails for no file that is open and was added. */
	(void)epoll_ctl(connections->epoll_fd, EPOLL_CTL_MOD,
	    connection->fd, &event);
	connection->watched = event.events;
}

/* EPOLLHUP and EPOLLERR are told in any case. */
static uint32_t
wanted_events(const struct connection *connection)
{
	/* What comes is left to wait in the socket. */
	if (connection->is_blocked)
		return EPOLLOUT;
	if (!is_parked(connection) || !connection->is_deaf)
		return ARRIVAL_EVENTS;
	return connection->stage == STAGE_WAIT ? EPOLLRDHUP : 0;
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
	parking_leave(connections, connection);
	close(connection->fd);
	buffer_clear(&connection->unread);
	trays_give(&connections->trays, connection->tray);
	connection->tray = NULL;
	atomic_fetch_sub(&connections->count, 1);
	atomic_fetch_sub(connections->count_all, 1);
	if (connection->is_again)
		connection->is_closed = true;
	else
		forget(connections, connection);
}

static void
forget(struct connections *connections, struct connection *connection)
{
	exports_forget(&connections->exports, connection);
	free(connection);
}

static void
set_deadline(struct connections *connections, struct connection *connection)
{
	enum deadline_kind kind = DEADLINE_ARRIVE;

	if (connection->stage == STAGE_SEND)
		/* An export that waits for its turn waits for us. */
		kind = connection->is_blocked ? DEADLINE_TAKE : DEADLINE_NEVER;
	else if (is_parked(connection))
		kind = DEADLINE_NEVER;
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
	if (connection->is_again)
		return;
	if (is_exporting(connection))
		exports_put(&connections->exports, connection);
	else
		queue_put(&connections->again, connection);
}

static bool
is_exporting(const struct connection *connection)
{
	return connection->stage == STAGE_SEND &&
	    connection->need == NEED_ROOM;
}
