/* requests.c - what responders ask of the recorder of one among several
 * machines. */
#include "cluster/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cluster/cluster.h"
#include "cluster/outbox.h"
#include "model/cluster_secrets.h"
#include "model/idempotency_key.h"
#include "record/group_member.h"
#include "record/senders.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/layout.h"

/* How often what waits for time is looked at. */
enum { LOOK_MS = 100, CLOCK_OFF_MS = 2 * HOUR_MS };

enum stage {
	STAGE_FREE,
	STAGE_SENT,		/* the servers have not answered */
	STAGE_STORED,		/* the log has it */
	STAGE_TAKEN		/* the log has another one of its key */
};

struct on_way {
	enum stage stage;
	uint64_t asker;
	int64_t until_ms;
	int64_t taken_ms;
	struct ticket ticket;
	char subject[PUBLISHER_SUBJECT_SIZE];
	/* Without its events. */
	struct message_request request;
};

struct requests {
	struct cluster *cluster;
	requests_answer *answer;
	void *arg;
	size_t count;
	size_t next;
	int64_t due_ms;
	struct on_way all[REQUESTS_MAX];
	/* Of a round. */
	struct group_intake intake;
	struct senders senders;
	struct cursor found[RECORD_EVENTS_MAX];
	struct cursor places[RECORD_EVENTS_MAX];
	size_t kept_count;
	/* What senders borrows: requests whose bytes live to the end. */
	struct message_request kept[REQUESTS_MAX];
};

static enum message_outcome look_up(struct requests *requests,
    const struct message_request *request);
static enum error publish(struct requests *requests,
    const struct message_request *request, uint64_t asker);
static enum error address(struct requests *requests,
    const struct message_request *request, struct outbox_letter *letter);
static applier_visit settle;
static outbox_done note;
static void look_at_taken(struct requests *requests,
    const struct cluster_place *place);
static enum message_outcome find_first(struct requests *requests,
    const struct on_way *on_way);
static bool publish_again(struct requests *requests, struct on_way *on_way,
    const struct cluster_place *place);
static void end_late(struct requests *requests, int64_t now_ms);
static void finish(struct requests *requests, struct on_way *on_way,
    enum message_outcome outcome, const struct cursor *places);

enum error
requests_new(struct cluster *cluster, requests_answer *answer, void *arg,
    struct requests **requests_out)
{
	struct requests *requests = calloc(1, sizeof(*requests));

	*requests_out = requests;
	if (requests == NULL)
		return ERR_NO_MEMORY;
	requests->cluster = cluster;
	requests->answer = answer;
	requests->arg = arg;
	return ERR_NONE;
}

void
requests_free(struct requests *requests)
{
	free(requests);
}

size_t
requests_count(const struct requests *requests)
{
	return requests->count;
}

enum error
requests_begin(struct requests *requests)
{
	senders_init(&requests->senders);
	requests->kept_count = 0;
	requests->intake = (struct group_intake){
		.now_ms = clock_now_ms(),
		.senders = &requests->senders,
		.found = requests->found,
	};
	return store_read_begin(cluster_store(requests->cluster),
	    &requests->intake.txn);
}

bool
requests_add(struct requests *requests,
    const struct message_request *request, uint64_t asker)
{
	enum message_outcome outcome;
	size_t len;

	(void)message_bytes(request, &len);
	if (requests->count == REQUESTS_MAX ||
	    requests->kept_count == REQUESTS_MAX ||
	    !outbox_has_room(cluster_outbox(requests->cluster), len))
		return false;
	requests->kept[requests->kept_count] = *request;
	outcome = look_up(requests,
	    &requests->kept[requests->kept_count++]);
	if (outcome == MESSAGE_RECORDED &&
	    publish(requests, request, asker) == ERR_NONE)
		return true;
	if (outcome == MESSAGE_RECORDED)
		outcome = MESSAGE_FAILED;
	requests->answer(asker, request->sequence, outcome,
	    requests->places, outcome == MESSAGE_REPLAYED ?
	    request->event_count : 0, requests->arg);
	return true;
}

void
requests_end(struct requests *requests)
{
	store_read_end(requests->intake.txn);
	requests->intake.txn = NULL;
}

enum error
requests_work(struct requests *requests, struct cluster_work *work)
{
	struct cluster_place place;
	int64_t now_ms = clock_steady_ms();
	enum error err = cluster_work(requests->cluster, settle, requests,
	    work);

	outbox_work(cluster_outbox(requests->cluster), now_ms, note,
	    requests);
	cluster_look(requests->cluster, &place);
	look_at_taken(requests, &place);
	end_late(requests, now_ms);
	requests->due_ms = work->is_more ? now_ms : now_ms + LOOK_MS;
	return err;
}

int64_t
requests_due_ms(const struct requests *requests)
{
	return requests->due_ms;
}

/* As if this store were alone: RECORDED when nothing stands against it. */
static enum message_outcome
look_up(struct requests *requests, const struct message_request *request)
{
	struct group_member member = {
		.request = *request,
		.outcome = MESSAGE_FAILED,
		.places = requests->places,
	};

	/* The kept copy is what the senders' table refers to. */
	requests->intake.first = &member;
	if (senders_check(&requests->senders, requests->intake.txn, request,
	    requests->intake.now_ms, &member.outcome) != ERR_NONE)
		return MESSAGE_FAILED;
	if (member.outcome == MESSAGE_RECORDED &&
	    group_member_look_up_key(&member, &requests->intake) != ERR_NONE)
		return MESSAGE_FAILED;
	return member.outcome;
}

