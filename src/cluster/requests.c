/* requests.c - what responders ask of the recorder of one among several
 * machines. */
#include "cluster/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cluster/cluster.h"
#include "cluster/outbox.h"
#include "cluster/taken.h"
#include "model/cluster_secrets.h"
#include "model/idempotency_key.h"
#include "record/group_member.h"
#include "record/senders.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/layout.h"

/* How often what waits for time is looked at. */
enum { LOOK_MS = 100 };

static enum message_outcome look_up(struct requests *requests,
    const struct message_request *request);
static enum error publish(struct requests *requests,
    const struct message_request *request, uint64_t asker);
static enum error address(struct requests *requests,
    const struct message_request *request, struct outbox_letter *letter);
static applier_visit settle;
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
	taken_look(requests, &place);
	end_late(requests, now_ms);
	requests->due_ms = work->is_more ? now_ms : now_ms + LOOK_MS;
	return err;
}

int64_t
requests_due_ms(const struct requests *requests)
{
	return requests->due_ms;
}

void
requests_finish(struct requests *requests, struct on_way *on_way,
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
		requests_finish(requests, on_way, MESSAGE_RECORDED, places);
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
		requests_finish(requests, on_way, outcomes[outcome], NULL);
		break;
	}
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
			requests_finish(requests, on_way, MESSAGE_ACCEPTED,
			    NULL);
		if (on_way->stage != STAGE_TAKEN ||
		    now_ms < on_way->until_ms)
			continue;
		outbox_forget(cluster_outbox(requests->cluster),
		    &on_way->ticket);
		requests_finish(requests, on_way, MESSAGE_CONFLICT, NULL);
	}
}
