/* chores.h - what the recorder does for the store beside taking events in.
 *
 * Each chore has its time, and does a bounded step when that comes.
 */
#ifndef RECORDER_CHORES_H
#define RECORDER_CHORES_H

#include <stdint.h>

#include "base/error.h"
#include "recorder/stalled_readers.h"

struct shared;
struct store;

enum chore {
	CHORE_COUNTERS,		/* another file of counters is followed */
	CHORE_RETENTION,	/* old events and idempotency keys go */
	CHORE_READERS,		/* dead ones are cleared, stalled ones told */
	CHORE_REMOVALS,		/* organizations are erased to the end */
	CHORE_LAST_USED,	/* uses of keys are written to the store */
	CHORE_COUNT
};

struct chores {
	struct store *store;
	struct shared *shared;
	int64_t retention_ms;
	int64_t due_ms[CHORE_COUNT];
	/* Where steps that go on stand. */
	uint32_t removing;	/* an organization's number, 0: none */
	unsigned int damaged;	/* organizations' records, as was logged */
	size_t last_used_position;
	uint64_t pruned;
	struct stalled_readers stalled;
};

/* All are due at once. */
void chores_init(struct chores *chores, struct store *store,
    struct shared *shared, int64_t retention_ms);

/* When the next is due, by clock_steady_ms. */
int64_t chores_due_ms(const struct chores *chores);

/* Does one step of each that is due.  ERR_STORE, ERR_IO when the store cannot
 * go on; other misfortunes are logged where they are seen. */
enum error chores_work(struct chores *chores, int64_t now_ms);

/* When the recorder stops: uses of keys that were not written yet. */
void chores_finish(struct chores *chores);

#endif
