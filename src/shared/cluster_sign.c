/* cluster_sign.c - how the machine stands to the log that it shares. */
#include "shared/cluster_sign.h"

#include "shared/meters.h"
#include "shared/shared.h"

void
cluster_sign_give(struct shared *shared, const struct cluster_sign *sign)
{
	uint64_t lag = sign->log_last > sign->position ?
	    sign->log_last - sign->position : 0;

	meters_set(shared, METER_CLUSTER_SEEN_MS, sign->seen_ms);
	meters_set(shared, METER_CLUSTER_LOST, sign->is_lost);
	meters_set(shared, METER_CLUSTER_UP, sign->is_up);
	meters_set(shared, METER_CLUSTER_LAGGING, sign->is_lagging);
	meters_set(shared, METER_CLUSTER_POSITION, (int64_t)sign->position);
	meters_set(shared, METER_CLUSTER_LAG, (int64_t)lag);
	meters_set(shared, METER_CLUSTER_FAILOVERS,
	    (int64_t)sign->failovers);
	meters_set(shared, METER_CLUSTER_SKIPPED, (int64_t)sign->skipped);
	meters_set(shared, METER_CLUSTER_GAPS, (int64_t)sign->gaps);
	meters_set(shared, METER_CLUSTER_DIFFERENCES,
	    (int64_t)sign->differences);
	meters_set(shared, METER_CLUSTER_SPLIT, sign->is_split);
	meters_set(shared, METER_CLUSTER_MEMBER, sign->is_member);
}

enum cluster_state
cluster_sign_read(const struct shared *shared, int64_t now_ms,
    int64_t *seen_ms_out)
{
	int64_t ago_ms;

	*seen_ms_out = 0;
	if (meters_state(shared, METER_CLUSTER_MEMBER) == 0)
		return CLUSTER_NONE;
	*seen_ms_out = (int64_t)meters_state(shared, METER_CLUSTER_SEEN_MS);
	if (cluster_sign_is_lost(shared))
		return CLUSTER_LOST;
	if (__builtin_sub_overflow(now_ms, *seen_ms_out, &ago_ms) ||
	    ago_ms > CLUSTER_CUT_OFF_MS)
		return CLUSTER_CUT_OFF;
	return CLUSTER_WELL;
}

bool
cluster_sign_is_lost(const struct shared *shared)
{
	return meters_state(shared, METER_CLUSTER_LOST) != 0;
}

void
cluster_sign_hide(struct meters_reading *reading)
{
	if (reading->values[METER_CLUSTER_MEMBER] != 0)
		return;
	for (int i = METER_CLUSTER_MEMBER; i <= METER_CLUSTER_LAST; i++)
		reading->is_known[i] = false;
}
