/* response.h - what goes back: CGI's head, a body, perhaps more to come. */
#ifndef API_RESPONSE_H
#define API_RESPONSE_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct exchange;
struct pending;

/* What an answer needs before it is whole.  Head and body, as far as they are
 * there, may leave at once. */
enum answer_need {
	NEED_NOTHING,	/* head and body are all */
	NEED_ROOM,	/* to be sent; then answer_next_piece */
	NEED_RECORDER,	/* nothing is there yet: message goes to the recorder,
			 * then answer_recorded */
	NEED_CHANGE	/* answer_resume when something was recorded, or at
			 * resume_at_ms */
};

/*
 * head is CGI's: "Status: 200 OK\r\n", fields, an empty line.  The buffers
 * are owned by the response and can be used again by the next answer.  Only
 * when there was no memory at all is head empty and the status 503; where
 * the whole answer is still to come, it is empty and the status 0.
 */
struct response {
	unsigned int status;
	struct buffer head;
	struct buffer body;

	enum answer_need need;
	int64_t resume_at_ms;	/* of clock_steady_ms, for NEED_CHANGE */
	struct buffer message;	/* for NEED_RECORDER */
	/*
	 * Owned; there exactly when something is needed.  It holds all that
	 * the rest of the answer is made from, and borrows nothing of this
	 * response: it can go on in another one, with need and resume_at_ms.
	 */
	struct pending *pending;
};

void response_init(struct response *response);
void response_clear(struct response *response);

/* Empties the response and forgets what it needed, but keeps its memory. */
void response_reset(struct response *response);

/*
 * Begins the head: status, type and the fields that every answer has.
 * content_type is NULL when there is no body.  Fields of the endpoint's own
 * may follow; they must be made of texts that cannot hold a line's end.
 */
void response_begin(struct exchange *exchange, unsigned int status,
    const char *title, const char *content_type);

/* Adds a field whose value is a number. */
void response_add_number(struct buffer *head, const char *name,
    int64_t number);

/*
 * Ends the head, with Content-Length unless more follows or there is no body,
 * and leaves the body of a HEAD away.
 */
void response_end(struct exchange *exchange);

/* Indents a body of JSON.  ERR_CORRUPT when it is none; ERR_NO_MEMORY. */
enum error response_indent(struct response *response);

#endif
