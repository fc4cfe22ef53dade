/* answer.h - a request in, a response out. */
#ifndef API_ANSWER_H
#define API_ANSWER_H

#include <stdbool.h>

#include "api/response.h"
#include "api/service.h"
#include "base/error.h"

struct buffer;
struct message_reply;
struct request;

/*
 * Answers; always gives a response, also when memory runs out.  Any number
 * of threads may call it, each with its own response.  It waits for nothing
 * but the disk: response->need says what is to be done before the answer is
 * whole.  The request is not needed after this.
 */
void answer(struct service *service, const struct request *request,
    struct response *response);

/*
 * For NEED_ROOM: replaces the body by the next piece, EXPORT_PIECE_BYTES or a
 * little more, in one short read transaction.  *is_done_out: this was the last
 * (it may be empty).  An error means that the answer must be cut off, so that
 * the client sees that it is not whole; it is logged here.
 */
enum error answer_next_piece(struct service *service,
    struct response *response, bool *is_done_out);

/*
 * For NEED_RECORDER: makes the whole answer.
 *
 *   err, reply   as record_client_answered has them, or the error of
 *                record_client_send and NULL
 *   message      what was in response->message, or NULL when err is one; its
 *                events are stamped in place
 */
void answer_recorded(struct service *service, struct response *response,
    enum error err, const struct message_reply *reply,
    struct buffer *message);

/*
 * For NEED_CHANGE: when something may have been recorded, or at resume_at_ms.
 * An answer that had no head is whole then, or goes on to wait.  One that had
 * goes on: the body is replaced by what is new, and may be empty.  need says
 * which.
 */
void answer_resume(struct service *service, struct response *response);

#endif
