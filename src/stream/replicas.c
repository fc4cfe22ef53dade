/* replicas.c - a stream read from each of its replicas, side by side. */
#include "stream/replicas.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "stream/ballot.h"
#include "stream/decisions.h"
#include "stream/jetstream.h"
#include "stream/replica.h"

enum {
	/* For one that is not there, or gives no answer. */
	OPEN_AGAIN_MS = 500,
	/* Servers choose where a consumer lies: so often at once. */
	TRIES_MAX = 12,
	/* Most have more, and nothing comes of this one for so long. */
	STALL_MS = 3000,
	/* Replicas do not agree for so long: all are read anew, in case that
	 * an entry was written over between two of them. */
	SPLIT_MS = 2000,
	PENDING_MESSAGES_MAX = 1024 * 1024
};

/* "$JS.FC", stream, consumer, and a word. */
#define FLOW_CONTROL_FORMAT "$JS.FC.%*[^.].%63[^.]."

struct replicas {
	struct replica_source source;
	natsSubscription *subscription;
	unsigned int opened;	/* which names the next one's subject */
	size_t count;
	uint64_t passed;	/* up to it all is decided */
	int64_t open_at_ms;
	int64_t split_since_ms;
	uint64_t differences;
	struct replica all[BALLOT_REPLICAS_MAX];
	struct decisions decisions;
};

static void close_broken(struct replicas *replicas, uint64_t last,
    int64_t now_ms);
static void open_missing(struct replicas *replicas, size_t there_count);
static bool subscribe(struct replicas *replicas);
static bool open_one(struct replicas *replicas, struct replica *replica);
static bool is_known(const struct replicas *replicas,
    const struct replica *replica);
static struct replica *find(struct replicas *replicas,
    const char *consumer);
static void greet(struct replicas *replicas, natsMsg *message);
static void take(struct replicas *replicas, natsMsg *message);
static void look_back(struct replicas *replicas,
    const struct replica *replica);
static bool find_next(const struct replicas *replicas, uint64_t *sequence);
static void pass(struct replicas *replicas, uint64_t sequence,
    struct arrival *winner, struct replica_message *message_out);
static void note_difference(struct replicas *replicas,
    const struct replica *replica, uint64_t sequence);
static void note_split(struct replicas *replicas);

enum error
replicas_new(struct link *link, const char *stream, uint64_t after,
    struct replicas **replicas_out)
{
	struct replicas *replicas = calloc(1, sizeof(*replicas));
	natsInbox *inbox = NULL;

	*replicas_out = NULL;
	if (replicas == NULL || natsInbox_Create(&inbox) != NATS_OK) {
		free(replicas);
		return ERR_NO_MEMORY;
	}
	replicas->source = (struct replica_source){
		.link = link,
		.stream = stream,
	};
	snprintf(replicas->source.inbox, sizeof(replicas->source.inbox),
	    "%s", inbox);
	natsInbox_Destroy(inbox);
	tag_seed_make(replicas->source.seed);
	replicas->passed = after;
	*replicas_out = replicas;
	return ERR_NONE;
}

void
replicas_free(struct replicas *replicas)
{
	if (replicas == NULL)
		return;
	for (size_t i = 0; i < BALLOT_REPLICAS_MAX; i++)
		replica_close(&replicas->all[i]);
	natsSubscription_Destroy(replicas->subscription);
	free(replicas);
}

void
replicas_keep(struct replicas *replicas, size_t replica_count,
    size_t there_count, uint64_t last)
{
	int64_t now_ms = clock_steady_ms();

	if (replica_count > BALLOT_REPLICAS_MAX)
		replica_count = BALLOT_REPLICAS_MAX;
	for (size_t i = replica_count; i < replicas->count; i++)
		replica_close(&replicas->all[i]);
	replicas->count = replica_count;
	close_broken(replicas, last, now_ms);
	if (now_ms >= replicas->open_at_ms &&
	    link_is_up(replicas->source.link)) {
		open_missing(replicas, there_count);
		replicas->open_at_ms = clock_steady_ms() + OPEN_AGAIN_MS;
	}
}

