/* connections.h - the connections of one loop.
 *
 * Everything here belongs to the loop's thread but the counts that are
 * atomic.
 */
#ifndef RESPONDER_CONNECTIONS_H
#define RESPONDER_CONNECTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "responder/connection.h"
#include "responder/deadlines.h"
#include "responder/exports.h"
#include "responder/queue.h"
#include "responder/trays.h"
#include "responder/waiting.h"

struct fcgi;
struct loops;
struct watch;
struct record_client;
struct repeats;
struct service;

enum {
	/* Taken from a connection in one turn. */
	RECEIVE_BYTES = 64 * 1024,
	/* Of those who wait for news, in one round: so others wait a
	 * millisecond at most for them. */
	RESUMES_PER_ROUND = 32
};

struct connections {
	struct service *service;
	struct fcgi *fcgi;
	struct buffer picked;		/* the params that are read */
	struct repeats *repeats;
	int epoll_fd;
	unsigned int max;		/* of the process; told to servers */
	/* How many are open, in this loop and in the process. */
	atomic_uint count;
	atomic_uint *count_all;
	int64_t now_ms;			/* clock_steady_ms of this round */
	bool is_stopping;		/* idle connections are closed */
	struct deadlines deadlines;	/* each connection has one set */
	struct trays trays;
	struct queue again;		/* those that want another turn */
	struct exports exports;

	/* For those that are parked. */
	struct record_client *recorder;
	struct watch *watch;
	struct waiting waiting;
	bool may_wait;
	bool has_recorder_event;	/* in this round */
	bool has_watch_event;
	unsigned int waiter_count;	/* streams count, too */
	unsigned int waiters_max;	/* of the process */
	atomic_uint *waiter_count_all;

	uint8_t received[RECEIVE_BYTES];
};

/* Of a new loop, all zero.  ERR_NO_MEMORY; ERR_IO with errno set. */
enum error connections_init(struct connections *connections,
    struct loops *loops);
void connections_clear(struct connections *connections);

/*
 * Takes over the socket, which both counts count already, and closes it when
 * it cannot be served.  is_over: it is beyond the bound, and gets one
 * answer, a 503.
 */
void connections_open(struct connections *connections, int fd, bool is_over);

/* epoll's events for what it was given here.  A connection has its turn, after
 * which it may be gone. */
void connections_wake(struct connections *connections, void *what,
    uint32_t events);

/* After the last of a round's events: asks the recorder's client and looks for
 * news, and lets go on some of those that are parked. */
void connections_work(struct connections *connections);

/* Milliseconds until something is to be done without an event, at most
 * max_ms. */
int connections_wait_ms(struct connections *connections,
    int64_t max_ms);

/* A turn for each that wanted another one, and for one export that goes on and
 * one that begins: a piece takes as long as pages of hundreds of events. */
void connections_again(struct connections *connections);

/* Closes those that took too long. */
void connections_expire(struct connections *connections);

/* Closes the one that has been idle longest; false when none is idle. */
bool connections_close_idle(struct connections *connections);

/* From now on idle ones are closed; the others are served to their end. */
void connections_stop(struct connections *connections);

/* Those that wait for the recorder are told that it did not answer. */
void connections_give_up(struct connections *connections);

void connections_close_all(struct connections *connections);

/* For what takes turns outside of connections_wake: what is next? */
void connections_settle(struct connections *connections,
    struct connection *connection, enum progress progress);

/* Who waits for news is counted once, whether it is parked or being sent to.
 * Threads may pass the bound together, by one each. */
void connections_count_waiter(struct connections *connections,
    struct connection *connection);
void connections_forget_waiter(struct connections *connections,
    struct connection *connection);
bool connections_are_waiters_full(const struct connections *connections);

#endif
