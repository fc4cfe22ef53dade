/* queue.c - connections by turns. */
#include "responder/queue.h"

#include <stddef.h>

#include "responder/connection.h"

void
queue_put(struct queue *queue, struct connection *connection)
{
	connection->is_again = true;
	connection->queue_next = NULL;
	if (queue->first == NULL)
		queue->first = connection;
	else
		queue->last->queue_next = connection;
	queue->last = connection;
}

struct connection *
queue_take(struct queue *queue)
{
	struct connection *connection = queue->first;

	if (connection == NULL)
		return NULL;
	queue->first = connection->queue_next;
	connection->is_again = false;
	return connection;
}
