/* parking.c - requests whose answer waits for the recorder or for news. */
#include "responder/parking.h"

#include <fastcgi.h>
#include <sys/epoll.h>

#include "api/answer.h"
#include "api/pending.h"
#include "responder/answering.h"
#include "responder/connections.h"
#include "responder/watch.h"

static enum progress park(struct connection *connection, enum stage stage);
static bool unpark(struct connections *connections,
    struct connection *connection, enum answer_need need);
static enum progress answer_recording(struct connections *connections,
    struct connection *connection, enum error err,
    const struct message_reply *reply, struct buffer *message);
static enum progress end_given_up(struct connections *connections,
    struct connection *connection);

enum progress
parking_ask_recorder(struct connections *connections,
    struct connection *connection)
{
	struct response *response = &connection->tray->response;
	enum error err;

	err = record_client_send(connections->recorder, &response->message,
	    connections->now_ms, connection, &connection->ticket);
	if (err == ERR_NONE)
		return park(connection, STAGE_RECORD);
	return answer_recording(connections, connection, err, NULL, NULL);
}

void
parking_take_reply(void *asker, enum error err,
    const struct message_reply *reply, struct buffer *message)
{
	struct connection *connection = asker;
	struct connections *connections = connection->connections;
	enum progress progress = PROGRESS_END;

	if (unpark(connections, connection, NEED_RECORDER))
		progress = answer_recording(connections, connection, err,
		    reply, err == ERR_NONE ? message : NULL);
	connections_settle(connections, connection, progress);
}

static enum progress
answer_recording(struct connections *connections,
    struct connection *connection, enum error err,
    const struct message_reply *reply, struct buffer *message)
{
	struct response *response = &connection->tray->response;

	answer_recorded(connections->service, response, err, reply, message);
	/* A tray is not to keep it; as a rule the client has it. */
	buffer_clear(&response->message);
	return answering_go_on(connections, connection);
}

enum progress
parking_wait(struct connections *connections, struct connection *connection)
{
	int64_t resume_at_ms = connection->tray->response.resume_at_ms;
	bool is_due;

	watch_begin(connections->watch, connections->now_ms);
	/* What came since the last look would not be told again. */
	is_due = connection->watch_count != watch_count(connections->watch) ||
	    connections->is_stopping;
	connections_count_waiter(connections, connection);
	if (waiting_add(&connections->waiting, &connection->waiter,
	    resume_at_ms, is_due) != ERR_NONE)
		return PROGRESS_END;
	return park(connection, STAGE_WAIT);
}

enum progress
parking_resume(struct connections *connections,
    struct connection *connection)
{
	struct response *response;

	if (!unpark(connections, connection, NEED_CHANGE))
		return PROGRESS_END;
	response = &connection->tray->response;
	connection->watch_count = watch_count(connections->watch);
	answer_resume(connections->service, response);
	return answering_go_on(connections, connection);
}

enum progress
parking_turn(struct connections *connections, struct connection *connection,
    uint32_t events)
{
	bool is_waiting = connection->stage == STAGE_WAIT;

	/* A server that has closed only its sending side still gets what the
	 * recorder says, but would keep a waiter for long: with TCP it looks
	 * the same as one that is gone. */
	if ((events & (EPOLLHUP | EPOLLERR)) != 0 ||
	    (is_waiting && (events & EPOLLRDHUP) != 0))
		return PROGRESS_END;
	if (answering_is_given_up(connection))
		return end_given_up(connections, connection);
	if (is_waiting && connections->is_stopping)
		return parking_resume(connections, connection);
	connection->is_deaf = (events & EPOLLRDHUP) != 0 ||
	    connection->unread.len >= RECORD_HEADER_BYTES;
	return PROGRESS_WAIT;
}

enum progress
parking_give_up(struct connections *connections,
    struct connection *connection)
{
	record_client_forget(connections->recorder, connection->ticket);
	if (!unpark(connections, connection, NEED_RECORDER))
		return PROGRESS_END;
	return answer_recording(connections, connection, ERR_IO, NULL, NULL);
}

void
parking_leave(struct connections *connections, struct connection *connection)
{
	if (connection->stage == STAGE_RECORD)
		record_client_forget(connections->recorder,
		    connection->ticket);
	waiting_remove(&connections->waiting, &connection->waiter);
	connections_forget_waiter(connections, connection);
	pending_free(connection->pending);
	connection->pending = NULL;
}

/* The tray is given back when the connection is settled. */
static enum progress
park(struct connection *connection, enum stage stage)
{
	struct response *response = &connection->tray->response;

	connection->stage = stage;
	connection->is_deaf = false;
	connection->pending = response->pending;
	response->pending = NULL;
	response->need = NEED_NOTHING;
	return PROGRESS_WAIT;
}

/* False: there is no memory. */
static bool
unpark(struct connections *connections, struct connection *connection,
    enum answer_need need)
{
	struct response *response;

	waiting_remove(&connections->waiting, &connection->waiter);
	connection->tray = trays_take(&connections->trays);
	if (connection->tray == NULL)
		return false;
	response = &connection->tray->response;
	response_reset(response);
	response->need = need;
	response->resume_at_ms = connection->waiter.due_at_ms;
	response->pending = connection->pending;
	connection->pending = NULL;
	connection->stage = STAGE_TAKE_IN;
	return true;
}

static enum progress
end_given_up(struct connections *connections, struct connection *connection)
{
	parking_leave(connections, connection);
	connection->tray = trays_take(&connections->trays);
	if (connection->tray == NULL)
		return PROGRESS_END;
	connection->need = NEED_NOTHING;
	return connection_refuse(connections, connection,
	    connection->scan.request_id, FCGI_REQUEST_COMPLETE,
	    !connection->scan.is_kept);
}
