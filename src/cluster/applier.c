/* applier.c - messages of the log, put into this machine's store. */
#include "cluster/applier.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "model/event.h"
#include "model/organization.h"
#include "model/random_id.h"
#include "record/message.h"
#include "record/retention.h"
#include "store/events.h"
#include "store/idempotency.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/follower.h"
#include "stream/layout.h"

struct applied {
	struct ticket ticket;
	size_t first_place;
	size_t place_count;
};

struct applier {
	struct store *store;
	const struct cluster_secrets *secrets;
	int64_t retention_ms;
	/* Of one transaction. */
	struct store_txn *txn;
	struct membership membership;
	struct retention_load load;
	struct buffer carried;		/* a message's copy, to be stamped */
	size_t applied_count;
	struct applied applied[APPLIER_MESSAGES_MAX];
	size_t place_count;
	struct cursor places[APPLIER_EVENTS_MAX];
	struct cursor found[RECORD_EVENTS_MAX];
};

static enum error begin(struct applier *applier,
    struct applier_result *result);
static enum error apply_all(struct applier *applier,
    const struct follower_message *messages, size_t message_count,
    const char *absent, bool may_be_gap, struct applier_result *result);
static bool is_behind_gap(const struct applier *applier,
    const struct follower_message *message);
static enum error apply(struct applier *applier,
    const struct follower_message *message, const char *absent,
    struct applier_result *result);
static bool read_message(struct applier *applier,
    const struct follower_message *message, struct envelope *envelope,
    struct message_request *request);
static bool read_organization(const char *subject,
    char id[EVENT_ID_LEN + 1]);
static enum error put(struct applier *applier,
    const struct follower_message *message, const struct envelope *envelope,
    const struct message_request *request);
static enum error put_events(struct applier *applier,
    const struct follower_message *message, enum envelope_kind kind,
    const struct message_request *request);
static enum error import(struct applier *applier,
    const struct message_request *request, const struct event_json *event,
    struct cursor *place_out);
static enum error put_key(struct applier *applier,
    const struct follower_message *message,
    const struct message_request *request);
static bool is_recorded(struct applier *applier,
    const struct follower_message *message,
    const struct message_request *request, enum error *err_out);
static void skip(struct applier *applier,
    const struct follower_message *message);

enum error
applier_new(struct store *store, const struct cluster_secrets *secrets,
    int64_t retention_ms, struct applier **applier_out)
{
	struct applier *applier = malloc(sizeof(*applier));

	*applier_out = applier;
	if (applier == NULL)
		return ERR_NO_MEMORY;
	applier->store = store;
	applier->secrets = secrets;
	applier->retention_ms = retention_ms;
	buffer_init(&applier->carried, 0);
	return ERR_NONE;
}

void
applier_free(struct applier *applier)
{
	if (applier == NULL)
		return;
	buffer_clear(&applier->carried);
	free(applier);
}

enum error
applier_apply(struct applier *applier,
    const struct follower_message *messages, size_t message_count,
    const char *absent, bool may_be_gap, applier_visit *visit, void *arg,
    struct applier_result *result)
{
	enum error err;

	*result = (struct applier_result){ .messages = 0 };
	err = begin(applier, result);
	if (err != ERR_NONE)
		return err;
	err = apply_all(applier, messages, message_count, absent, may_be_gap,
	    result);
	if (err == ERR_NONE)
		err = store_membership_put(applier->txn,
		    &applier->membership);
	if (err == ERR_NONE)
		err = retention_keep_step(applier->txn,
		    applier->retention_ms, &applier->load, &result->pruned);
	if (err == ERR_NONE)
		err = store_write_commit(applier->txn);
	else
		store_write_abort(applier->txn);
	if (err != ERR_NONE) {
		result->messages = 0;
		return err;
	}
	result->membership = applier->membership;
	for (size_t i = 0; i < applier->applied_count; i++)
		visit(&applier->applied[i].ticket,
		    &applier->places[applier->applied[i].first_place],
		    applier->applied[i].place_count, arg);
	return ERR_NONE;
}

static enum error
begin(struct applier *applier, struct applier_result *result)
{
	enum error err = retention_begin(applier->store,
	    applier->retention_ms, &applier->txn, &result->pruned);

	if (err != ERR_NONE)
		return err;
	applier->load = (struct retention_load){ 0 };
	applier->applied_count = 0;
	applier->place_count = 0;
	err = store_membership_get(applier->txn, &applier->membership);
	if (err != ERR_NONE)
		store_write_abort(applier->txn);
	return err == ERR_NOT_FOUND ? ERR_STORE : err;
}

static enum error
apply_all(struct applier *applier, const struct follower_message *messages,
    size_t message_count, const char *absent, bool may_be_gap,
    struct applier_result *result)
{
	enum error err = ERR_NONE;

	while (result->messages < message_count &&
	    applier->applied_count < APPLIER_MESSAGES_MAX &&
	    applier->place_count <= APPLIER_EVENTS_MAX - RECORD_EVENTS_MAX) {
		const struct follower_message *message =
		    &messages[result->messages];

		if (is_behind_gap(applier, message) &&
		    !(may_be_gap && result->messages == 0))
			err = ERR_EXISTS;
		else if (message->sequence > applier->membership.position)
			err = apply(applier, message, absent, result);
		if (err != ERR_NONE)
			break;
		result->messages++;
	}
	result->events = applier->place_count;
	/* What stands before it is worth a commit of its own. */
	return (err == ERR_NOT_FOUND || err == ERR_EXISTS) &&
	    result->messages > 0 ? ERR_NONE : err;
}

