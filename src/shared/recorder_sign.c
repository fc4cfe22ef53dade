/* recorder_sign.c - signs of life of the recorder. */
#include "shared/recorder_sign.h"

#include <stddef.h>

#include "shared/meters.h"
#include "shared/shared.h"

static const char *const names[] = {
	[RECORDER_NONE] = "none",
	[RECORDER_ALIVE] = "alive",
	[RECORDER_SILENT] = "silent",
	[RECORDER_UNKNOWN] = "unknown",
};

const char *
recorder_state_name(enum recorder_state state)
{
	return names[state];
}

void
recorder_sign_give(struct shared *shared, int64_t now_ms)
{
	meters_set(shared, METER_RECORDER_SEEN_MS, now_ms);
}

enum recorder_state
recorder_sign_read(const struct shared *shared, int64_t now_ms,
    int64_t *seen_ms_out)
{
	int64_t ago_ms;

	*seen_ms_out = 0;
	if (!shared_is_file(shared))
		return RECORDER_UNKNOWN;
	*seen_ms_out = (int64_t)meters_get(shared, METER_RECORDER_SEEN_MS);
	if (*seen_ms_out == 0)
		return RECORDER_NONE;
	if (__builtin_sub_overflow(now_ms, *seen_ms_out, &ago_ms) ||
	    ago_ms < -RECORDER_AHEAD_MS_MAX || ago_ms > RECORDER_SILENT_MS)
		return RECORDER_SILENT;
	return RECORDER_ALIVE;
}
