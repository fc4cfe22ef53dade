/* recorded_answer.h - POST /v1/events: what came of it. */
#ifndef API_RECORDED_ANSWER_H
#define API_RECORDED_ANSWER_H

#include "base/error.h"

struct buffer;
struct exchange;
struct message_reply;
struct recording;

/*
 * Answers 201 with the events as they are stored, or returns the error to be
 * told, with detail and retry_after_s.  err, reply and message are as
 * answer_recorded has them.
 */
enum error recorded_answer(struct exchange *exchange,
    const struct recording *recording, enum error err,
    const struct message_reply *reply, struct buffer *message);

#endif