static enum error
publish(struct requests *requests, const struct message_request *request,
    uint64_t asker)
{
	struct outbox_letter letter = { .kind = ENVELOPE_RECORD };
	struct on_way *on_way;
	enum error err = address(requests, request, &letter);

	if (err != ERR_NONE)
		return err;
	/* There is one: the count is below the bound. */
	while (requests->all[requests->next].stage != STAGE_FREE)
		requests->next = (requests->next + 1) % REQUESTS_MAX;
	on_way = &requests->all[requests->next];
	letter.mark = (uint16_t)requests->next;
	letter.owner = on_way;
	letter.until_ms = clock_steady_ms() + REQUEST_MS;
	letter.carried = message_bytes(request, &letter.carried_len);
	err = outbox_add(cluster_outbox(requests->cluster), &letter,
	    &on_way->ticket);
	if (err != ERR_NONE)
		return err;
	on_way->stage = STAGE_SENT;
	on_way->asker = asker;
	on_way->until_ms = letter.until_ms;
	memcpy(on_way->subject, letter.subject, sizeof(on_way->subject));
	on_way->request = *request;
	on_way->request.events = NULL;
	on_way->request.events_len = 0;
	requests->count++;
	return ERR_NONE;
}

static enum error
address(struct requests *requests, const struct message_request *request,
    struct outbox_letter *letter)
{
	struct organization organization;
	char token[CLUSTER_TOKEN_LEN + 1];
	enum error err = store_organization_get(requests->intake.txn,
	    request->organization, &organization);

	if (err != ERR_NONE)
		return err;
	if (request->idempotency_key[0] == '\0') {
		snprintf(letter->subject, sizeof(letter->subject),
		    STREAM_SUBJECT_PREFIX "%s", organization.id);
		letter->expects = EXPECTS_ANYTHING;
		return ERR_NONE;
	}
	cluster_token_make(cluster_secrets(requests->cluster),
	    request->idempotency_key, token);
	snprintf(letter->subject, sizeof(letter->subject),
	    STREAM_SUBJECT_PREFIX "%s.%s", organization.id, token);
	letter->expects = EXPECTS_NOTHING;
	letter->stays_when_taken = true;
	return ERR_NONE;
}

/* This machine's store has it, wherever it is known from. */
static void
settle(const struct ticket *ticket, const struct cursor *places,
    size_t place_count, void *arg)
{
	struct requests *requests = arg;
	uint16_t mark = outbox_mark(ticket);
	struct on_way *on_way;

	if (mark >= REQUESTS_MAX)
		return;
	on_way = &requests->all[mark];
	if (on_way->stage != STAGE_FREE && memcmp(on_way->ticket.bytes,
	    ticket->bytes, sizeof(ticket->bytes)) == 0 &&
	    on_way->request.event_count == place_count) {
		outbox_forget(cluster_outbox(requests->cluster), ticket);
		finish(requests, on_way, MESSAGE_RECORDED, places);
	}
}

static void
note(void *owner, const struct ticket *ticket, enum outbox_outcome outcome,
    uint64_t sequence, void *arg)
{
	static const enum message_outcome outcomes[] = {
		[OUTBOX_FULL]    = MESSAGE_FULL,
		[OUTBOX_UNSENT]  = MESSAGE_APART,
		[OUTBOX_UNKNOWN] = MESSAGE_UNKNOWN,
	};
	struct requests *requests = arg;
	struct on_way *on_way = owner;
	int64_t now_ms = clock_steady_ms();

	(void)sequence;
	if (on_way == NULL || on_way->stage == STAGE_FREE ||
	    memcmp(on_way->ticket.bytes, ticket->bytes,
	    sizeof(ticket->bytes)) != 0)
		return;
	switch (outcome) {
	case OUTBOX_STORED:
		on_way->stage = STAGE_STORED;
		if (on_way->until_ms > now_ms + REQUEST_FOLLOW_MS)
			on_way->until_ms = now_ms + REQUEST_FOLLOW_MS;
		break;
	case OUTBOX_TAKEN:
		on_way->stage = STAGE_TAKEN;
		on_way->taken_ms = now_ms;
		break;
	default:
		finish(requests, on_way, outcomes[outcome], NULL);
		break;
	}
}

/*
 * The first message of the key is in the log by now: a look at the log that
 * came later tells how far this store has to be to know it.
 */
static void
look_at_taken(struct requests *requests, const struct cluster_place *place)
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
		finish(requests, on_way, outcome, requests->places);
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

static void
end_late(struct requests *requests, int64_t now_ms)
{
	size_t left = requests->count;

	for (size_t i = 0; i < REQUESTS_MAX && left > 0; i++) {
		struct on_way *on_way = &requests->all[i];

		left -= on_way->stage != STAGE_FREE;
		if (on_way->stage == STAGE_STORED &&
		    now_ms >= on_way->until_ms)
			finish(requests, on_way, MESSAGE_ACCEPTED, NULL);
		if (on_way->stage != STAGE_TAKEN ||
		    now_ms < on_way->until_ms)
			continue;
		outbox_forget(cluster_outbox(requests->cluster),
		    &on_way->ticket);
		finish(requests, on_way, MESSAGE_CONFLICT, NULL);
	}
}

static void
finish(struct requests *requests, struct on_way *on_way,
    enum message_outcome outcome, const struct cursor *places)
{
	bool has_places = outcome == MESSAGE_RECORDED ||
	    outcome == MESSAGE_REPLAYED;

	requests->answer(on_way->asker, on_way->request.sequence, outcome,
	    places, has_places ? on_way->request.event_count : 0,
	    requests->arg);
	on_way->stage = STAGE_FREE;
	requests->count--;
}
