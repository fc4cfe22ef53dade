/* message.h - what responder and recorder say to each other.
 *
 * A responder sends requests over the recorder's socket, many before the
 * first is answered; the recorder answers each with a reply of the same
 * sequence number, in any order.  Pure: bytes in, bytes out.  A request's
 * bytes hold its events as they will be stored but for their places, so that
 * whoever sent it needs no other copy of them.
 *
 * Numbers are little-endian.  Every message begins with
 *
 *	4  "apir"			4  length of what follows these 12
 *	1  version			1  kind: 1 request, 2 reply
 *	2  zero
 *
 * A request goes on with
 *
 *	8  sequence			4  organization's number
 *	21 API key's id			1  its idempotency key's length
 *	64 idempotency key, zeros	32 the body's digest
 *	2  count of events, 1 to 1000, each of them:
 *	   1 category, 2 offset of stored_at, 2 length of the JSON, the JSON
 *
 * and a reply with
 *
 *	8  sequence			1  outcome
 *	2  count of places, each of them: 8 stored_at, 21 id
 */
#ifndef RECORD_MESSAGE_H
#define RECORD_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cursor.h"
#include "model/limits.h"

struct buffer;
struct event_draft;
struct event_json;

enum {
	MESSAGE_VERSION = 1,
	MESSAGE_HEADER_BYTES = 12,
	MESSAGE_REQUEST_BYTES = MESSAGE_HEADER_BYTES + 8 + 4 + EVENT_ID_LEN +
	    1 + IDEMPOTENCY_KEY_LEN_MAX + BODY_DIGEST_BYTES + 2,
	MESSAGE_EVENT_BYTES = 1 + 2 + 2,	/* and its JSON */
	MESSAGE_REPLY_BYTES = MESSAGE_HEADER_BYTES + 8 + 1 + 2,
	MESSAGE_PLACE_BYTES = 8 + EVENT_ID_LEN,

	/* A body of BODY_BYTES_MAX, its events with id, stored_at, client. */
	MESSAGE_REQUEST_BYTES_MAX = MESSAGE_REQUEST_BYTES + BODY_BYTES_MAX +
	    RECORD_EVENTS_MAX * (MESSAGE_EVENT_BYTES +
	    EVENT_STORED_BYTES_MAX - EVENT_BYTES_MAX),
	MESSAGE_REPLY_BYTES_MAX = MESSAGE_REPLY_BYTES +
	    RECORD_EVENTS_MAX * MESSAGE_PLACE_BYTES
};

enum message_kind { MESSAGE_REQUEST = 1, MESSAGE_REPLY = 2 };

/* The numbers are sent: never change one. */
enum message_outcome {
	MESSAGE_RECORDED,	/* on disk, at these places */
	MESSAGE_REPLAYED,	/* so it was when the same request came first,
				 * at these places; nothing was recorded */
	MESSAGE_CONFLICT,	/* the idempotency key's first request, of
				 * another body, is under way */
	MESSAGE_MISMATCH,	/* ... was recorded with another body */
	MESSAGE_FULL,		/* the store has no room */
	MESSAGE_GONE,		/* the organization or its API key is gone, or
				 * the key may not record any more */
	MESSAGE_FAILED,		/* the store failed; nothing was recorded */
	MESSAGE_STOPPING,	/* the recorder stops; nothing was recorded */
	MESSAGE_ACCEPTED,	/* the log of several machines has it, this
				 * machine's store not yet */
	MESSAGE_UNKNOWN,	/* the log gave no answer: it may have it */
	MESSAGE_APART,		/* the log cannot be reached; nothing was
				 * recorded */
	MESSAGE_OUTCOME_COUNT
};

struct message_request {
	uint64_t sequence;
	uint32_t organization;
	char api_key_id[EVENT_ID_LEN + 1];
	char idempotency_key[IDEMPOTENCY_KEY_LEN_MAX + 1];	/* "": none */
	uint8_t body_digest[BODY_DIGEST_BYTES];
	uint16_t event_count;
	/* As they lie in the message, for message_next_event; borrowed. */
	char *events;
	size_t events_len;
};

/* Outcome and places; the latter are borrowed from the message. */
struct message_reply {
	uint64_t sequence;
	enum message_outcome outcome;
	uint16_t place_count;
	const char *places;
};

/*
 * Writes a request: what begins it, without sequence (the client gives it),
 * count and events; then each event; then the end.  The buffer is empty
 * before, and its bound is MESSAGE_REQUEST_BYTES_MAX.  What is wrong shows at
 * the end: the buffer's error, or ERR_TOO_LARGE over RECORD_EVENTS_MAX.
 */
void message_begin_request(struct buffer *message,
    const struct message_request *request);
void message_add_event(struct buffer *message,
    const struct event_draft *draft);
void message_add_event_json(struct buffer *message,
    const struct event_json *event);
enum error message_end_request(struct buffer *message);

/* Of a request that was written whole. */
void message_set_sequence(struct buffer *message, uint64_t sequence);

/* Adds a whole reply to what the buffer holds. */
void message_add_reply(struct buffer *buffer, uint64_t sequence,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count);

/*
 * The bytes of the message that these bytes begin with, 0 while too few have
 * come to tell.  ERR_SYNTAX: no message of this kind and version, or longer
 * or shorter than one can be.
 */
enum error message_length(const char *bytes, size_t len,
    enum message_kind kind, size_t *message_len_out);

/*
 * Reads a whole message.  ERR_SYNTAX when anything in it is not as it has to
 * be; each event's frame is checked (event_json_has_frame), and so no event
 * of a request that was read needs another look.
 */
enum error message_read_request(char *message, size_t message_len,
    struct message_request *request_out);
enum error message_read_reply(const char *message, size_t message_len,
    struct message_reply *reply_out);

/* The whole message that a request was read from; borrowed. */
const char *message_bytes(const struct message_request *request,
    size_t *len_out);

/*
 * Walks the events: *offset is 0 at first.  False behind the last one.  Who
 * stamps them in place (event_json_stamp) has what is stored.
 */
bool message_next_event(const struct message_request *request,
    size_t *offset, struct event_json *event_out);

/* index is below place_count. */
struct cursor message_place(const struct message_reply *reply, size_t index);

#endif
