/* tally.c - what a write transaction did, for the meters of all processes. */
#include "store/tally.h"

#include "base/clock.h"
#include "shared/meters.h"

void
tally_count(const struct tally *tally, struct shared *shared,
    int64_t begin_us, bool is_committed)
{
	uint64_t events = tally->recorded + tally->imported;

	if (!is_committed) {
		meters_add(shared, METER_COMMITS_FAILED, 1);
		return;
	}
	meters_add(shared, METER_COMMITS, 1);
	meters_observe(shared, METER_COMMIT_US,
	    (uint64_t)(clock_steady_us() - begin_us));
	if (events != 0) {
		meters_observe(shared, METER_COMMIT_EVENTS, events);
		meters_add(shared, METER_EVENTS_RECORDED, tally->recorded);
		meters_add(shared, METER_EVENTS_IMPORTED, tally->imported);
	}
	if (tally->pruned_blocks != 0) {
		meters_add(shared, METER_EVENTS_PRUNED, tally->pruned);
		meters_add(shared, METER_BLOCKS_PRUNED, tally->pruned_blocks);
	}
}
