/* applier.c - messages of the log, put into this machine's store. */
#include "cluster/applier.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "cluster/received.h"
#include "cluster/seen.h"
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

struct applier {
	struct store *store;
	const struct cluster_secrets *secrets;
	int64_t retention_ms;
	/* Of one transaction. */
	struct store_txn *txn;
	struct membership membership;
	struct retention_load load;
	struct buffer carried;		/* a message's copy, to be stamped */
	struct seen seen;
	int64_t now_ms;			/* of the log: it never goes back */
	size_t applied_count;
	struct applied applied[APPLIER_MESSAGES_MAX];
	size_t event_count;		/* that were recorded */
	size_t place_count;
	struct cursor places[APPLIER_EVENTS_MAX];
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
static enum error move_time(struct applier *applier,
    const struct follower_message *message);
static enum error apply_to(struct applier *applier,
    const struct follower_message *message,
    const struct received *received, const char *absent);
static enum error put(struct applier *applier,
    const struct follower_message *message,
    const struct received *received);
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
static void tell(struct applier *applier, const struct ticket *ticket,
    enum applied_outcome outcome, size_t place_count);
static void skip(struct applier *applier,
    const struct follower_message *message);

enum error
applier_new(struct store *store, const struct cluster_secrets *secrets,
    int64_t retention_ms, struct applier **applier_out)
{
	struct applier *applier = calloc(1, sizeof(*applier));

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
		err = seen_end(&applier->seen, applier->txn,
		    applier->now_ms);
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
		visit(&applier->applied[i], arg);
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
	applier->event_count = 0;
	applier->place_count = 0;
	seen_begin(&applier->seen);
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
	    seen_has_room(&applier->seen) &&
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
	result->events = applier->event_count;
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
	struct received received;
	enum error err = move_time(applier, message);

	if (err != ERR_NONE)
		return err;
	if (received_read(applier->secrets, message, &applier->carried,
	    &received))
		err = apply_to(applier, message, &received, absent);
	else
		skip(applier, message);
	if (err == ERR_NOT_FOUND)
		memcpy(result->organization_id, received.organization_id,
		    sizeof(result->organization_id));
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

/* Also for what is passed over, which other machines may not: stamps are the
 * same on all. */
static enum error
move_time(struct applier *applier, const struct follower_message *message)
{
	enum error err = store_stamp_raise(applier->txn,
	    message->timestamp_ms);

	return err == ERR_NONE ? store_last_stamp(applier->txn,
	    &applier->now_ms) : err;
}

/* ERR_NOT_FOUND: this store does not have the organization yet. */
static enum error
apply_to(struct applier *applier, const struct follower_message *message,
    const struct received *received, const char *absent)
{
	const char *id = received->organization_id;
	struct organization organization;
	bool is_gone;
	bool is_first;
	enum error err = store_organization_get(applier->txn,
	    received->request.organization, &organization);

	if (err == ERR_NOT_FOUND && strcmp(id, absent) != 0)
		return err;
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return err;
	/* One that is removed, or is about to be, needs no events. */
	is_gone = err == ERR_NOT_FOUND ||
	    organization.status == ORGANIZATION_REMOVING;
	if (!is_gone && strcmp(organization.id, id) != 0) {
		skip(applier, message);
		return ERR_NONE;
	}
	err = seen_take(&applier->seen, applier->txn, &received->ticket,
	    applier->now_ms, &is_first);
	/* Whoever waits for a second copy was told of the first. */
	if (err != ERR_NONE || !is_first)
		return err;
	if (!is_gone)
		return put(applier, message, received);
	tell(applier, &received->ticket, APPLIED_GONE, 0);
	return ERR_NONE;
}

static enum error
put(struct applier *applier, const struct follower_message *message,
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
		tell(applier, &received->ticket, outcome, place_count);
	return err;
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

static void
tell(struct applier *applier, const struct ticket *ticket,
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
