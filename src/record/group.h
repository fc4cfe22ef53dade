/* group.h - many requests in one commit.
 *
 * A commit costs the same for one event and for many, so what waits is
 * committed together.  Each request has its own outcome, as if it had been
 * alone.
 */
#ifndef RECORD_GROUP_H
#define RECORD_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "record/message.h"

struct group;
struct store;

enum {
	GROUP_REQUESTS_MAX = 1024,
	/* Of all its requests, and so at least of one. */
	GROUP_EVENTS_MAX = 8 * RECORD_EVENTS_MAX
};

enum error group_new(struct store *store, int64_t retention_ms,
    struct group **group_out);
void group_free(struct group *group);

/*
 * Adds a request whose frame was checked (message_read_request); its events
 * are borrowed until the commit, which stamps them in place.  False when it
 * does not fit: commit first.
 */
bool group_add(struct group *group, const struct message_request *request,
    void *asker);
size_t group_count(const struct group *group);

/* Called once for each request, in order, after the commit; places are
 * borrowed for the call, and there for RECORDED and REPLAYED. */
typedef void group_answer(void *asker, uint64_t sequence,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count, void *arg);

struct group_result {
	uint64_t requests;
	uint64_t recorded;	/* of them */
	uint64_t events;
	uint64_t pruned;
	uint64_t commits;
	bool is_full;		/* the store refused intake */
	bool is_broken;		/* it failed otherwise: open it anew */
};

/*
 * Commits what was added in one transaction, answers everyone and empties the
 * group.  In the transaction, for each request in order: its API key
 * may still record for its organization; its idempotency key is new, or its
 * request is answered as before;
 * its events can be put; they are stamped and put, with the key.  What fails
 * of this is that request's outcome and harms no other.  When the store fails
 * half-way, nothing was changed, and each request is tried alone.  When it has
 * no room, what needs none has its outcome all the same: a replay, a mismatch.
 *
 * Everything is in its outcomes: what the store says is logged there.
 */
void group_commit(struct group *group, group_answer *answer, void *arg,
    struct group_result *result_out);

/* Answers everyone so, without a look at the store, and empties the group. */
void group_refuse(struct group *group, enum message_outcome outcome,
    group_answer *answer, void *arg);

/* Does as group_commit in a store that has no room, without trying. */
void group_refuse_full(struct group *group, group_answer *answer, void *arg);

#endif