void
replicas_receive(struct replicas *replicas, int64_t timeout_ms)
{
	natsMsg *message = NULL;

	if (replicas->subscription == NULL)
		nats_Sleep(timeout_ms);
	else if (natsSubscription_NextMsg(&message, replicas->subscription,
	    timeout_ms) == NATS_OK)
		take(replicas, message);
}

bool
replicas_next(struct replicas *replicas, struct replica_message *message)
{
	uint64_t sequence = 0;

	message->message = NULL;
	while (message->message == NULL && find_next(replicas, &sequence)) {
		struct vote votes[BALLOT_REPLICAS_MAX];
		size_t winner = 0;

		for (size_t i = 0; i < replicas->count; i++)
			votes[i] = replica_vote(&replicas->all[i], sequence);
		switch (ballot_count(votes, replicas->count, &winner)) {
		case BALLOT_MESSAGE:
			pass(replicas, sequence,
			    replicas->all[winner].first, message);
			break;
		case BALLOT_NOTHING:
			pass(replicas, sequence, NULL, message);
			break;
		case BALLOT_SPLIT:
			note_split(replicas);
			return false;
		default:
			return false;
		}
	}
	return message->message != NULL;
}

void
replicas_look(const struct replicas *replicas, uint64_t *differences,
    bool *is_split)
{
	*differences = replicas->differences;
	*is_split = replicas->split_since_ms != 0;
}

static void
close_broken(struct replicas *replicas, uint64_t last, int64_t now_ms)
{
	for (size_t i = 0; i < replicas->count; i++) {
		struct replica *replica = &replicas->all[i];

		if (replica->is_broken || (replica->frontier < last &&
		    now_ms - replica->came_ms > STALL_MS))
			replica_close(replica);
	}
}

static void
open_missing(struct replicas *replicas, size_t there_count)
{
	size_t open_count = 0;
	int tries = 0;

	for (size_t i = 0; i < replicas->count; i++)
		open_count += replicas->all[i].is_open;
	for (size_t i = 0; i < replicas->count && open_count < there_count &&
	    subscribe(replicas); i++) {
		struct replica *replica = &replicas->all[i];

		if (replica->is_open)
			continue;
		while (!replica->is_open && tries++ < TRIES_MAX)
			if (!open_one(replicas, replica))
				return;
		open_count += replica->is_open;
	}
}

/* One subject for all: servers send to a subject only while somebody has
 * subscribed to that very one, and no pattern. */
static bool
subscribe(struct replicas *replicas)
{
	const struct replica_source *source = &replicas->source;

	if (replicas->subscription != NULL)
		return true;
	if (natsConnection_SubscribeSync(&replicas->subscription,
	    link_connection(source->link), source->inbox) != NATS_OK) {
		replicas->subscription = NULL;
		return false;
	}
	(void)natsSubscription_SetPendingLimits(replicas->subscription,
	    PENDING_MESSAGES_MAX, BALLOT_REPLICAS_MAX * REPLICA_BYTES_MAX);
	return true;
}

/* False: no answer came, which took time. */
static bool
open_one(struct replicas *replicas, struct replica *replica)
{
	char consumer[REPLICA_NAME_SIZE];

	snprintf(consumer, sizeof(consumer), "%s-%u",
	    strrchr(replicas->source.inbox, '.') + 1, replicas->opened++);
	if (!replica_open(replica, &replicas->source, consumer,
	    replicas->passed))
		return false;
	if (is_known(replicas, replica))
		replica_close(replica);
	return true;
}

/* Whether its server's replica is read already. */
static bool
is_known(const struct replicas *replicas, const struct replica *replica)
{
	for (size_t i = 0; i < replicas->count; i++)
		if (&replicas->all[i] != replica &&
		    replicas->all[i].is_open && strcmp(
		    replicas->all[i].server, replica->server) == 0)
			return true;
	return false;
}

static struct replica *
find(struct replicas *replicas, const char *consumer)
{
	for (size_t i = 0; i < replicas->count; i++)
		if (replicas->all[i].is_open &&
		    strcmp(replicas->all[i].consumer, consumer) == 0)
			return &replicas->all[i];
	return NULL;
}

