/* answering.c - an answer, from the whole request to its last byte. */
#include "responder/answering.h"

#include <fastcgi.h>
#include <string.h>
#include <sys/socket.h>

#include "api/answer.h"
#include "api/request.h"
#include "model/limits.h"
#include "responder/connections.h"
#include "responder/fcgi.h"
#include "responder/parking.h"
#include "responder/watch.h"

static enum error answer_parsed(struct connections *connections,
    struct connection *connection);
static void read_request(const struct connections *connections,
    const struct connection *connection, const char *const *params,
    struct request *request_out);
static bool next_piece(struct connections *connections,
    struct connection *connection);

enum progress
answering_begin(struct connections *connections,
    struct connection *connection)
{
	struct tray *tray = connection->tray;
	struct buffer *picked = &connections->picked;
	enum error err = ERR_NONE;

	params_pick(&tray->params, request_reads, picked);
	/* Params of which some are missing may be those of another request. */
	if (connection->is_over || picked->error != ERR_NONE ||
	    !answer_repeat(connections->service, connections->repeats,
	    picked->bytes, picked->len, &tray->response))
		err = answer_parsed(connections, connection);
	buffer_reset(picked);
	buffer_reset(&tray->params);
	body_clear(&tray->body);
	if (err != ERR_NONE)
		return PROGRESS_END;
	connection->is_begun = false;
	return answering_go_on(connections, connection);
}

static enum error
answer_parsed(struct connections *connections, struct connection *connection)
{
	const char *const *params;
	struct request request;
	enum error err = connections->picked.error;

	if (err != ERR_NONE)
		return err;
	err = fcgi_begin(connections->fcgi, &connections->picked, &params);
	if (err == ERR_NONE) {
		read_request(connections, connection, params, &request);
		connection->watch_count = watch_count(connections->watch);
		answer(connections->service, &request,
		    &connection->tray->response);
	}
	fcgi_end(connections->fcgi);
	return err;
}

static void
read_request(const struct connections *connections,
    const struct connection *connection, const char *const *params,
    struct request *request_out)
{
	const struct body *body = &connection->tray->body;

	request_read(params, request_out);
	request_set_body(request_out, body->bytes.bytes, body->bytes.len,
	    body->is_cut);
	request_out->is_overload = connection->is_over || body->is_refused;
	if (!connection->is_over)
		request_out->repeats = connections->repeats;
	request_out->may_wait = connections->may_wait;
	request_out->are_waiters_full = connections_are_waiters_full(
	    connections);
}

enum progress
answering_go_on(struct connections *connections,
    struct connection *connection)
{
	struct response *response = &connection->tray->response;
	bool is_empty = response->head.len + response->body.len == 0;

	connection->need = response->need;
	if (response->need == NEED_RECORDER)
		return parking_ask_recorder(connections, connection);
	if (response->need == NEED_CHANGE && is_empty)
		return parking_wait(connections, connection);
	/* There was no memory for any answer. */
	if (!connection->is_begun && response->head.len == 0)
		return connection_refuse(connections, connection,
		    connection->scan.request_id, FCGI_OVERLOADED, true);

	connection->is_begun = true;
	connection->export_bytes = 0;
	outgoing_begin(&connection->tray->outgoing,
	    connection->scan.request_id, &response->head, &response->body,
	    response->need == NEED_NOTHING);
	return answering_send(connections, connection,
	    !connection->scan.is_kept);
}

enum progress
answering_send(struct connections *connections,
    struct connection *connection, bool is_last)
{
	connection->stage = STAGE_SEND;
	connection->is_last = is_last || connection->is_over;
	/* Beside a request that still arrives, its own deadline goes on. */
	if (connection->scan.phase == SCAN_BETWEEN)
		connection->is_deadline_new = true;
	return answering_send_on(connections, connection);
}

enum progress
answering_send_on(struct connections *connections,
    struct connection *connection)
{
	struct outgoing *outgoing = &connection->tray->outgoing;
	size_t parts_taken;

	if (outgoing_is_sent(outgoing) && !next_piece(connections, connection))
		return PROGRESS_END;
	parts_taken = outgoing->sent / EXPORT_PIECE_BYTES;
	if (outgoing_write(outgoing, connection->fd) != ERR_NONE)
		return PROGRESS_END;
	/* A large page has as much time as an export of its size. */
	if (outgoing->sent / EXPORT_PIECE_BYTES > parts_taken)
		connection->is_deadline_new = true;
	connection->is_blocked = !outgoing_is_sent(outgoing);
	if (connection->is_blocked)
		return PROGRESS_WAIT;
	if (connection->need == NEED_ROOM)
		return PROGRESS_AGAIN;
	if (connection->need == NEED_CHANGE)
		return parking_wait(connections, connection);
	connections_forget_waiter(connections, connection);
	connection->stage = STAGE_TAKE_IN;
	return connection->is_last ? PROGRESS_END : PROGRESS_DONE;
}

/* After the one before has left.  An answer that cannot be finished is cut
 * off, so that nobody takes it for whole. */
static bool
next_piece(struct connections *connections, struct connection *connection)
{
	struct tray *tray = connection->tray;
	bool is_done = true;

	if (answering_is_given_up(connection))
		response_reset(&tray->response);
	else if (answer_next_piece(connections->service, &tray->response,
	    &is_done) != ERR_NONE)
		return false;
	connection->need = is_done ? NEED_NOTHING : tray->response.need;
	connection->export_bytes += tray->response.body.len;
	connection->is_deadline_new = true;
	outgoing_begin(&tray->outgoing, connection->scan.request_id, NULL,
	    &tray->response.body, connection->need == NEED_NOTHING);
	return true;
}

bool
answering_is_given_up(struct connection *connection)
{
	struct buffer *unread = &connection->unread;
	uint8_t abort_header[RECORD_HEADER_BYTES];

	if (unread->len < sizeof(abort_header)) {
		size_t room = sizeof(abort_header) - unread->len;
		char *end = buffer_reserve(unread, room);
		ssize_t received = end == NULL ? 0 :
		    recv(connection->fd, end, room, 0);

		if (received > 0)
			unread->len += (size_t)received;
	}
	reply_put_header(abort_header, FCGI_ABORT_REQUEST,
	    connection->scan.request_id, 0, 0);
	return unread->len >= sizeof(abort_header) &&
	    memcmp(unread->bytes, abort_header, sizeof(abort_header)) == 0;
}
