/* group.c - many requests in one commit. */
#include "record/group.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/event.h"
#include "model/organization.h"
#include "record/retention.h"
#include "store/events.h"
#include "store/idempotency.h"
#include "store/organizations.h"
#include "store/store.h"

struct member {
	struct message_request request;
	void *asker;
	enum message_outcome outcome;
	struct cursor *places;	/* of the group; as many as events */
};

struct group {
	struct store *store;
	int64_t retention_ms;
	size_t count;
	size_t event_count;
	struct member members[GROUP_REQUESTS_MAX];
	struct cursor places[GROUP_EVENTS_MAX];
	/* Of the request that an idempotency key names. */
	struct cursor found[RECORD_EVENTS_MAX];
};

/* Tried alone, so many in a row may find no room: each costs a commit. */
enum { ALONE_FULL_MAX = 3 };

/* One transaction, about members from first on, up to end. */
struct attempt {
	struct store_txn *txn;
	size_t first;
	size_t end;
	int64_t now_ms;
	uint64_t events;
	uint64_t pruned;
	struct retention_load load;
	bool is_begun;		/* what failed, failed after that */
	bool is_commit;		/* it failed then */
};

static enum error try_members(struct group *group, size_t first, size_t end,
    struct attempt *attempt, struct group_result *result);
static enum error put_members(struct group *group, struct attempt *attempt);
static enum error put_member(struct group *group, struct attempt *attempt,
    struct member *member);
static enum error check_organization(struct attempt *attempt,
    struct member *member);
static enum error look_up_key(struct group *group, struct attempt *attempt,
    struct member *member);
static bool is_under_way(const struct group *group,
    const struct attempt *attempt, const struct member *member);
static enum error check_blocks(struct attempt *attempt,
    struct member *member);
static enum error put_events(struct attempt *attempt,
    struct member *member);
static enum error put_key(struct attempt *attempt,
    const struct member *member);
static enum error settle(struct member *member, enum error err);
static bool is_worth_alone(const struct attempt *attempt, enum error err);
static void try_alone(struct group *group, struct group_result *result);
static void fail(struct group *group, size_t first, size_t end,
    enum error err, struct group_result *result);
static void answer_all(struct group *group, group_answer *answer, void *arg,
    struct group_result *result);

enum error
group_new(struct store *store, int64_t retention_ms,
    struct group **group_out)
{
	struct group *group = malloc(sizeof(*group));

	*group_out = group;
	if (group == NULL)
		return ERR_NO_MEMORY;
	group->store = store;
	group->retention_ms = retention_ms;
	group->count = 0;
	group->event_count = 0;
	return ERR_NONE;
}

void
group_free(struct group *group)
{
	free(group);
}

bool
group_add(struct group *group, const struct message_request *request,
    void *asker)
{
	struct member *member = &group->members[group->count];

	if (group->count == GROUP_REQUESTS_MAX ||
	    request->event_count > GROUP_EVENTS_MAX - group->event_count)
		return false;
	member->request = *request;
	member->asker = asker;
	member->places = &group->places[group->event_count];
	group->event_count += request->event_count;
	group->count++;
	return true;
}

size_t
group_count(const struct group *group)
{
	return group->count;
}

void
group_commit(struct group *group, group_answer *answer, void *arg,
    struct group_result *result_out)
{
	struct attempt attempt;
	enum error err;

	*result_out = (struct group_result){ .requests = group->count };
	if (group->count == 0)
		return;
	err = try_members(group, 0, group->count, &attempt, result_out);
	if (err != ERR_NONE && group->count > 1 &&
	    is_worth_alone(&attempt, err))
		try_alone(group, result_out);
	else if (err != ERR_NONE)
		fail(group, 0, group->count, err, result_out);
	answer_all(group, answer, arg, result_out);
}

void
group_refuse(struct group *group, enum message_outcome outcome,
    group_answer *answer, void *arg)
{
	for (size_t i = 0; i < group->count; i++)
		group->members[i].outcome = outcome;
	answer_all(group, answer, arg, &(struct group_result){ 0 });
}

static enum error
try_members(struct group *group, size_t first, size_t end,
    struct attempt *attempt, struct group_result *result)
{
	enum error err;

	*attempt = (struct attempt){ .first = first, .end = end };
	err = retention_begin(group->store, group->retention_ms,
	    &attempt->txn, &result->pruned);
	if (err != ERR_NONE)
		return err;
	attempt->is_begun = true;
	/* Within the transaction, so that a wait for it does not count. */
	attempt->now_ms = clock_now_ms();

	err = put_members(group, attempt);
	if (err == ERR_NONE && attempt->events > 0)
		err = retention_keep_step(attempt->txn, group->retention_ms,
		    &attempt->load, &attempt->pruned);
	/* What was answered before is on disk: that needs no commit. */
	if (err != ERR_NONE || attempt->events == 0) {
		store_write_abort(attempt->txn);
		return err;
	}

	attempt->is_commit = true;
	err = store_write_commit(attempt->txn);
	if (err == ERR_NONE) {
		result->commits++;
		result->events += attempt->events;
		result->pruned += attempt->pruned;
	}
	return err;
}

/* An error is one that spoilt the transaction, and no request's outcome. */
static enum error
put_members(struct group *group, struct attempt *attempt)
{
	enum error err = ERR_NONE;

	for (size_t i = attempt->first; i < attempt->end && err == ERR_NONE;
	    i++)
		err = put_member(group, attempt, &group->members[i]);
	return err;
}

/* MESSAGE_RECORDED until something says otherwise. */
static enum error
put_member(struct group *group, struct attempt *attempt,
    struct member *member)
{
	enum error err;

