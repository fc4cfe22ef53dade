/* sweep.h - where pruning is in its round over the events. */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

/* Events of one organization and category. */
struct sweep_place {
	uint32_t organization;
	uint8_t category;
};

/*
 * The next place is also stored, for the next process; the rest is this
 * process's own round.  Nothing was removed since the round began at start.
 */
struct sweep {
	bool is_begun;
	struct sweep_place next;
	struct sweep_place start;
	bool is_around;		/* it passed the end of the tree */
	int64_t oldest_ms;	/* the round is about events before it */
};

#endif
