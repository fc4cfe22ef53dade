/* replicas_parts.h - what reads of several replicas are made of, for the files
 * replicas*.c. */
#ifndef STREAM_REPLICAS_PARTS_H
#define STREAM_REPLICAS_PARTS_H

#include "stream/decisions.h"
#include "stream/replica.h"
#include "stream/replicas.h"
#include "stream/verdict_book.h"

struct replicas {
	struct replica_source source;
	natsSubscription *subscription;
	unsigned int opened;	/* which names the next one's subject */
	size_t count;
	uint64_t passed;	/* up to it all is decided */
	int64_t open_at_ms;
	int64_t open_again_ms;	/* after a round that leaves one missing */
	int64_t gave_up_ms;	/* when a consumer was told so last */
	int64_t drained_ms;	/* nothing that came was waiting then */
	uint64_t differences;
	/* The next place, or 0: most do not agree, or did not for somebody. */
	uint64_t doubt;
	bool is_split;
	/* The last one that was read anew, and when: somebody had asked by
	 * then. */
	uint64_t asked;
	int64_t asked_ms;
	struct verdict_book book;
	struct replica all[BALLOT_REPLICAS_MAX];
	struct decisions decisions;
};

/* This replica had something else at the sequence than most. */
void replicas_note_difference(struct replicas *replicas,
    const struct replica *replica, uint64_t sequence);

/* One thing at a time about the place in doubt, for which other machines are
 * asked; and what it needs to know of verdicts. */
void replicas_judge(struct replicas *replicas, uint64_t first);
void replicas_inform(struct replicas *replicas);

/* No message is taken of the place. */
void replicas_pass_over(struct replicas *replicas, uint64_t sequence);

#endif
