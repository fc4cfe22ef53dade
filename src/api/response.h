/* response.h - what goes back: CGI's head, a body, perhaps more to come. */
#ifndef API_RESPONSE_H
#define API_RESPONSE_H

#include "base/buffer.h"

struct exchange;
struct export;

/*
 * head is CGI's: "Status: 200 OK\r\n", fields, an empty line.  Both buffers
 * are owned by the response and can be used again by the next answer.  Only
 * when there was no memory at all is head empty; then the status is 503.
 */
struct response {
	unsigned int status;
	struct buffer head;
	struct buffer body;
	struct export *export;	/* owned; more pieces follow the body */
};

void response_init(struct response *response);
void response_clear(struct response *response);

/* Empties the response and forgets its export, but keeps its memory. */
void response_reset(struct response *response);

/*
 * Begins the head: status, type and the fields that every answer has.
 * content_type is NULL when there is no body.  Fields of the endpoint's own
 * may follow; they must be made of texts that cannot hold a line's end.
 */
void response_begin(struct exchange *exchange, unsigned int status,
    const char *title, const char *content_type);

/*
 * Ends the head, with Content-Length unless more pieces follow or there is
 * no body, and leaves the body of a HEAD away.
 */
void response_end(struct exchange *exchange);

#endif
