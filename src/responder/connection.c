/* connection.c - one connection of a web server, by turns. */
#include "responder/connection.h"

#include <errno.h>
#include <fastcgi.h>
#include <string.h>
#include <sys/socket.h>

#include "api/answer.h"
#include "api/request.h"
#include "model/limits.h"
#include "responder/connections.h"
#include "responder/fcgi.h"

static enum progress take_in(struct connections *connections,
    struct connection *connection);
static enum progress receive(struct connections *connections,
    struct connection *connection, const uint8_t **bytes_out,
    size_t *len_out);
static enum progress take_bytes(struct connections *connections,
    struct connection *connection, const uint8_t *bytes, size_t len,
    size_t *used_out);
static enum progress act(struct connections *connections,
    struct connection *connection, enum scan_outcome outcome);
static enum progress answer_request(struct connections *connections,
    struct connection *connection);
static enum progress refuse(struct connections *connections,
    struct connection *connection, uint16_t request_id, uint8_t status,
    bool is_last);
static enum progress begin_sending(struct connections *connections,
    struct connection *connection, bool is_last);
static enum progress send_on(struct connections *connections,
    struct connection *connection);
static bool next_piece(struct connections *connections,
    struct connection *connection);
static bool is_given_up(struct connection *connection);

enum progress
connection_turn(struct connections *connections,
    struct connection *connection)
{
	return connection->is_sending ? send_on(connections, connection) :
	    take_in(connections, connection);
}

bool
connection_is_idle(const struct connection *connection)
{
	return !connection->is_sending && connection->unread.len == 0 &&
	    scan_is_idle(&connection->scan);
}

static enum progress
take_in(struct connections *connections, struct connection *connection)
{
	const uint8_t *bytes;
	size_t len;
	size_t used = 0;
	enum progress progress;

	progress = receive(connections, connection, &bytes, &len);
	if (progress != PROGRESS_DONE)
		return progress;
	if (connection->tray == NULL)
		connection->tray = trays_take(&connections->trays);
	if (connection->tray == NULL)
		return PROGRESS_END;

	progress = take_bytes(connections, connection, bytes, len, &used);
	if (progress == PROGRESS_END)
		return progress;
	if (bytes == connections->received)
		buffer_add(&connection->unread, bytes + used, len - used);
	else
		buffer_drop(&connection->unread, used);
	return connection->unread.error == ERR_NONE ? progress : PROGRESS_END;
}

/* What was left over, or else what has come. */
static enum progress
receive(struct connections *connections, struct connection *connection,
    const uint8_t **bytes_out, size_t *len_out)
{
	ssize_t received;

	*bytes_out = (const uint8_t *)connection->unread.bytes;
	*len_out = connection->unread.len;
	if (*len_out > 0)
		return PROGRESS_DONE;

	received = recv(connection->fd, connections->received,
	    sizeof(connections->received), 0);
	if (received < 0 && (errno == EAGAIN || errno == EINTR))
		return PROGRESS_WAIT;
	if (received <= 0)
		return PROGRESS_END;
	*bytes_out = connections->received;
	*len_out = (size_t)received;
	return PROGRESS_DONE;
}

static enum progress
take_bytes(struct connections *connections, struct connection *connection,
    const uint8_t *bytes, size_t len, size_t *used_out)
{
	enum progress progress = PROGRESS_DONE;
	size_t used = 0;

	for (int i = 0; i < REQUESTS_PER_TURN; i++) {
		enum scan_outcome outcome;
		size_t part;

		outcome = scan_bytes(&connection->scan, bytes + used,
		    len - used, &connection->tray->params, &part);
		used += part;
		progress = act(connections, connection, outcome);
		if (progress != PROGRESS_DONE || used == len)
			break;
	}
	*used_out = used;
	return progress;
}

/* What each outcome of the scan means. */
static enum progress
act(struct connections *connections, struct connection *connection,
    enum scan_outcome outcome)
{
	const struct scan *scan = &connection->scan;
	struct outgoing *outgoing = &connection->tray->outgoing;

