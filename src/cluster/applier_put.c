/* applier_put.c - the events of a message, put into this machine's store. */
#include <string.h>

#include "cluster/applier_parts.h"
#include "model/event.h"
#include "model/random_id.h"
#include "store/events.h"
#include "store/idempotency.h"
#include "stream/follower.h"

static enum error put_events(struct applier *applier,
    const struct follower_message *message, enum envelope_kind kind,
    const struct message_request *request);
static enum error import(struct applier *applier,
    const struct message_request *request, const struct event_json *event,
    struct cursor *place_out);
static enum error put_key(struct applier *applier,
    const struct message_request *request);
static enum error find_first(struct applier *applier,
    const struct message_request *request, enum applied_outcome *outcome_out,
    size_t *place_count_out);

enum error
applier_put(struct applier *applier, const struct follower_message *message,
    const struct received *received)
{
	const struct message_request *request = &received->request;
	enum applied_outcome outcome = APPLIED_RECORDED;
	size_t place_count = request->event_count;
	enum error err = find_first(applier, request, &outcome,
	    &place_count);

	if (err == ERR_NONE && outcome == APPLIED_RECORDED)
		err = put_events(applier, message, received->kind, request);
	if (err == ERR_NONE)
		applier_tell(applier, &received->ticket, outcome, place_count);
	return err;
}

void
applier_tell(struct applier *applier, const struct ticket *ticket,
    enum applied_outcome outcome, size_t place_count)
{
	applier->applied[applier->applied_count++] = (struct applied){
		.ticket = *ticket,
		.outcome = outcome,
		.places = &applier->places[applier->place_count -
		    place_count],
		.place_count = place_count,
	};
}

/* RECORDED: none of its idempotency key came before.  Places of one that did
 * are put behind the others. */
static enum error
find_first(struct applier *applier, const struct message_request *request,
    enum applied_outcome *outcome, size_t *place_count)
{
	struct idempotency_record record;
	enum error err = ERR_NOT_FOUND;

	if (request->idempotency_key[0] != '\0')
		err = store_idempotency_find(applier->txn,
		    request->organization, request->idempotency_key,
		    applier->now_ms, &record,
		    &applier->places[applier->place_count]);
	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	*outcome = record.place_count == request->event_count &&
	    memcmp(record.body_digest, request->body_digest,
	    sizeof(record.body_digest)) == 0 ? APPLIED_BEFORE :
	    APPLIED_OTHERWISE;
	*place_count = record.place_count;
	applier->place_count += record.place_count;
	return ERR_NONE;
}

static enum error
put_events(struct applier *applier, const struct follower_message *message,
    enum envelope_kind kind, const struct message_request *request)
{
	struct event_origin origin = { .sequence = message->sequence };
	struct event_json event;
	size_t offset = 0;
	enum error err = ERR_NONE;

	memcpy(origin.key, applier->secrets->ids, sizeof(origin.key));
	while (err == ERR_NONE &&
	    message_next_event(request, &offset, &event)) {
		struct cursor *place =
		    &applier->places[applier->place_count];

		if (kind == ENVELOPE_IMPORT)
			err = import(applier, request, &event, place);
		else
			err = store_event_append_derived(applier->txn,
			    request->organization, &event,
			    message->timestamp_ms, &origin, place);
		origin.index++;
		applier->place_count++;
		applier->event_count++;
		applier->load.bytes += event.json_len;
	}
	return err == ERR_NONE ? put_key(applier, request) : err;
}

/* What it differs from came before it, on every machine. */
static enum error
import(struct applier *applier, const struct message_request *request,
    const struct event_json *event, struct cursor *place)
{
	enum import_outcome outcome;
	enum error err;

	event_json_place(event, place);
	err = store_event_import(applier->txn, request->organization, event,
	    place, &outcome);
	return err == ERR_MEANING ? ERR_NONE : err;
}

static enum error
put_key(struct applier *applier, const struct message_request *request)
{
	struct idempotency_record record = {
		.created_ms = applier->now_ms,
		.place_count = request->event_count,
	};

	if (request->idempotency_key[0] == '\0')
		return ERR_NONE;
	memcpy(record.body_digest, request->body_digest,
	    sizeof(record.body_digest));
	applier->load.idempotency_keys++;
	return store_idempotency_put(applier->txn, request->organization,
	    request->idempotency_key, &record, &applier->places[
	    applier->place_count - request->event_count]);
}
