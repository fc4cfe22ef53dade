/* announcing.c - the event of a change to a key or an organization. */
#include "cluster/announcing.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cluster/outbox.h"
#include "model/event.h"
#include "model/registry_entry.h"
#include "record/change_events.h"
#include "record/message.h"
#include "stream/layout.h"

enum {
	/* For as long it is tried: through a fail-over. */
	PATIENCE_MS = 10 * SECOND_MS
};

static enum error draft(const struct registry_entry *entry,
    struct event_draft *draft_out);
static enum error carry(const struct registry_entry *entry,
    uint64_t revision, struct buffer *carried);

bool
announcing_has_event(const struct registry_entry *entry)
{
	return entry->kind == REGISTRY_API_KEY ?
	    entry->change != REGISTRY_BROUGHT :
	    entry->change == REGISTRY_UPDATED;
}

enum error
announcing_add(struct outbox *outbox, const struct registry_entry *entry,
    uint64_t revision, int64_t timestamp_ms, void *owner)
{
	struct outbox_letter letter = {
		.kind = ENVELOPE_RECORD,
		.until_ms = clock_steady_ms() + PATIENCE_MS,
		.owner = owner,
	};
	struct ticket ticket;
	struct buffer carried;
	enum error err;

	if (!announcing_has_event(entry) ||
	    clock_now_ms() - timestamp_ms > ANNOUNCING_AGE_MS)
		return ERR_NONE;
	buffer_init(&carried, MESSAGE_REQUEST_BYTES_MAX);
	err = carry(entry, revision, &carried);
	if (err == ERR_NONE) {
		snprintf(letter.subject, sizeof(letter.subject),
		    STREAM_SUBJECT_PREFIX "%s", entry->organization.id);
		letter.carried = carried.bytes;
		letter.carried_len = carried.len;
		err = outbox_add(outbox, &letter, &ticket);
	}
	buffer_clear(&carried);
	return err;
}

static enum error
carry(const struct registry_entry *entry, uint64_t revision,
    struct buffer *carried)
{
	struct message_request request = {
		.organization = entry->organization.number,
	};
	struct event_draft event;
	enum error err = draft(entry, &event);

	if (err != ERR_NONE)
		return err;
	/* Nobody's key asked for it; the field cannot be empty. */
	memcpy(request.api_key_id, entry->organization.id, EVENT_ID_LEN);
	/* More than one machine may send it: the first one counts. */
	idempotency_key_of_change(revision, request.idempotency_key);
	message_begin_request(carried, &request);
	message_add_event(carried, &event);
	return message_end_request(carried);
}

static enum error
draft(const struct registry_entry *entry, struct event_draft *draft_out)
{
	static const char *const types[] = {
		[REGISTRY_ADDED]   = "api_key_added",
		[REGISTRY_UPDATED] = "api_key_updated",
		[REGISTRY_REMOVED] = "api_key_deleted",
	};

	return entry->kind == REGISTRY_API_KEY ?
	    change_event_api_key(types[entry->change], &entry->api_key,
	    &entry->organization, draft_out) :
	    change_event_organization("organization_updated",
	    &entry->organization, draft_out);
}