static void
take(struct replicas *replicas, natsMsg *message)
{
	jsMsgMetaData *place = NULL;
	struct replica *replica;

	if (natsMsg_GetMetaData(&place, message) != NATS_OK) {
		greet(replicas, message);
		natsMsg_Destroy(message);
		return;
	}
	replica = find(replicas, place->Consumer);
	if (replica != NULL) {
		replica_take(replica, message, place);
		look_back(replicas, replica);
		replica_drop(replica, replicas->passed);
	} else {
		replica_delete(&replicas->source, place->Consumer);
		natsMsg_Destroy(message);
	}
	jsMsgMetaData_Destroy(place);
}

/*
 * What is no message of the stream: a greeting, or a question whether to go
 * on, to be answered to a subject which ends with the consumer's name and one
 * more word.  A consumer that nobody reads was given up.
 */
static void
greet(struct replicas *replicas, natsMsg *message)
{
	const char *subject = natsMsg_GetReply(message);
	char consumer[REPLICA_NAME_SIZE];
	struct replica *replica;

	if (subject == NULL && natsMsgHeader_Get(message,
	    "Nats-Consumer-Stalled", &subject) != NATS_OK)
		return;
	if (sscanf(subject, FLOW_CONTROL_FORMAT, consumer) != 1)
		return;
	replica = find(replicas, consumer);
	if (replica != NULL)
		replica_owe(replica, subject);
	else
		replica_delete(&replicas->source, consumer);
}

/* Whether what came late is what most said. */
static void
look_back(struct replicas *replicas, const struct replica *replica)
{
	const struct arrival *last = replica->last;

	if (last != NULL && last->sequence <= replicas->passed &&
	    decisions_differ(&replicas->decisions, last->sequence,
	    last->digest))
		note_difference(replicas, replica, last->sequence);
}

/* The lowest place of which a message came, and that is not decided. */
static bool
find_next(const struct replicas *replicas, uint64_t *sequence)
{
	bool is_found = false;

	for (size_t i = 0; i < replicas->count; i++) {
		const struct arrival *first = replicas->all[i].first;

		if (first != NULL && (!is_found ||
		    first->sequence < *sequence)) {
			*sequence = first->sequence;
			is_found = true;
		}
	}
	return is_found;
}

/*
 * The message goes out, NULL for none; what others have at its place goes.
 * None may be so because a later one of its subject came: no difference.
 */
static void
pass(struct replicas *replicas, uint64_t sequence, struct arrival *winner,
    struct replica_message *message)
{
	uint64_t digest = winner == NULL ? 0 : winner->digest;

	if (winner != NULL) {
		*message = (struct replica_message){
			.message = winner->message,
			.sequence = sequence,
			.timestamp_ms = winner->timestamp_ms,
		};
		winner->message = NULL;
	}
	for (size_t i = 0; i < replicas->count; i++) {
		struct replica *replica = &replicas->all[i];
		const struct arrival *first = replica->first;

		if (first != NULL && first->sequence == sequence &&
		    digest != 0 && first->digest != digest)
			note_difference(replicas, replica, sequence);
		replica_drop(replica, sequence);
	}
	decisions_put(&replicas->decisions, sequence, digest);
	replicas->passed = sequence;
	replicas->split_since_ms = 0;
}

static void
note_difference(struct replicas *replicas, const struct replica *replica,
    uint64_t sequence)
{
	char place[24];

	/* Who reads all of a log that differs hears of it once. */
	if (replicas->differences++ > 0)
		return;
	snprintf(place, sizeof(place), "%" PRIu64, sequence);
	log_fact(LEVEL_WARNING, "a server has something else in the log than "
	    "most: its replica is to be made anew", "server", replica->server,
	    "stream", replicas->source.stream, "sequence", place, NULL);
}

static void
note_split(struct replicas *replicas)
{
	int64_t now_ms = clock_steady_ms();

	if (replicas->split_since_ms == 0) {
		replicas->split_since_ms = now_ms;
		log_fact(LEVEL_ERROR, "the servers' replicas of the log "
		    "differ, and most do not agree", "stream",
		    replicas->source.stream, NULL);
	}
	if (now_ms - replicas->split_since_ms < SPLIT_MS)
		return;
	replicas->split_since_ms = now_ms;
	for (size_t i = 0; i < replicas->count; i++)
		replicas->all[i].is_broken = true;
}
