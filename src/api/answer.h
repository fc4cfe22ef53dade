/* answer.h - a request in, a response out. */
#ifndef API_ANSWER_H
#define API_ANSWER_H

#include <stdbool.h>

#include "api/response.h"
#include "api/service.h"
#include "base/error.h"

struct request;

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
