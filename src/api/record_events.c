/* record_events.c - POST /v1/events: check events and ask the recorder. */
#include "api/record_events.h"

#include <string.h>

#include "api/body_events.h"
#include "api/body_type.h"
#include "api/pending.h"
#include "api/query.h"
#include "api/request.h"
#include "api/response.h"
#include "model/body_digest.h"
#include "model/event.h"
#include "model/idempotency_key.h"
#include "record/message.h"

static enum error read_query(struct exchange *exchange, bool *is_pretty);
static enum error check_idempotency_key(struct exchange *exchange);
static enum error check_length(struct exchange *exchange);
static enum error write_message(struct exchange *exchange,
    const struct body_events *events);
static enum error add_events(struct exchange *exchange,
    const struct body_events *events);
static void name_event(struct detail *detail, size_t index);

enum error
record_events(struct exchange *exchange)
{
	const struct request *request = exchange->request;
	struct body_events events = { .is_batch = false };
	enum body_type type;
	struct pending *pending;
	bool is_pretty = false;
	enum error err;

	/* Nothing more is read, and to parse takes long: hold no pages. */
	exchange_end(exchange);
	err = body_type_read(request, &type, &exchange->detail);
	if (err == ERR_NONE && request->body_state == BODY_TOO_LARGE)
		err = detail_set(&exchange->detail, ERR_TOO_LARGE,
		    "body: expected at most %d bytes", BODY_BYTES_MAX);
	if (err == ERR_NONE)
		err = read_query(exchange, &is_pretty);
	if (err == ERR_NONE)
		err = check_idempotency_key(exchange);
	if (err == ERR_NONE)
		err = check_length(exchange);
	if (err == ERR_NONE)
		err = body_events_read(type, request->body,
		    request->body_len, &events, &exchange->detail);
	if (err == ERR_NONE)
		err = write_message(exchange, &events);
	if (err == ERR_NONE)
		err = pending_begin(exchange, PENDING_RECORDING,
		    NEED_RECORDER, &pending);
	if (err != ERR_NONE)
		return err;

	pending->recording = (struct recording){
		.is_batch = events.is_batch,
		.is_pretty = is_pretty,
		.has_idempotency_key = request->idempotency_key_count > 0,
	};
	return ERR_NONE;
}

static enum error
read_query(struct exchange *exchange, bool *is_pretty)
{
	static const char *const names[] = { "pretty" };
	struct query_value value;
	struct query_room room;
	enum error err;

	err = query_read(exchange->request->query, names, 1, &value, &room,
	    &exchange->detail);
	if (err == ERR_NONE)
		err = query_read_boolean(&value, names[0], is_pretty,
		    &exchange->detail);
	return err;
}

static enum error
check_idempotency_key(struct exchange *exchange)
{
	const struct request *request = exchange->request;
	const char *key = request->idempotency_key;

	if (request->idempotency_key_count == 0)
		return ERR_NONE;
	if (request->idempotency_key_count > 1)
		return detail_set(&exchange->detail, ERR_SYNTAX,
		    "Idempotency-Key: expected once, got %u times",
		    request->idempotency_key_count);
	if (!idempotency_key_is_valid(key, strlen(key)))
		return detail_set(&exchange->detail, ERR_SYNTAX,
		    "Idempotency-Key: expected 1 to %d visible ASCII "
		    "characters without a space, got %s",
		    IDEMPOTENCY_KEY_LEN_MAX, quote(key, strlen(key)).text);
	return ERR_NONE;
}

/* A body that was cut off must not be taken for a whole one. */
static enum error
check_length(struct exchange *exchange)
{
	const struct request *request = exchange->request;
	const char *length = request->content_length;

	switch (request->body_state) {
	case BODY_SHORT:
	case BODY_LONG:
		return detail_set(&exchange->detail, ERR_SYNTAX,
		    "body: expected the %s bytes that Content-Length says, "
		    "got %zu%s", length, request->body_len,
		    request->body_state == BODY_LONG ? " or more" : "");
	case BODY_UNMEASURED:
		return detail_set(&exchange->detail, ERR_SYNTAX,
		    "Content-Length: expected a whole number, got %s",
		    quote(length, strlen(length)).text);
	case BODY_WHOLE:
	case BODY_TOO_LARGE:
		break;
	}
	return ERR_NONE;
}

static enum error
write_message(struct exchange *exchange, const struct body_events *events)
{
	const struct request *request = exchange->request;
	struct buffer *message = &exchange->response->message;
	struct message_request begin = {
		.organization = exchange->organization,
	};
	enum error err;

	memcpy(begin.api_key_id, exchange->api_key_id,
	    sizeof(begin.api_key_id));
	if (request->idempotency_key_count > 0) {
		memcpy(begin.idempotency_key, request->idempotency_key,
		    strlen(request->idempotency_key));
		/* Without a key nobody asks for it. */
		body_digest(request->body, request->body_len,
		    events->is_batch, begin.body_digest);
	}
	message_begin_request(message, &begin);
	err = add_events(exchange, events);
	if (err == ERR_NONE)
		err = message_end_request(message);
	return err;
}

static enum error
add_events(struct exchange *exchange, const struct body_events *events)
{
	struct event_draft draft;
	struct json_element event;
	size_t offset = 0;

	for (size_t i = 0; body_events_next(events, &offset, &event); i++) {
		enum error err = (events->is_checked ?
		    event_draft_parse_checked : event_draft_parse)(
		    event.text, event.len, EVENT_RECORDED,
		    exchange->organization_id, &draft, &exchange->detail);

		if (err != ERR_NONE) {
			if (events->is_batch && err == ERR_MEANING)
				name_event(&exchange->detail, i);
			return err;
		}
		message_add_event(&exchange->response->message, &draft);
	}
	return ERR_NONE;
}

/* "type: is required" becomes "events[3].type: is required"; what is said of
 * all of the event becomes "events[3]: ...". */
static void
name_event(struct detail *detail, size_t index)
{
	static const char subject[] = "event: ";
	char *text = detail->text;
	size_t name_len = strcspn(text, " :\"");

	if (strncmp(text, subject, strlen(subject)) == 0) {
		memmove(text, text + strlen(subject),
		    strlen(text + strlen(subject)) + 1);
		name_len = strcspn(text, " ");
	}
	detail_prefix(detail, "events[%zu]%s", index,
	    text[name_len] == ':' || text[name_len] == '"' ? "." : ": ");
}
