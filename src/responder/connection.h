/* connection.h - one connection of a web server, by turns.
 *
 * A turn does a bounded piece of work and never waits: it takes in what has
 * come and answers what is whole (answering.h), sends on what waits, or looks
 * after a request that is parked (parking.h).
 */
#ifndef RESPONDER_CONNECTION_H
#define RESPONDER_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "api/response.h"
#include "base/buffer.h"
#include "responder/deadlines.h"
#include "responder/records.h"
#include "responder/waiting.h"

struct connections;
struct pending;
struct tray;

/* Requests that came at once and are answered in one turn. */
enum { REQUESTS_PER_TURN = 8 };

enum stage {
	STAGE_TAKE_IN,	/* a request arrives, or nothing is under way */
	STAGE_SEND,	/* tray->outgoing has something */
	STAGE_RECORD,	/* the recorder has the request's message: ticket */
	STAGE_WAIT	/* for news, among connections->waiting */
};

struct connection {
	struct deadline deadline;	/* first: connections.c */
	enum deadline_kind deadline_kind;
	bool is_deadline_new;	/* it begins anew, though of the same kind */
	bool is_over;		/* beyond the bound: one 503 */
	bool is_blocked;	/* until the socket takes more */
	bool is_deaf;		/* what comes is left for after the answer */
	bool is_last;		/* closed once all is sent */
	bool is_begun;		/* the answer's head was given to be sent */
	bool is_waiter;		/* counted as one */
	bool is_again;		/* among those that want another turn */
	bool is_closed;		/* and freed when that comes */
	enum stage stage;
	enum answer_need need;	/* once what is being sent has left */
	uint64_t export_bytes;	/* that were made of it */
	int fd;
	uint32_t watched;	/* epoll's events */
	struct connections *connections;	/* of its loop */
	struct connection *queue_next;
	struct scan scan;
	struct buffer unread;	/* of what was received; mostly empty */
	struct tray *tray;	/* NULL while none is needed */

	/* From STAGE_RECORD or STAGE_WAIT to the rest of the answer. */
	struct pending *pending;	/* owned */
	struct waiter waiter;
	uint64_t ticket;
	uint64_t watch_count;	/* before the last look for news */
};

enum progress {
	PROGRESS_DONE,		/* nothing is left to send */
	PROGRESS_WAIT,		/* for the socket, the recorder or news */
	PROGRESS_AGAIN,		/* there is work for another turn */
	PROGRESS_END		/* of the connection */
};

/* events are epoll's, or 0. */
enum progress connection_turn(struct connections *connections,
    struct connection *connection, uint32_t events);

/* Whether nothing of a request or an answer is under way. */
bool connection_is_idle(const struct connection *connection);

/* Ends a request without an answer. */
enum progress connection_refuse(struct connections *connections,
    struct connection *connection, uint16_t request_id, uint8_t status,
    bool is_last);

#endif
