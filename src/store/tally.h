/* tally.h - what a write transaction did, for the meters of all processes. */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

struct shared;

struct tally {
	uint64_t recorded;	/* events stamped now */
	uint64_t imported;
	uint64_t pruned;
	uint64_t pruned_blocks;
};

/* Counts a transaction that was tried to be put on disk; begin_us is of
 * clock_steady_us, from before that. */
void tally_count(const struct tally *tally, struct shared *shared,
    int64_t begin_us, bool is_committed);

#endif
