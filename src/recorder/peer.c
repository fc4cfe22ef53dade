/* peer.c - one responder's connection: requests in, replies out. */
#include "recorder/peer.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

/* Memory that an idle peer may keep. */
enum { KEPT_BYTES_MAX = 64 * 1024 };

static void log_peer(const struct peer *peer, const char *fact);

void
peer_open(struct peer *peer, int fd, int64_t now_ms)
{
	*peer = (struct peer){
		.fd = fd,
		/* Who connects has something to say. */
		.read_by_ms = now_ms + PEER_TIMEOUT_MS,
		.take_by_ms = INT64_MAX,
	};
	buffer_init(&peer->received,
	    MESSAGE_REQUEST_BYTES_MAX + PEER_READ_BYTES);
	buffer_init(&peer->sending, PEER_SENDING_BYTES_MAX);
}

void
peer_close(struct peer *peer)
{
	close(peer->fd);
	buffer_clear(&peer->received);
	buffer_clear(&peer->sending);
}

bool
peer_wants_to_read(const struct peer *peer)
{
	return !peer->is_ended &&
	    peer->received.len < MESSAGE_REQUEST_BYTES_MAX &&
	    peer->sending.len - peer->sent <= PEER_SENDING_BYTES;
}

bool
peer_wants_to_send(const struct peer *peer)
{
	return peer->sending.len > peer->sent;
}

bool
peer_is_idle(const struct peer *peer)
{
	return !peer->is_ended && peer->received.len == 0 &&
	    peer->owed == 0 &&
	    !peer_wants_to_send(peer) && peer->read_by_ms == INT64_MAX;
}

void
peer_receive(struct peer *peer, int64_t now_ms)
{
	struct buffer *received = &peer->received;

	for (int i = 0; i < PEER_READS_PER_ROUND && peer_wants_to_read(peer);
	    i++) {
		char *end = buffer_reserve(received, PEER_READ_BYTES);
		ssize_t len = -1;

		if (end != NULL)
			len = recv(peer->fd, end, PEER_READ_BYTES, 0);
		if (end != NULL && len < 0 &&
		    (errno == EAGAIN || errno == EINTR))
			break;
		if (len <= 0) {
			peer->is_ended = true;
			break;
		}
		received->len += (size_t)len;
	}
	if (received->len > 0 && peer->read_by_ms == INT64_MAX)
		peer->read_by_ms = now_ms + PEER_TIMEOUT_MS;
}

bool
peer_next(struct peer *peer, struct message_request *request_out,
    size_t *bytes_out)
{
	size_t len = peer->received.len - peer->taken;
	char *begin;
	enum error err;

	*bytes_out = 0;
	if (len == 0 ||
	    peer->sending.len - peer->sent > PEER_SENDING_BYTES)
		return false;
	begin = peer->received.bytes + peer->taken;
	err = message_length(begin, len, MESSAGE_REQUEST, bytes_out);
	if (err == ERR_NONE && (*bytes_out == 0 || *bytes_out > len))
		return false;
	if (err == ERR_NONE)
		err = message_read_request(begin, *bytes_out, request_out);
	if (err == ERR_NONE)
		return true;
	log_peer(peer, "a process that sent what is no request is let go");
	peer->is_ended = true;
	peer->received.len = peer->taken;
	return false;
}

void
peer_take(struct peer *peer, size_t bytes)
{
	peer->taken += bytes;
}

size_t
peer_count_whole(const struct peer *peer)
{
	const struct buffer *received = &peer->received;
	size_t offset = 0;
	size_t count = 0;
	size_t bytes = 0;

	while (offset < received->len && message_length(received->bytes +
	    offset, received->len - offset, MESSAGE_REQUEST, &bytes) ==
	    ERR_NONE && bytes > 0 && bytes <= received->len - offset) {
		offset += bytes;
		count++;
	}
	return count;
}

void
peer_drop_taken(struct peer *peer, int64_t now_ms)
{
	struct buffer *received = &peer->received;

	if (peer->taken == 0)
		return;
	buffer_drop(received, peer->taken);
	peer->taken = 0;
	peer->read_by_ms = received->len == 0 ? INT64_MAX :
	    now_ms + PEER_TIMEOUT_MS;
	if (received->len == 0 && received->size > KEPT_BYTES_MAX)
		buffer_clear(received);
}

void
peer_reply(struct peer *peer, uint64_t sequence,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count, int64_t now_ms)
{
	if (!peer_wants_to_send(peer))
		peer->take_by_ms = now_ms + PEER_TIMEOUT_MS;
	message_add_reply(&peer->sending, sequence, outcome, places,
	    place_count);
	/* Half a reply would spoil those behind it. */
	if (peer->sending.error != ERR_NONE)
		peer->is_broken = true;
}

void
peer_send(struct peer *peer, int64_t now_ms)
{
	struct buffer *sending = &peer->sending;

	while (peer_wants_to_send(peer) && !peer->is_broken) {
		ssize_t len = send(peer->fd, sending->bytes + peer->sent,
		    sending->len - peer->sent, MSG_NOSIGNAL);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len < 0) {
			peer->is_broken = true;
			return;
		}
		peer->sent += (size_t)len;
		peer->take_by_ms = now_ms + PEER_TIMEOUT_MS;
	}
	peer->take_by_ms = INT64_MAX;
	peer->sent = 0;
	buffer_reset(sending);
	if (sending->size > KEPT_BYTES_MAX)
		buffer_clear(sending);
}

void
peer_end_intake(struct peer *peer)
{
	(void)shutdown(peer->fd, SHUT_RD);
}

bool
peer_is_over(struct peer *peer, int64_t now_ms)
{
	struct message_request request;
	size_t bytes;

	if (peer->is_broken)
		return true;
	if (peer->take_by_ms <= now_ms) {
		log_peer(peer, "a process that does not read is let go");
		return true;
	}
	if (peer->is_ended)
		return !peer_wants_to_send(peer) && peer->owed == 0 &&
		    !peer_next(peer, &request, &bytes);
	/* It does not have to send on while we do not read. */
	if (peer->read_by_ms > now_ms || !peer_wants_to_read(peer) ||
	    peer_next(peer, &request, &bytes))
		return false;
	log_peer(peer, "a process that does not send on is let go");
	return true;
}

static void
log_peer(const struct peer *peer, const char *fact)
{
	struct ucred credentials = { .pid = 0 };
	socklen_t credentials_size = sizeof(credentials);
	char pid[16];

	(void)getsockopt(peer->fd, SOL_SOCKET, SO_PEERCRED, &credentials,
	    &credentials_size);
	snprintf(pid, sizeof(pid), "%d", credentials.pid);
	log_fact(LEVEL_WARNING, fact, "pid", pid, NULL);
}
