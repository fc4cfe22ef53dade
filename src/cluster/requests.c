/* requests.c - what responders ask of the recorder of one among several
 * machines. */
#include "cluster/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cluster/cluster.h"
#include "cluster/outbox.h"
#include "cluster/unannounced.h"
#include "model/cluster_secrets.h"
#include "record/group_member.h"
#include "record/senders.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/layout.h"

/* How often what waits for time is looked at. */
enum { LOOK_MS = 100 };

enum stage {
	STAGE_FREE,
	STAGE_SENT,		/* the servers have not answered */
	STAGE_STORED		/* the log has it */
};

struct on_way {
	enum stage stage;
	uint64_t asker;
	uint64_t sequence;	/* the asker's */
	int64_t until_ms;
	struct ticket ticket;
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
static struct on_way *find(struct requests *requests,
    const struct ticket *ticket);
static void finish(struct requests *requests, struct on_way *on_way,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count);
static outbox_done note;
static void end_late(struct requests *requests, int64_t now_ms);

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
	/* Of a recorder that was here before. */
	unannounced_expect(cluster);
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
	int64_t now_ms = clock_steady_ms();
	enum error err = cluster_work(requests->cluster, settle, requests,
	    work);

	if (work->commits > 0)
		outbox_pass(cluster_outbox(requests->cluster),
		    cluster_position(requests->cluster), NULL);
	outbox_work(cluster_outbox(requests->cluster), now_ms, note,
	    requests);
	end_late(requests, now_ms);
	unannounced_work(requests->cluster, now_ms);
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
	on_way->sequence = request->sequence;
	on_way->until_ms = letter.until_ms;
	requests->count++;
	return ERR_NONE;
}

static enum error
address(struct requests *requests, const struct message_request *request,
    struct outbox_letter *letter)
{
	struct organization organization;
	enum error err = store_organization_get(requests->intake.txn,
	    request->organization, &organization);

	if (err == ERR_NONE)
		snprintf(letter->subject, sizeof(letter->subject),
		    STREAM_SUBJECT_PREFIX "%s", organization.id);
	return err;
}

/* This machine's store knows what came of it. */
static void
settle(const struct applied *applied, void *arg)
{
	static const enum message_outcome outcomes[] = {
		[APPLIED_RECORDED]  = MESSAGE_RECORDED,
		[APPLIED_BEFORE]    = MESSAGE_REPLAYED,
		[APPLIED_OTHERWISE] = MESSAGE_MISMATCH,
		[APPLIED_GONE]      = MESSAGE_GONE,
	};
	struct requests *requests = arg;
	struct on_way *on_way = find(requests, &applied->ticket);
	bool has_places = applied->outcome == APPLIED_RECORDED ||
	    applied->outcome == APPLIED_BEFORE;

	outbox_forget(cluster_outbox(requests->cluster), &applied->ticket);
	if (on_way != NULL)
		finish(requests, on_way, outcomes[applied->outcome],
		    applied->places, has_places ? applied->place_count : 0);
}

/* NULL: another machine's, or answered already. */
static struct on_way *
find(struct requests *requests, const struct ticket *ticket)
{
	struct on_way *on_way;

	if (ticket->mark >= REQUESTS_MAX ||
	    !producer_is(outbox_producer(cluster_outbox(requests->cluster)),
	    &ticket->producer))
		return NULL;
	on_way = &requests->all[ticket->mark];
	return on_way->stage != STAGE_FREE &&
	    on_way->ticket.number == ticket->number ? on_way : NULL;
}

static void
finish(struct requests *requests, struct on_way *on_way,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count)
{
	requests->answer(on_way->asker, on_way->sequence, outcome, places,
	    place_count, requests->arg);
	on_way->stage = STAGE_FREE;
	requests->count--;
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
	struct on_way *on_way = find(requests, ticket);
	int64_t until_ms = clock_steady_ms() + REQUEST_FOLLOW_MS;

	(void)sequence;
	/* What tells of changes has nobody who waits. */
	if (owner == NULL && outcome != OUTBOX_STORED)
		unannounced_expect(requests->cluster);
	if (owner == NULL || on_way == NULL)
		return;
	if (outcome != OUTBOX_STORED) {
		finish(requests, on_way, outcomes[outcome], NULL, 0);
		return;
	}
	on_way->stage = STAGE_STORED;
	if (on_way->until_ms > until_ms)
		on_way->until_ms = until_ms;
}

/* Those that are not stored have the outbox's time.  An acknowledgement alone
 * is no proof that the log has it: see stream/ballot.h. */
static void
end_late(struct requests *requests, int64_t now_ms)
{
	size_t left = requests->count;
	uint64_t decided = left == 0 ? 0 :
	    cluster_decided(requests->cluster);

	for (size_t i = 0; i < REQUESTS_MAX && left > 0; i++) {
		struct on_way *on_way = &requests->all[i];

		left -= on_way->stage != STAGE_FREE;
		if (on_way->stage == STAGE_STORED &&
		    now_ms >= on_way->until_ms)
			finish(requests, on_way, outbox_is_stored(
			    cluster_outbox(requests->cluster),
			    &on_way->ticket, decided) ? MESSAGE_ACCEPTED :
			    MESSAGE_UNKNOWN, NULL, 0);
	}
}
