/* recorder_sign.h - signs of life of the recorder, and when there are none. */
#ifndef SHARED_RECORDER_SIGN_H
#define SHARED_RECORDER_SIGN_H

#include <stdint.h>

struct shared;

enum {
	/* It gives one every second, but a commit can take a while. */
	RECORDER_SILENT_MS = 10 * 1000,
	/* So much later than now is a clock that was set back. */
	RECORDER_AHEAD_MS_MAX = 60 * 1000
};

enum recorder_state {
	/* No recorder was seen since there is the file of counters: the store
	 * is only read, or is written by the command line. */
	RECORDER_NONE,
	RECORDER_ALIVE,
	RECORDER_SILENT,
	/* Counters are not shared, so that no sign can be seen. */
	RECORDER_UNKNOWN
};

/* "none" and so on. */
const char *recorder_state_name(enum recorder_state state);

void recorder_sign_give(struct shared *shared, int64_t now_ms);

/* The last one's time, 0 if there was none. */
enum recorder_state recorder_sign_read(const struct shared *shared,
    int64_t now_ms, int64_t *seen_ms_out);

#endif
