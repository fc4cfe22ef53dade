/* peer.h - one responder's connection: requests in, replies out. */
#ifndef RECORDER_PEER_H
#define RECORDER_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "record/message.h"

enum {
	/* What a peer may take for a message, and to take what waits for it. */
	PEER_TIMEOUT_MS = 10 * 1000,
	PEER_READ_BYTES = 64 * 1024,
	PEER_READS_PER_ROUND = 4,
	/* With more than this to be sent, no request is taken. */
	PEER_SENDING_BYTES = 256 * 1024,
	/* That, and the replies to one group. */
	PEER_SENDING_BYTES_MAX = 1024 * 1024
};

struct peer {
	int fd;
	uint64_t number;	/* given once */
	size_t owed;		/* requests taken whose replies come later */
	bool is_ended;		/* nothing more is read */
	bool is_broken;		/* nothing more can be sent */
	struct buffer received;
	size_t taken;		/* of received: what the group borrows */
	struct buffer sending;
	size_t sent;		/* of sending */
	int64_t read_by_ms;	/* INT64_MAX: nothing is awaited */
	int64_t take_by_ms;
};

/* The peer has the descriptor from now on.  Times are those of one clock that
 * stands still while the recorder is busy. */
void peer_open(struct peer *peer, int fd, int64_t now_ms);
void peer_close(struct peer *peer);

bool peer_wants_to_read(const struct peer *peer);
bool peer_wants_to_send(const struct peer *peer);
/* Whether nothing of a request or a reply is under way. */
bool peer_is_idle(const struct peer *peer);

/* Reads what has come, a bounded part of it. */
void peer_receive(struct peer *peer, int64_t now_ms);

/*
 * The next whole request, and the bytes that it takes, if there is one and its
 * reply will have room.  peer_take counts it as taken.  A peer that sends
 * something else ends.
 */
bool peer_next(struct peer *peer, struct message_request *request_out,
    size_t *bytes_out);
void peer_take(struct peer *peer, size_t bytes);
/* How many requests seem to be there whole, of which none is taken. */
size_t peer_count_whole(const struct peer *peer);
/* What was taken is not borrowed any more. */
void peer_drop_taken(struct peer *peer, int64_t now_ms);

void peer_reply(struct peer *peer, uint64_t sequence,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count, int64_t now_ms);
void peer_send(struct peer *peer, int64_t now_ms);

/* What has been sent to us is still read and answered; what the peer sends
 * from now on fails, so that it knows. */
void peer_end_intake(struct peer *peer);

/* Whether it is to be closed: all is answered and it has ended, or it took too
 * long, which is logged. */
bool peer_is_over(struct peer *peer, int64_t now_ms);

#endif