/* A store that is new begins wherever the log does. */
static bool
is_behind_gap(const struct applier *applier,
    const struct follower_message *message)
{
	return applier->membership.position != 0 &&
	    message->sequence > applier->membership.position + 1;
}

static enum error
apply(struct applier *applier, const struct follower_message *message,
    const char *absent, struct applier_result *result)
{
	struct membership *membership = &applier->membership;
	struct organization organization;
	struct message_request request;
	struct envelope envelope;
	char id[EVENT_ID_LEN + 1];
	enum error err = ERR_NONE;

	if (!read_message(applier, message, &envelope, &request) ||
	    !read_organization(message->subject, id)) {
		skip(applier, message);
		goto done;
	}
	err = store_organization_get(applier->txn, request.organization,
	    &organization);
	if (err == ERR_NOT_FOUND && strcmp(id, absent) != 0) {
		memcpy(result->organization_id, id, sizeof(id));
		return err;
	}
	/* One that is removed, or is about to be, needs no events. */
	if (err == ERR_NOT_FOUND || (err == ERR_NONE &&
	    organization.status == ORGANIZATION_REMOVING)) {
		err = ERR_NONE;
		goto done;
	}
	if (err == ERR_NONE && strcmp(organization.id, id) != 0) {
		skip(applier, message);
		goto done;
	}
	if (err == ERR_NONE)
		err = put(applier, message, &envelope, &request);
	if (err != ERR_NONE)
		return err;
done:
	/* Also of what was passed over, which other machines may not: stamps
	 * are the same on all. */
	if (err == ERR_NONE)
		err = store_stamp_raise(applier->txn, message->timestamp_ms);
	if (err != ERR_NONE)
		return err;
	if (is_behind_gap(applier, message)) {
		membership->gaps++;
		log_fact(LEVEL_ERROR, "messages are missing in the log: this "
		    "machine may differ from others", NULL);
	}
	membership->position = message->sequence;
	membership->position_ms = message->timestamp_ms;
	return ERR_NONE;
}

/* The copy is what is stamped: the message comes again after an abort. */
static bool
read_message(struct applier *applier, const struct follower_message *message,
    struct envelope *envelope, struct message_request *request)
{
	struct buffer *copy = &applier->carried;
	size_t len = 0;

	buffer_reset(copy);
	buffer_add(copy, message->payload, message->payload_len);
	return copy->error == ERR_NONE && envelope_read(applier->secrets,
	    message->subject, copy->bytes, copy->len, envelope) == ERR_NONE &&
	    message_length(envelope->carried, envelope->carried_len,
	    MESSAGE_REQUEST, &len) == ERR_NONE &&
	    len == envelope->carried_len &&
	    message_read_request(envelope->carried, len, request) ==
	    ERR_NONE;
}

static bool
read_organization(const char *subject, char id[EVENT_ID_LEN + 1])
{
	size_t prefix_len = strlen(STREAM_SUBJECT_PREFIX);
	const char *begin = subject + prefix_len;

	if (strncmp(subject, STREAM_SUBJECT_PREFIX, prefix_len) != 0 ||
	    strlen(begin) < EVENT_ID_LEN || (begin[EVENT_ID_LEN] != '\0' &&
	    begin[EVENT_ID_LEN] != '.'))
		return false;
	memcpy(id, begin, EVENT_ID_LEN);
	id[EVENT_ID_LEN] = '\0';
	return true;
}

static enum error
put(struct applier *applier, const struct follower_message *message,
    const struct envelope *envelope, const struct message_request *request)
{
	enum error err;
	bool is_repeat = is_recorded(applier, message, request, &err);
	size_t first_place = applier->place_count;

	if (err == ERR_NONE && !is_repeat)
		err = put_events(applier, message, envelope->kind, request);
	if (err == ERR_NONE && !is_repeat)
		err = put_key(applier, message, request);
	if (err != ERR_NONE || is_repeat)
		return err;
	applier->applied[applier->applied_count++] = (struct applied){
		.ticket = envelope->ticket,
		.first_place = first_place,
		.place_count = request->event_count,
	};
	return ERR_NONE;
}

/* The subject keeps a second message out; this is for a log that lost one. */
static bool
is_recorded(struct applier *applier, const struct follower_message *message,
    const struct message_request *request, enum error *err_out)
{
	struct idempotency_record record;

	*err_out = ERR_NONE;
	if (request->idempotency_key[0] == '\0')
		return false;
	*err_out = store_idempotency_find(applier->txn,
	    request->organization, request->idempotency_key,
	    message->timestamp_ms, &record, applier->found);
	if (*err_out == ERR_NONE)
		return true;
	if (*err_out == ERR_NOT_FOUND)
		*err_out = ERR_NONE;
	return false;
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
		applier->load.bytes += event.json_len;
	}
	return err;
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
put_key(struct applier *applier, const struct follower_message *message,
    const struct message_request *request)
{
	struct idempotency_record record = {
		.created_ms = message->timestamp_ms,
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

static void
skip(struct applier *applier, const struct follower_message *message)
{
	char sequence[24];

	snprintf(sequence, sizeof(sequence), "%" PRIu64, message->sequence);
	/* Who sends many is told of once. */
	if (applier->membership.skipped++ == 0)
		log_fact(LEVEL_WARNING, "the log holds a message of none of "
		    "these machines; such are passed over, and counted",
		    "sequence", sequence, NULL);
}
