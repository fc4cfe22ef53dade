/* decisions.c - what most replicas said of the last places of a stream. */
#include "stream/decisions.h"

void
decisions_put(struct decisions *decisions, uint64_t sequence, uint64_t digest)
{
	decisions->all[sequence % DECISIONS_MAX] = (struct decision){
		.sequence = sequence,
		.digest = digest,
	};
}

bool
decisions_differ(const struct decisions *decisions, uint64_t sequence,
    uint64_t digest)
{
	const struct decision *decision =
	    &decisions->all[sequence % DECISIONS_MAX];

	return decision->sequence == sequence && decision->digest != 0 &&
	    decision->digest != digest;
}
