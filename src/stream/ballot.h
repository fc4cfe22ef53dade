/* ballot.h - what most replicas of a log say of one of its places.
 *
 * A replica that led the log and was cut off, or ended, may keep what it was
 * about to store, where the others have something else (nats-server 2.9.10):
 * what is in the log is what most of them have.
 */
#ifndef STREAM_BALLOT_H
#define STREAM_BALLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* JetStream's bound. */
enum { BALLOT_REPLICAS_MAX = 5 };

struct vote {
	bool is_cast;		/* the replica's messages came so far */
	bool has_message;	/* it has one at this place */
	uint64_t digest;	/* of that */
};

enum ballot_result {
	BALLOT_OPEN,		/* votes that are missing decide */
	BALLOT_SPLIT,		/* whatever is missing, most will not agree */
	BALLOT_MESSAGE,		/* what the replica winner_out has */
	BALLOT_NOTHING		/* no message */
};

/* replica_count is how many the log has, up to BALLOT_REPLICAS_MAX; votes are
 * as many. */
enum ballot_result ballot_count(const struct vote *votes,
    size_t replica_count, size_t *winner_out);

#endif
