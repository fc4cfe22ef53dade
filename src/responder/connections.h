/* connections.h - the connections of one loop.
 *
 * Everything here belongs to the loop's thread but the two counts.
 */
#ifndef RESPONDER_CONNECTIONS_H
#define RESPONDER_CONNECTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "responder/deadlines.h"
#include "responder/trays.h"

struct connection;
struct fcgi;
struct service;

/* Taken from a connection in one turn. */
enum { RECEIVE_BYTES = 64 * 1024 };

struct connections {
	struct service *service;
	struct fcgi *fcgi;
	int epoll_fd;
	unsigned int max;		/* of the process; told to servers */
	/* How many are open, in this loop and in the process. */
	atomic_uint count;
	atomic_uint *count_all;
	int64_t now_ms;			/* clock_steady_ms of this round */
	bool is_stopping;		/* idle connections are closed */
	struct deadlines deadlines;	/* each connection has one set */
	struct trays trays;
	struct connection *again_first;	/* those that want another turn */
	struct connection *again_last;
	uint8_t received[RECEIVE_BYTES];
};

/*
 * Takes over the socket, which both counts count already, and closes it when
 * it cannot be served.  is_over: it is beyond the bound, and gets one
 * answer, a 503.
 */
void connections_open(struct connections *connections, int fd, bool is_over);

/* epoll's events for a connection: its turn, after which it may be gone. */
void connections_wake(struct connections *connections,
    struct connection *connection);

/* A turn for each that wanted another one. */
void connections_again(struct connections *connections);

/* Closes those that took too long. */
void connections_expire(struct connections *connections);

/* Closes the one that has been idle longest; false when none is idle. */
bool connections_close_idle(struct connections *connections);

/* From now on idle ones are closed; the others are served to their end. */
void connections_stop(struct connections *connections);

void connections_close_all(struct connections *connections);

#endif
