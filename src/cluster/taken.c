/* taken.c - requests of whose idempotency key the log has another message. */
#include "cluster/taken.h"

#include "base/clock.h"
#include "cluster/cluster.h"
#include "cluster/outbox.h"
#include "model/idempotency_key.h"
#include "model/limits.h"
#include "store/store.h"

/* By how much this machine's clock may be off before an event comes twice. */
enum { CLOCK_OFF_MS = 2 * HOUR_MS };

static bool publish_again(struct requests *requests, struct on_way *on_way,
    const struct cluster_place *place);
static enum message_outcome find_first(struct requests *requests,
    const struct on_way *on_way);

/*
 * The first message of the key is in the log by now: a look at the log that
 * came later tells how far this store has to be to know it.
 */
void
taken_look(struct requests *requests, const struct cluster_place *place)
{
	size_t left = requests->count;

	for (size_t i = 0; i < REQUESTS_MAX && left > 0; i++) {
		struct on_way *on_way = &requests->all[i];
		enum message_outcome outcome;

		left -= on_way->stage != STAGE_FREE;
		if (on_way->stage != STAGE_TAKEN)
			continue;
		/* Most often it is here already. */
		outcome = find_first(requests, on_way);
		if (outcome == MESSAGE_RECORDED && (place->log.looked_ms <=
		    on_way->taken_ms + FOLLOWER_LOOK_MS ||
		    place->membership.position < place->log.last))
			continue;
		if (outcome == MESSAGE_RECORDED &&
		    publish_again(requests, on_way, place))
			continue;
		if (outcome == MESSAGE_RECORDED)
			outcome = MESSAGE_CONFLICT;
		outbox_forget(cluster_outbox(requests->cluster),
		    &on_way->ticket);
		requests_finish(requests, on_way, outcome, requests->places);
	}
}

/*
 * The log keeps messages for longer than a key is good: one whose day is over
 * gives its place to the next.  The log's own time says so where something
 * came since; ours may be off by CLOCK_OFF_MS before an event comes twice.
 */
static bool
publish_again(struct requests *requests, struct on_way *on_way,
    const struct cluster_place *place)
{
	uint64_t sequence;
	int64_t timestamp_ms;

	if (publisher_last(cluster_publisher(requests->cluster),
	    on_way->subject, &sequence, &timestamp_ms) != ERR_NONE ||
	    (place->membership.position_ms - timestamp_ms < IDEMPOTENCY_MS &&
	    clock_now_ms() - timestamp_ms < IDEMPOTENCY_MS + CLOCK_OFF_MS))
		return false;
	on_way->stage = STAGE_SENT;
	outbox_again(cluster_outbox(requests->cluster), &on_way->ticket,
	    sequence);
	return true;
}

static enum message_outcome
find_first(struct requests *requests, const struct on_way *on_way)
{
	struct group_member member = {
		.request = on_way->request,
		.outcome = MESSAGE_RECORDED,
		.places = requests->places,
	};
	struct group_intake intake = {
		.now_ms = clock_now_ms(),
		.first = &member,
		.found = requests->found,
	};

	if (store_read_begin(cluster_store(requests->cluster),
	    &intake.txn) != ERR_NONE ||
	    group_member_look_up_key(&member, &intake) != ERR_NONE)
		member.outcome = MESSAGE_FAILED;
	store_read_end(intake.txn);
	return member.outcome;
}
