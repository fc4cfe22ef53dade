/* answer.h - a request in, a response out. */
#ifndef API_ANSWER_H
#define API_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

struct export;
struct request;
struct service;
struct settings;

/* What a process's requests share.  settings is borrowed for its life. */
enum error service_new(const struct settings *settings,
    struct service **service_out, struct detail *detail);
void service_free(struct service *service);

/*
 * head is CGI's: "Status: 200 OK\r\n", fields, an empty line.  Both buffers
 * are owned by the response and can be used again by the next answer.
 */
struct response {
	unsigned int status;
	struct buffer head;
	struct buffer body;
	struct export *export;	/* owned; more pieces follow the body */
};

void response_init(struct response *response);
void response_clear(struct response *response);

/*
 * Answers; always gives a response, also when memory runs out.  Any number
 * of threads may call it, each with its own response.  It waits for nothing
 * but the disk.
 */
void answer(struct service *service, const struct request *request,
    struct response *response);

/*
 * Replaces the body by the next piece, EXPORT_PIECE_BYTES or a little more,
 * in one short read transaction.  *is_done_out: this was the last (it may be
 * empty).  An error means that the answer must be cut off, so that the client
 * sees that it is not whole; it is logged here.
 */
enum error answer_next_piece(struct service *service,
    struct response *response, bool *is_done_out);

#endif
