/* record_events.h - POST /v1/events: take events in. */
#ifndef API_RECORD_EVENTS_H
#define API_RECORD_EVENTS_H

#include <stdbool.h>

#include "base/error.h"

struct buffer;
struct exchange;
struct message_reply;

/* What is kept while the recorder is asked. */
struct recording {
	bool is_batch;		/* the answer is an array */
	bool is_pretty;
};

/*
 * Checks the body and leaves the recorder's message and a pending in the
 * response.  ERR_MEDIA_TYPE, ERR_TOO_LARGE, ERR_SYNTAX, ERR_MEANING, in this
 * order; ERR_NO_MEMORY.
 */
enum error record_events(struct exchange *exchange);

/*
 * Makes the answer of what came of it; err, reply and message as
 * answer_recorded has them.  The error to be told otherwise.
 */
enum error record_events_answer(struct exchange *exchange,
    const struct recording *recording, enum error err,
    const struct message_reply *reply, struct buffer *message);

#endif
