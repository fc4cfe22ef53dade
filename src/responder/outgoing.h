/* outgoing.h - what a connection has to send, and how far it got.
 *
 * An answer, or a piece of one, lies in two parts (head and body) and is
 * sent as STDOUT records of full size around those parts, without copying.
 */
#ifndef RESPONDER_OUTGOING_H
#define RESPONDER_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "responder/replies.h"

struct buffer;

enum { OUTGOING_TAIL_MAX = REPLY_BYTES_MAX };

struct outgoing {
	const char *head;	/* borrowed until all is sent */
	size_t head_len;
	const char *body;	/* borrowed until all is sent */
	size_t content_len;	/* head_len and the body's */
	size_t records_len;	/* of the content with its headers */
	uint8_t full_header[RECORD_HEADER_BYTES];
	uint8_t last_header[RECORD_HEADER_BYTES];
	uint8_t tail[OUTGOING_TAIL_MAX];	/* padding, small records */
	size_t tail_len;
	size_t sent;		/* of records_len and tail_len */
};

/* Nothing to send. */
void outgoing_init(struct outgoing *outgoing);

/*
 * Begins the piece of an answer; all before it must be sent.  head may be
 * NULL.  The last one is followed by END_REQUEST.
 */
void outgoing_begin(struct outgoing *outgoing, uint16_t request_id,
    const struct buffer *head, const struct buffer *body, bool is_last);

/* Where one of replies.h goes; its length is given to the next. */
uint8_t *outgoing_reply(struct outgoing *outgoing);
void outgoing_begin_reply(struct outgoing *outgoing, size_t len);

bool outgoing_is_sent(const struct outgoing *outgoing);

/*
 * Writes what the socket takes, which may be not all.  ERR_IO: the
 * connection is gone.
 */
enum error outgoing_write(struct outgoing *outgoing, int fd);

#endif
