/* decisions.h - what most replicas said of the last places of a stream, for
 * those that come late. */
#ifndef STREAM_DECISIONS_H
#define STREAM_DECISIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { DECISIONS_MAX = 4096 };

struct decision {
	uint64_t sequence;
	uint64_t digest;	/* 0: there was no message */
};

struct decisions {
	struct decision all[DECISIONS_MAX];
};

void decisions_put(struct decisions *decisions, uint64_t sequence,
    uint64_t digest);

/* Whether there was another message; false as well where nobody knows. */
bool decisions_differ(const struct decisions *decisions, uint64_t sequence,
    uint64_t digest);

#endif
