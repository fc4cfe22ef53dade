/* group_member.c - what becomes of one request within a transaction. */
#include "record/group_member.h"

#include <string.h>

#include "model/event.h"
#include "record/senders.h"
#include "store/events.h"
#include "store/idempotency.h"

static bool is_under_way(const struct group_member *member,
    const struct group_intake *intake);
static enum error check_blocks(struct group_member *member,
    struct group_intake *intake);
static enum error put_events(struct group_member *member,
    struct group_intake *intake);
static enum error put_key(const struct group_member *member,
    struct group_intake *intake);
static enum error settle(struct group_member *member, enum error err);

enum error
group_member_look_up(struct group_member *member, struct group_intake *intake)
{
	enum error err = senders_check(intake->senders, intake->txn,
	    &member->request, intake->now_ms, &member->outcome);

	if (err == ERR_NONE && member->outcome == MESSAGE_RECORDED)
		err = group_member_look_up_key(member, intake);
	return err;
}

enum error
group_member_look_up_key(struct group_member *member,
    struct group_intake *intake)
{
	const struct message_request *request = &member->request;
	struct idempotency_record record;
	enum error err;

	if (request->idempotency_key[0] == '\0')
		return ERR_NONE;
	err = store_idempotency_find(intake->txn, request->organization,
	    request->idempotency_key, intake->now_ms, &record,
	    intake->found);
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err != ERR_NONE)
		return settle(member, err);

	if (record.place_count == request->event_count &&
	    memcmp(record.body_digest, request->body_digest,
	    sizeof(record.body_digest)) == 0) {
		member->outcome = MESSAGE_REPLAYED;
		memcpy(member->places, intake->found,
		    record.place_count * sizeof(intake->found[0]));
	} else {
		member->outcome = is_under_way(member, intake) ?
		    MESSAGE_CONFLICT : MESSAGE_MISMATCH;
	}
	return ERR_NONE;
}

enum error
group_member_put(struct group_member *member, struct group_intake *intake)
{
	enum error err = group_member_look_up(member, intake);

	if (err == ERR_NONE && member->outcome == MESSAGE_RECORDED)
		err = check_blocks(member, intake);
	if (err == ERR_NONE && member->outcome == MESSAGE_RECORDED)
		err = put_events(member, intake);
	if (err == ERR_NONE && member->outcome == MESSAGE_RECORDED)
		err = put_key(member, intake);
	return err;
}

/* Whether the key's first request is put by this very transaction. */
static bool
is_under_way(const struct group_member *member,
    const struct group_intake *intake)
{
	for (const struct group_member *other = intake->first;
	    other < member; other++)
		if (other->outcome == MESSAGE_RECORDED &&
		    other->request.organization ==
		    member->request.organization &&
		    strcmp(other->request.idempotency_key,
		    member->request.idempotency_key) == 0)
			return true;
	return false;
}

/* Before the first event is put: one that fails half-way spoils all. */
static enum error
check_blocks(struct group_member *member, struct group_intake *intake)
{
	const struct message_request *request = &member->request;
	struct event_json event;
	unsigned int categories = 0;
	size_t offset = 0;

	while (message_next_event(request, &offset, &event))
		categories |= 1U << event.category;
	return settle(member, store_event_append_check(intake->txn,
	    request->organization, categories));
}

static enum error
put_events(struct group_member *member, struct group_intake *intake)
{
	const struct message_request *request = &member->request;
	struct event_json event;
	size_t offset = 0;
	enum error err = ERR_NONE;

	for (size_t i = 0; i < request->event_count && err == ERR_NONE &&
	    message_next_event(request, &offset, &event); i++) {
		err = store_event_append_json(intake->txn,
		    request->organization, &event, intake->now_ms,
		    &member->places[i]);
		intake->load.bytes += event.json_len;
	}
	intake->events += request->event_count;
	return err;
}

static enum error
put_key(const struct group_member *member, struct group_intake *intake)
{
	const struct message_request *request = &member->request;
	struct idempotency_record record = {
		.created_ms = intake->now_ms,
		.place_count = request->event_count,
	};

	if (request->idempotency_key[0] == '\0')
		return ERR_NONE;
	memcpy(record.body_digest, request->body_digest,
	    sizeof(record.body_digest));
	intake->load.idempotency_keys++;
	return store_idempotency_put(intake->txn, request->organization,
	    request->idempotency_key, &record, member->places);
}

/* A damaged record is this request's misfortune alone. */
static enum error
settle(struct group_member *member, enum error err)
{
	if (err != ERR_CORRUPT)
		return err;
	member->outcome = MESSAGE_FAILED;
	return ERR_NONE;
}
