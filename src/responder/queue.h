/* queue.h - connections by turns. */
#ifndef RESPONDER_QUEUE_H
#define RESPONDER_QUEUE_H

struct connection;

/* The first one is next.  All zero: empty.  A connection is in one at most,
 * and is_again as long. */
struct queue {
	struct connection *first;
	struct connection *last;
};

void queue_put(struct queue *queue, struct connection *connection);
/* NULL: nobody is left. */
struct connection *queue_take(struct queue *queue);

#endif
