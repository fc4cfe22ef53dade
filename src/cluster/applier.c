/* applier.c - messages of the log, put into this machine's store. */
#include "cluster/applier.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "cluster/applier_parts.h"
#include "model/organization.h"
#include "store/events.h"
#include "store/log_digests.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/follower.h"

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
static void come_to(struct applier *applier,
    const struct follower_message *message);
static enum error move_time(struct applier *applier,
    const struct follower_message *message);
static enum error apply_to(struct applier *applier,
    const struct follower_message *message,
    const struct received *received, const char *absent);
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
		err = store_log_digest_put(applier->txn, &applier->digest);
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
	result->digest = applier->digest;
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
	if (err == ERR_NONE)
		err = store_log_digest_get(applier->txn, &applier->digest);
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
	enum error err;

	/* Not even its time: replicas have several. */
	if (message->is_void) {
		come_to(applier, message);
		return ERR_NONE;
	}
	err = move_time(applier, message);
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
	membership->position_ms = message->timestamp_ms;
	come_to(applier, message);
	return ERR_NONE;
}

static void
come_to(struct applier *applier, const struct follower_message *message)
{
	applier->membership.position = message->sequence;
	log_digest_add(&applier->digest, message->sequence,
	    message->timestamp_ms, message->payload, message->payload_len);
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
		return applier_put(applier, message, received);
	applier_tell(applier, &received->ticket, APPLIED_GONE, 0);
	return ERR_NONE;
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
