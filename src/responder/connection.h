/* connection.h - one connection of a web server, by turns.
 *
 * A turn does a bounded piece of work and never waits: it takes in what has
 * come and answers what is whole, or it sends on what waits.
 */
#ifndef RESPONDER_CONNECTION_H
#define RESPONDER_CONNECTION_H

#include <stdbool.h>

#include "base/buffer.h"
#include "responder/deadlines.h"
#include "responder/records.h"

struct connections;
struct tray;

/* Requests that came at once and are answered in one turn. */
enum { REQUESTS_PER_TURN = 8 };

struct connection {
	struct deadline deadline;	/* first: connections.c */
	enum deadline_kind deadline_kind;
	bool is_deadline_new;	/* it begins anew, though of the same kind */
	bool is_over;		/* beyond the bound: one 503 */
	bool is_sending;	/* tray->outgoing, or an export */
	bool is_blocked;	/* until the socket takes more */
	bool is_watched_out;	/* epoll tells when it does */
	bool is_last;		/* closed once all is sent */
	bool is_export;		/* another piece follows */
	bool is_again;		/* among those that want another turn */
	bool is_closed;		/* and freed when that comes */
	int fd;
	struct connection *again_next;
	struct scan scan;
	struct buffer unread;	/* of what was received; mostly empty */
	struct tray *tray;	/* NULL while nothing is under way */
};

enum progress {
	PROGRESS_DONE,		/* nothing is left to send */
	PROGRESS_WAIT,		/* for the socket */
	PROGRESS_AGAIN,		/* there is work for another turn */
	PROGRESS_END		/* of the connection */
};

enum progress connection_turn(struct connections *connections,
    struct connection *connection);

/* Whether nothing of a request or an answer is under way. */
bool connection_is_idle(const struct connection *connection);

#endif
