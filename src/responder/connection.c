/* connection.c - one connection of a web server, by turns. */
#include "responder/connection.h"

#include <errno.h>
#include <fastcgi.h>
#include <string.h>
#include <sys/socket.h>

#include "responder/answering.h"
#include "responder/connections.h"
#include "responder/parking.h"

static enum progress take_in(struct connections *connections,
    struct connection *connection);
static enum progress receive(struct connections *connections,
    struct connection *connection, const uint8_t **bytes_out,
    size_t *len_out);
static enum progress take_bytes(struct connections *connections,
    struct connection *connection, const uint8_t *bytes, size_t len);
static enum progress take_requests(struct connections *connections,
    struct connection *connection, const uint8_t *bytes, size_t len,
    size_t *used_out);
static enum progress act(struct connections *connections,
    struct connection *connection, enum scan_outcome outcome);

enum progress
connection_turn(struct connections *connections,
    struct connection *connection, uint32_t events)
{
	switch (connection->stage) {
	case STAGE_SEND:
		return answering_send_on(connections, connection);
	case STAGE_RECORD:
	case STAGE_WAIT:
		return parking_turn(connections, connection, events);
	case STAGE_TAKE_IN:
	default:
		return take_in(connections, connection);
	}
}

bool
connection_is_idle(const struct connection *connection)
{
	return connection->stage == STAGE_TAKE_IN &&
	    connection->unread.len == 0 && scan_is_idle(&connection->scan);
}

static enum progress
take_in(struct connections *connections, struct connection *connection)
{
	const uint8_t *bytes;
	size_t len;
	enum progress progress;

	progress = receive(connections, connection, &bytes, &len);
	if (progress != PROGRESS_DONE)
		return progress;
	progress = take_bytes(connections, connection, bytes, len);
	/* There may be a key in it, which is nobody's to find later. */
	if (bytes == connections->received)
		explicit_bzero(connections->received, len);
	return progress;
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
    const uint8_t *bytes, size_t len)
{
	size_t used = 0;
	enum progress progress;

	if (connection->tray == NULL)
		connection->tray = trays_take(&connections->trays);
	if (connection->tray == NULL)
		return PROGRESS_END;

	progress = take_requests(connections, connection, bytes, len, &used);
	if (progress == PROGRESS_END)
		return progress;
	if (bytes == connections->received)
		buffer_add(&connection->unread, bytes + used, len - used);
	else
		buffer_drop(&connection->unread, used);
	return connection->unread.error == ERR_NONE ? progress : PROGRESS_END;
}

static enum progress
take_requests(struct connections *connections,
    struct connection *connection, const uint8_t *bytes, size_t len,
    size_t *used_out)
{
	enum progress progress = PROGRESS_DONE;
	size_t used = 0;

	for (int i = 0; i < REQUESTS_PER_TURN; i++) {
		enum scan_outcome outcome;
		size_t part;

		outcome = scan_bytes(&connection->scan, bytes + used,
		    len - used, &connection->tray->params,
		    &connection->tray->body, &part);
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
		return answering_begin(connections, connection);
	case SCAN_ABORTED:
		return connection_refuse(connections, connection,
		    scan->request_id, FCGI_REQUEST_COMPLETE, !scan->is_kept);
	case SCAN_VALUES:
		outgoing_begin_reply(outgoing, reply_values(
		    outgoing_reply(outgoing), scan->kept, scan->kept_len,
		    connections->max));
		return answering_send(connections, connection, false);
	case SCAN_UNKNOWN:
		outgoing_begin_reply(outgoing, reply_unknown_type(
		    outgoing_reply(outgoing), scan->record_type));
		return answering_send(connections, connection, false);
	case SCAN_MULTIPLEXED:
		return connection_refuse(connections, connection,
		    scan->record_id, FCGI_CANT_MPX_CONN, false);
	case SCAN_ROLE:
		return connection_refuse(connections, connection,
		    scan->record_id, FCGI_UNKNOWN_ROLE, !scan->is_kept);
	case SCAN_TOO_LARGE:
		return connection_refuse(connections, connection,
		    scan->request_id, FCGI_OVERLOADED, true);
	case SCAN_BROKEN:
	default:
		return PROGRESS_END;
	}
}

enum progress
connection_refuse(struct connections *connections,
    struct connection *connection, uint16_t request_id, uint8_t status,
    bool is_last)
{
	struct outgoing *outgoing = &connection->tray->outgoing;

	connection->need = NEED_NOTHING;
	outgoing_begin_reply(outgoing, reply_end_request(
	    outgoing_reply(outgoing), request_id, status));
	return answering_send(connections, connection, is_last);
}
