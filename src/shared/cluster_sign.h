/* cluster_sign.h - how the machine stands to the log that it shares with
 * others, as its recorder tells its responders. */
#ifndef SHARED_CLUSTER_SIGN_H
#define SHARED_CLUSTER_SIGN_H

#include <stdbool.h>
#include <stdint.h>

struct meters_reading;
struct shared;

enum {
	/* Without a look at the log for longer, a machine is cut off. */
	CLUSTER_CUT_OFF_MS = 60 * 1000
};

/* As long as it is all zero, the machine is alone. */
struct cluster_sign {
	bool is_member;
	bool is_lost;		/* its store has to be restored */
	bool is_up;		/* connected */
	bool is_lagging;
	int64_t seen_ms;	/* the last look at the log, since 1970 */
	uint64_t position;
	uint64_t log_last;	/* both are sequences */
	uint64_t failovers;
	uint64_t skipped;
	uint64_t gaps;
	/* Places of log and bucket where a server had something else than
	 * most; and whether it is so at the next one, without a majority. */
	uint64_t differences;
	bool is_split;
};

enum cluster_state {
	CLUSTER_NONE,		/* a machine of its own */
	CLUSTER_WELL,
	CLUSTER_CUT_OFF,
	CLUSTER_LOST
};

void cluster_sign_give(struct shared *shared,
    const struct cluster_sign *sign);

/* The last look's time is 0 if there was none. */
enum cluster_state cluster_sign_read(const struct shared *shared,
    int64_t now_ms, int64_t *seen_ms_out);

/* Whether events must not be answered from this store; costs one load. */
bool cluster_sign_is_lost(const struct shared *shared);

/* A machine of its own shows nothing of clusters. */
void cluster_sign_hide(struct meters_reading *reading);

#endif
