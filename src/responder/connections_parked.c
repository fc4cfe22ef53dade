/* connections_parked.c - a loop's connections that wait for their answers. */
#include <stddef.h>

#include "record/client.h"
#include "responder/connections.h"
#include "responder/watch.h"
#include "responder/parking.h"

static void work_for_news(struct connections *connections);
static struct connection *of_waiter(struct waiter *waiter);

void
connections_work(struct connections *connections)
{
	int64_t now_ms = connections->now_ms;

	if (connections->has_recorder_event ||
	    now_ms >= record_client_wake_ms(connections->recorder))
		record_client_work(connections->recorder, now_ms);
	connections->has_recorder_event = false;
	if (connections->has_watch_event ||
	    now_ms >= watch_wake_ms(connections->watch))
		work_for_news(connections);
	connections->has_watch_event = false;

	for (int i = 0; i < RESUMES_PER_ROUND; i++) {
		struct waiter *waiter =
		    waiting_take(&connections->waiting, now_ms);
		struct connection *connection;

		if (waiter == NULL)
			break;
		connection = of_waiter(waiter);
		connections_settle(connections, connection,
		    parking_resume(connections, connection));
	}
}

static void
work_for_news(struct connections *connections)
{
	/* Not at once when the last one leaves: the next may come soon. */
	if (connections->waiter_count == 0)
		watch_end(connections->watch);
	if (watch_work(connections->watch, connections->has_watch_event,
	    connections->now_ms))
		waiting_call(&connections->waiting);
}

static struct connection *
of_waiter(struct waiter *waiter)
{
	return (struct connection *)(void *)((char *)waiter -
	    offsetof(struct connection, waiter));
}

int
connections_wait_ms(struct connections *connections, int64_t max_ms)
{
	int64_t wake_ms = waiting_wake_ms(&connections->waiting);
	int64_t recorder_ms = record_client_wake_ms(connections->recorder);
	int64_t watch_ms = watch_wake_ms(connections->watch);

	if (recorder_ms < wake_ms)
		wake_ms = recorder_ms;
	if (watch_ms < wake_ms)
		wake_ms = watch_ms;
	if (connections->again.first != NULL || wake_ms < connections->now_ms)
		return 0;
	if (wake_ms - connections->now_ms < max_ms)
		max_ms = wake_ms - connections->now_ms;
	max_ms = exports_wait_ms(&connections->exports, connections->now_ms,
	    max_ms);
	return deadlines_wait_ms(&connections->deadlines, connections->now_ms,
	    max_ms < 0 ? 0 : (int)max_ms);
}

void
connections_give_up(struct connections *connections)
{
	struct deadline *deadline =
	    deadlines_first(&connections->deadlines, DEADLINE_NEVER);

	/* Each leaves the list; a list ends where it begins. */
	while (deadline != NULL &&
	    deadline != &connections->deadlines.lists[DEADLINE_NEVER]) {
		/* Its first member: connections.c. */
		struct connection *connection =
		    (struct connection *)(void *)deadline;

		deadline = deadline->next;
		if (connection->stage == STAGE_RECORD)
			connections_settle(connections, connection,
			    parking_give_up(connections, connection));
	}
}

void
connections_count_waiter(struct connections *connections,
    struct connection *connection)
{
	if (connection->is_waiter)
		return;
	connection->is_waiter = true;
	connections->waiter_count++;
	atomic_fetch_add(connections->waiter_count_all, 1);
}

void
connections_forget_waiter(struct connections *connections,
    struct connection *connection)
{
	if (!connection->is_waiter)
		return;
	connection->is_waiter = false;
	connections->waiter_count--;
	atomic_fetch_sub(connections->waiter_count_all, 1);
}

bool
connections_are_waiters_full(const struct connections *connections)
{
	return atomic_load(connections->waiter_count_all) >=
	    connections->waiters_max;
}