	switch (outcome) {
	case SCAN_MORE:
		return PROGRESS_DONE;
	case SCAN_REQUEST:
		return answer_request(connections, connection);
	case SCAN_ABORTED:
		return refuse(connections, connection, scan->request_id,
		    FCGI_REQUEST_COMPLETE, !scan->is_kept);
	case SCAN_VALUES:
		outgoing_begin_reply(outgoing, reply_values(
		    outgoing_reply(outgoing), scan->kept, scan->kept_len,
		    connections->max));
		return begin_sending(connections, connection, false);
	case SCAN_UNKNOWN:
		outgoing_begin_reply(outgoing, reply_unknown_type(
		    outgoing_reply(outgoing), scan->record_type));
		return begin_sending(connections, connection, false);
	case SCAN_MULTIPLEXED:
		return refuse(connections, connection, scan->record_id,
		    FCGI_CANT_MPX_CONN, false);
	case SCAN_ROLE:
		return refuse(connections, connection, scan->record_id,
		    FCGI_UNKNOWN_ROLE, !scan->is_kept);
	case SCAN_TOO_LARGE:
		return refuse(connections, connection, scan->request_id,
		    FCGI_OVERLOADED, true);
	case SCAN_BROKEN:
	default:
		return PROGRESS_END;
	}
}

static enum progress
answer_request(struct connections *connections, struct connection *connection)
{
	struct tray *tray = connection->tray;
	struct response *response = &tray->response;
	const char *const *params;
	struct request request;
	enum error err;

	err = fcgi_begin(connections->fcgi, &tray->params, &params);
	if (err == ERR_NONE) {
		request_read(params, &request);
		request.is_overload = connection->is_over;
		answer(connections->service, &request, response);
	}
	fcgi_end(connections->fcgi);
	if (err != ERR_NONE)
		return PROGRESS_END;
	/* There was no memory for any answer. */
	if (response->head.len == 0)
		return refuse(connections, connection,
		    connection->scan.request_id, FCGI_OVERLOADED, true);

	connection->is_export = response->need == NEED_ROOM;
	outgoing_begin(&tray->outgoing, connection->scan.request_id,
	    &response->head, &response->body, !connection->is_export);
	return begin_sending(connections, connection,
	    !connection->scan.is_kept);
}

/* Ends a request without an answer. */
static enum progress
refuse(struct connections *connections, struct connection *connection,
    uint16_t request_id, uint8_t status, bool is_last)
{
	struct outgoing *outgoing = &connection->tray->outgoing;

	outgoing_begin_reply(outgoing, reply_end_request(
	    outgoing_reply(outgoing), request_id, status));
	return begin_sending(connections, connection, is_last);
}

static enum progress
begin_sending(struct connections *connections, struct connection *connection,
    bool is_last)
{
	connection->is_sending = true;
	connection->is_last = is_last || connection->is_over;
	/* Beside a request that still arrives, its own deadline goes on. */
	if (connection->scan.phase == SCAN_BETWEEN)
		connection->is_deadline_new = true;
	return send_on(connections, connection);
}

static enum progress
send_on(struct connections *connections, struct connection *connection)
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
	if (connection->is_export)
		return PROGRESS_AGAIN;
	connection->is_sending = false;
	return connection->is_last ? PROGRESS_END : PROGRESS_DONE;
}

/* Of an export, after the one before has left.  An answer that cannot be
 * finished is cut off, so that nobody takes it for whole. */
static bool
next_piece(struct connections *connections, struct connection *connection)
{
	struct tray *tray = connection->tray;
	bool is_done = true;

	if (is_given_up(connection))
		buffer_reset(&tray->response.body);
	else if (answer_next_piece(connections->service, &tray->response,
	    &is_done) != ERR_NONE)
		return false;
	connection->is_export = !is_done;
	connection->is_deadline_new = true;
	outgoing_begin(&tray->outgoing, connection->scan.request_id, NULL,
	    &tray->response.body, is_done);
	return true;
}

/* Whether the server has sent FCGI_ABORT_REQUEST since. */
static bool
is_given_up(struct connection *connection)
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
