/* recorded_answer.c - POST /v1/events: what came of it. */
#include "api/recorded_answer.h"

#include <assert.h>
#include <inttypes.h>

#include "api/exchange.h"
#include "api/record_events.h"
#include "api/response.h"
#include "base/buffer.h"
#include "base/log.h"
#include "base/text.h"
#include "model/event.h"
#include "record/message.h"

/* A full store gets room as events leave the window. */
enum { FULL_RETRY_AFTER_S = 60 };

static const struct {
	enum error error;
	const char *detail;
	int64_t retry_after_s;
} outcomes[] = {
	[MESSAGE_RECORDED] = { ERR_NONE, "", 0 },
	[MESSAGE_REPLAYED] = { ERR_NONE, "", 0 },
	[MESSAGE_CONFLICT] = { ERR_EXISTS, "Idempotency-Key: the first "
	    "request with this key is still under way", 1 },
	[MESSAGE_MISMATCH] = { ERR_MEANING, "Idempotency-Key: expected the "
	    "same body as of the first request with this key", 0 },
	[MESSAGE_FULL] = { ERR_FULL, "the store is full and nothing was "
	    "recorded: try again later", FULL_RETRY_AFTER_S },
	[MESSAGE_GONE] = { ERR_BAD_KEY, "", 0 },
	[MESSAGE_FAILED] = { ERR_STORE, "the store failed and nothing was "
	    "recorded: try again later", 1 },
	[MESSAGE_STOPPING] = { ERR_AWAY, "the recorder is being stopped and "
	    "nothing was recorded: try again later", 1 },
	[MESSAGE_ACCEPTED] = { ERR_NONE, "", 0 },
	[MESSAGE_UNKNOWN] = { ERR_IO, "", 1 },
	[MESSAGE_APART] = { ERR_AWAY, "the log of this cluster cannot be "
	    "reached and nothing was recorded: try again later", 1 },
};
static_assert(COUNT_OF(outcomes) == MESSAGE_OUTCOME_COUNT,
    "one row an outcome");

static enum error accept(struct response *response,
    struct exchange *exchange);
static enum error tell_error(struct exchange *exchange,
    const struct recording *recording, enum error err);
static enum error write_events(struct buffer *body,
    const struct recording *recording, const struct message_reply *reply,
    struct buffer *message);

enum error
recorded_answer(struct exchange *exchange, const struct recording *recording,
    enum error err, const struct message_reply *reply,
    struct buffer *message)
{
	struct response *response = exchange->response;

	if (err != ERR_NONE)
		return tell_error(exchange, recording, err);
	exchange->retry_after_s = outcomes[reply->outcome].retry_after_s;
	err = outcomes[reply->outcome].error;
	if (reply->outcome == MESSAGE_ACCEPTED)
		return accept(response, exchange);
	if (err == ERR_IO)
		return tell_error(exchange, recording, err);
	if (err != ERR_NONE)
		return detail_set(&exchange->detail, err, "%s",
		    outcomes[reply->outcome].detail);

	err = write_events(&response->body, recording, reply, message);
	if (err == ERR_NONE && recording->is_pretty)
		err = response_indent(response);
	if (err == ERR_IO)
		return tell_error(exchange, recording, err);
	if (err != ERR_NONE)
		return detail_set(&exchange->detail, err,
		    "the events were recorded, but there was no memory for "
		    "the answer: look for them");
	response_begin(exchange, 201, "Created",
	    media_content_type(MEDIA_JSON));
	if (reply->outcome == MESSAGE_REPLAYED)
		buffer_add_text(&response->head,
		    "Idempotent-Replayed: true\r\n");
	return ERR_NONE;
}

/* Several machines only: a repeat under the same idempotency key is answered
 * with the events once this machine has them. */
static enum error
accept(struct response *response, struct exchange *exchange)
{
	buffer_add_text(&response->body,
	    "{\"title\":\"Accepted\",\"status\":202}");
	response_begin(exchange, 202, "Accepted",
	    media_content_type(MEDIA_JSON));
	return ERR_NONE;
}

static enum error
tell_error(struct exchange *exchange, const struct recording *recording,
    enum error err)
{
	switch (err) {
	case ERR_OVERLOAD:
		return detail_set(&exchange->detail, err,
		    "too many requests wait for the recorder and nothing was "
		    "recorded: try again later");
	case ERR_IO:
		return detail_set(&exchange->detail, err,
		    "it is not known whether the events were recorded: %s",
		    recording->has_idempotency_key ?
		    "repeat the request with the same Idempotency-Key" :
		    "look for them, or use an Idempotency-Key, with which a "
		    "request can be repeated");
	default:
		return err;
	}
}

/* As they were sent to the recorder, at the places that it gave them. */
static enum error
write_events(struct buffer *body, const struct recording *recording,
    const struct message_reply *reply, struct buffer *message)
{
	struct message_request request;
	struct event_json event;
	size_t offset = 0;
	size_t count = 0;

	if (message_read_request(message->bytes, message->len, &request) !=
	    ERR_NONE || reply->place_count != request.event_count) {
		log_fact(LEVEL_ERROR, "the recorder's reply is to another "
		    "request", NULL);
		return ERR_IO;
	}

	buffer_add_text(body, recording->is_batch ?
	    "{\"events\":[" : "{\"event\":");
	while (message_next_event(&request, &offset, &event)) {
		struct cursor place = message_place(reply, count++);

		event_json_stamp(&event, &place);
		if (count > 1)
			buffer_add_text(body, ",");
		buffer_add(body, event.json, event.json_len);
	}
	buffer_add_text(body, recording->is_batch ? "]}" : "}");
	return body->error;
}