	member->outcome = MESSAGE_RECORDED;
	err = check_organization(attempt, member);
	if (err == ERR_NONE && member->outcome == MESSAGE_RECORDED)
		err = look_up_key(group, attempt, member);
	if (err == ERR_NONE && member->outcome == MESSAGE_RECORDED)
		err = check_blocks(attempt, member);
	if (err == ERR_NONE && member->outcome == MESSAGE_RECORDED)
		err = put_events(attempt, member);
	if (err == ERR_NONE && member->outcome == MESSAGE_RECORDED)
		err = put_key(attempt, member);
	return err;
}

static enum error
check_organization(struct attempt *attempt, struct member *member)
{
	struct organization organization;
	enum error err = store_organization_get(attempt->txn,
	    member->request.organization, &organization);

	if (err == ERR_NOT_FOUND || (err == ERR_NONE &&
	    organization.status == ORGANIZATION_REMOVING)) {
		member->outcome = MESSAGE_GONE;
		return ERR_NONE;
	}
	return settle(member, err);
}

static enum error
look_up_key(struct group *group, struct attempt *attempt,
    struct member *member)
{
	const struct message_request *request = &member->request;
	struct idempotency_record record;
	enum error err;

	if (request->idempotency_key[0] == '\0')
		return ERR_NONE;
	err = store_idempotency_find(attempt->txn, request->organization,
	    request->idempotency_key, attempt->now_ms, &record,
	    group->found);
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err != ERR_NONE)
		return settle(member, err);

	if (record.place_count == request->event_count &&
	    memcmp(record.body_digest, request->body_digest,
	    sizeof(record.body_digest)) == 0) {
		member->outcome = MESSAGE_REPLAYED;
		memcpy(member->places, group->found,
		    record.place_count * sizeof(group->found[0]));
	} else {
		member->outcome = is_under_way(group, attempt, member) ?
		    MESSAGE_CONFLICT : MESSAGE_MISMATCH;
	}
	return ERR_NONE;
}

/* Whether the key's first request is put by this very transaction. */
static bool
is_under_way(const struct group *group, const struct attempt *attempt,
    const struct member *member)
{
	for (const struct member *other = &group->members[attempt->first];
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
check_blocks(struct attempt *attempt, struct member *member)
{
	const struct message_request *request = &member->request;
	struct event_json event;
	unsigned int categories = 0;
	size_t offset = 0;

	while (message_next_event(request, &offset, &event))
		categories |= 1U << event.category;
	return settle(member, store_event_append_check(attempt->txn,
	    request->organization, categories));
}

static enum error
put_events(struct attempt *attempt, struct member *member)
{
	const struct message_request *request = &member->request;
	struct event_json event;
	size_t offset = 0;
	enum error err = ERR_NONE;

	for (size_t i = 0; i < request->event_count && err == ERR_NONE &&
	    message_next_event(request, &offset, &event); i++) {
		err = store_event_append_json(attempt->txn,
		    request->organization, &event, attempt->now_ms,
		    &member->places[i]);
		attempt->load.bytes += event.json_len;
	}
	attempt->events += request->event_count;
	return err;
}

static enum error
put_key(struct attempt *attempt, const struct member *member)
{
	const struct message_request *request = &member->request;
	struct idempotency_record record = {
		.created_ms = attempt->now_ms,
		.place_count = request->event_count,
	};

	if (request->idempotency_key[0] == '\0')
		return ERR_NONE;
	memcpy(record.body_digest, request->body_digest,
	    sizeof(record.body_digest));
	attempt->load.idempotency_keys++;
	return store_idempotency_put(attempt->txn, request->organization,
	    request->idempotency_key, &record, member->places);
}

/* A damaged record is this request's misfortune alone. */
static enum error
settle(struct member *member, enum error err)
{
	if (err != ERR_CORRUPT)
		return err;
	member->outcome = MESSAGE_FAILED;
	return ERR_NONE;
}

/* A disk that fails does so for each of them, and a store that is full as it
 * begins as well. */
static bool
is_worth_alone(const struct attempt *attempt, enum error err)
{
	return attempt->is_begun && (!attempt->is_commit || err == ERR_FULL);
}

static void
try_alone(struct group *group, struct group_result *result)
{
	unsigned int full_count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct attempt attempt;
		enum error err = try_members(group, i, i + 1, &attempt,
		    result);

		full_count = err == ERR_FULL ? full_count + 1 : 0;
		if (err == ERR_NONE)
			continue;
		if (!is_worth_alone(&attempt, err) ||
		    full_count == ALONE_FULL_MAX) {
			fail(group, i, group->count, err, result);
			return;
		}
		fail(group, i, i + 1, err, result);
	}
}

static void
fail(struct group *group, size_t first, size_t end, enum error err,
    struct group_result *result)
{
	for (size_t i = first; i < end; i++)
		group->members[i].outcome = err == ERR_FULL ? MESSAGE_FULL :
		    MESSAGE_FAILED;
	if (err == ERR_FULL)
		result->is_full = true;
	else if (err == ERR_STORE || err == ERR_IO)
		result->is_broken = true;
}

static void
answer_all(struct group *group, group_answer *answer, void *arg,
    struct group_result *result)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct member *member = &group->members[i];
		bool has_places = member->outcome == MESSAGE_RECORDED ||
		    member->outcome == MESSAGE_REPLAYED;

		if (member->outcome == MESSAGE_RECORDED)
			result->recorded++;
		answer(member->asker, member->request.sequence,
		    member->outcome, member->places,
		    has_places ? member->request.event_count : 0, arg);
	}
	group->count = 0;
	group->event_count = 0;
}
