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

static enum ballot_result count(const struct replicas *replicas,
    uint64_t sequence, size_t *winner_out);
static bool find_next(const struct replicas *replicas, uint64_t *sequence);
static void pass(struct replicas *replicas, uint64_t sequence,
    struct arrival *winner, struct replica_message *message_out);
static void note_doubt(struct replicas *replicas, uint64_t sequence,
    bool is_split);

enum error
replicas_new(struct link *link, const char *stream,
    const struct cluster_secrets *secrets, uint64_t after,
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
	verdict_book_init(&replicas->book, link, secrets);
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
	verdict_book_clear(&replicas->book);
	free(replicas);
}

bool
replicas_next(struct replicas *replicas, struct replica_message *message)
{
	uint64_t sequence = 0;
	bool is_out = false;

	*message = (struct replica_message){ .message = NULL };
	while (!is_out && find_next(replicas, &sequence)) {
		enum verdict verdict = verdicts_find(
		    &replicas->book.verdicts, sequence);
		size_t winner = 0;
		enum ballot_result result = count(replicas, sequence,
		    &winner);

		is_out = verdict == VERDICT_VOID || result == BALLOT_MESSAGE;
		if (verdict == VERDICT_VOID) {
			message->sequence = sequence;
			replicas_pass_over(replicas, sequence);
		} else if (result == BALLOT_OPEN) {
			return false;
		} else if (result == BALLOT_SPLIT ||
		    verdict == VERDICT_ASKED) {
			note_doubt(replicas, sequence,
			    result == BALLOT_SPLIT);
			return false;
		} else {
			pass(replicas, sequence, result == BALLOT_MESSAGE ?
			    replicas->all[winner].first : NULL, message);
		}
	}
	return is_out;
}

void
replicas_look(const struct replicas *replicas, uint64_t *differences,
    bool *is_split)
{
	*differences = replicas->differences;
	*is_split = replicas->doubt != 0 && replicas->is_split;
}

void
replicas_pass_over(struct replicas *replicas, uint64_t sequence)
{
	struct replica_message none;

	pass(replicas, sequence, NULL, &none);
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

static enum ballot_result
count(const struct replicas *replicas, uint64_t sequence, size_t *winner)
{
	struct vote votes[BALLOT_REPLICAS_MAX];

	for (size_t i = 0; i < replicas->count; i++)
		votes[i] = replica_vote(&replicas->all[i], sequence);
	return ballot_count(votes, replicas->count, winner);
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
	replicas->doubt = 0;
}

static void
note_doubt(struct replicas *replicas, uint64_t sequence, bool is_split)
{
	char place[24];

	if (replicas->doubt != sequence && replicas->asked != sequence) {
		snprintf(place, sizeof(place), "%" PRIu64, sequence);
		log_fact(LEVEL_WARNING, "the servers' replicas of the log "
		    "differ, and most do not agree", "stream",
		    replicas->source.stream, "sequence", place, NULL);
	}
	replicas->doubt = sequence;
	replicas->is_split = is_split;
}
