/* replicas.c - a stream read from each of its replicas, side by side. */
#include "stream/replicas.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "stream/ballot.h"
#include "stream/replicas_parts.h"

/* Replicas do not agree for so long: all are read anew, in case that an entry
 * was written over between two of them. */
enum { SPLIT_MS = 2000 };

static bool find_next(const struct replicas *replicas, uint64_t *sequence);
static void pass(struct replicas *replicas, uint64_t sequence,
    struct arrival *winner, struct replica_message *message_out);
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

void
replicas_note_difference(struct replicas *replicas,
    const struct replica *replica, uint64_t sequence)
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
			replicas_note_difference(replicas, replica, sequence);
		replica_drop(replica, sequence);
	}
	decisions_put(&replicas->decisions, sequence, digest);
	replicas->passed = sequence;
	replicas->split_since_ms = 0;
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
