/* answer.h - a request in, a response out. */
#ifndef API_ANSWER_H
#define API_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "api/response.h"
#include "api/service.h"
#include "base/error.h"

struct buffer;
struct message_reply;
struct repeats;
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
 * Answers from what is kept in repeats, when that is what answer would give;
 * otherwise returns false, and answer may keep what it gives, with repeats in
 * the request.  params are those that request_reads names, in any form that
 * is the same for the same request.  The request has no body, and is within
 * the bounds of the front door.
 */
bool answer_repeat(struct service *service, struct repeats *repeats,
    const void *params, size_t params_len, struct response *response);

/*
 * For NEED_ROOM: replaces the body by the next piece, EXPORT_PIECE_BYTES or a
 * little more, in one short read transaction.  *is_done_out: this was the last
 * (it may be empty); otherwise need says what is needed after it: of a stream
 * it may be NEED_CHANGE.  An error means that the answer must be cut off, so
 * that the client sees that it is not whole; it is logged here.
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
 * For NEED_CHANGE: when something may have been recorded, or at resume_at_ms,
 * which the first time is at once.  Before it, whoever calls was watching for
 * wakes (store/wake.h) and has announced it (service_announce_waiter); and what
 * was in the body has left.
 *
 * A wait had no head: it is a whole answer then, or an export that goes on, or
 * goes on to wait.  A stream had one: the body is replaced by what is new, and
 * may be empty.  With NEED_NOTHING the stream is at its end, because its key
 * is no longer good, the store is away or the service stops.
 */
void answer_resume(struct service *service, struct response *response);

#endif
