/* group.c - many requests in one commit. */
#include "record/group.h"

#include <stdlib.h>

#include "base/clock.h"
#include "record/group_member.h"
#include "record/retention.h"
#include "record/senders.h"
#include "store/store.h"

struct group {
	struct store *store;
	int64_t retention_ms;
	size_t count;
	size_t event_count;
	struct group_member members[GROUP_REQUESTS_MAX];
	struct cursor places[GROUP_EVENTS_MAX];
	/* Of the request that an idempotency key names. */
	struct cursor found[RECORD_EVENTS_MAX];
	struct senders senders;
};

/* Tried alone, so many in a row may find no room: each costs a commit. */
enum { ALONE_FULL_MAX = 3 };

/* One transaction, about members from first on, up to end. */
struct attempt {
	size_t first;
	size_t end;
	struct group_intake intake;
	uint64_t pruned;
	bool is_begun;		/* what failed, failed after that */
	bool is_commit;		/* it failed then */
};

static enum error try_members(struct group *group, size_t first, size_t end,
    struct attempt *attempt, struct group_result *result);
static enum error put_members(struct group *group, struct attempt *attempt);
static bool is_worth_alone(const struct attempt *attempt, enum error err);
static void try_alone(struct group *group, struct group_result *result);
static void fail(struct group *group, size_t first, size_t end,
    enum error err, struct group_result *result);
static void recall(struct group *group);
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
	struct group_member *member = &group->members[group->count];

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
	if (result_out->is_full)
		recall(group);
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

void
group_refuse_full(struct group *group, group_answer *answer, void *arg)
{
	for (size_t i = 0; i < group->count; i++)
		group->members[i].outcome = MESSAGE_FULL;
	recall(group);
	answer_all(group, answer, arg, &(struct group_result){ 0 });
}

static enum error
try_members(struct group *group, size_t first, size_t end,
    struct attempt *attempt, struct group_result *result)
{
	struct group_intake *intake = &attempt->intake;
	enum error err;

	*attempt = (struct attempt){
		.first = first,
		.end = end,
		.intake = {
		    .senders = &group->senders,
		    .first = &group->members[first],
		    .found = group->found,
		},
	};
	err = retention_begin(group->store, group->retention_ms,
	    &intake->txn, &result->pruned);
	if (err != ERR_NONE)
		return err;
	attempt->is_begun = true;
	senders_init(&group->senders);
	/* Within the transaction, so that a wait for it does not count. */
	intake->now_ms = clock_now_ms();

	err = put_members(group, attempt);
	if (err == ERR_NONE && intake->events > 0)
		err = retention_keep_step(intake->txn, group->retention_ms,
		    &intake->load, &attempt->pruned);
	/* What was answered before is on disk: that needs no commit. */
	if (err != ERR_NONE || intake->events == 0) {
		store_write_abort(intake->txn);
		return err;
	}

	attempt->is_commit = true;
	err = store_write_commit(intake->txn);
	if (err == ERR_NONE) {
		result->commits++;
		result->events += intake->events;
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
		err = group_member_put(&group->members[i], &attempt->intake);
	return err;
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

/*
 * Of those that found no room, some need none: a repeat records nothing, and
 * what is wrong with a request is so also when the store is full.
 */
static void
recall(struct group *group)
{
	struct group_intake intake = {
		.now_ms = clock_now_ms(),
		.senders = &group->senders,
		.found = group->found,
	};
	enum error err = store_read_begin(group->store, &intake.txn);

	senders_init(&group->senders);
	for (size_t i = 0; i < group->count && err == ERR_NONE; i++) {
		struct group_member *member = &group->members[i];

		if (member->outcome != MESSAGE_FULL)
			continue;
		/* Nothing that it finds is under way any more. */
		intake.first = member;
		err = group_member_look_up(member, &intake);
		if (err != ERR_NONE || member->outcome == MESSAGE_RECORDED)
			member->outcome = MESSAGE_FULL;
	}
	store_read_end(intake.txn);
}

static void
answer_all(struct group *group, group_answer *answer, void *arg,
    struct group_result *result)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct group_member *member = &group->members[i];
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
