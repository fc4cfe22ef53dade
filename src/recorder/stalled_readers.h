/* stalled_readers.h - read transactions that live too long.
 *
 * As long as one is open, no page that was freed since can be used again, and
 * the store's file grows.
 */
#ifndef RECORDER_STALLED_READERS_H
#define RECORDER_STALLED_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/readers.h"

/* A page takes less than a millisecond, a backup of gigabytes seconds. */
enum { READER_STALLED_MS = 60 * 1000, STALLED_READERS_MAX = 64 };

struct stalled_readers {
	struct {
		struct reader reader;
		int64_t since_ms;	/* when it was first seen */
		bool is_told;
	} seen[STALLED_READERS_MAX];
	size_t count;
};

/* Compares with what was there before; logs each reader that is there for so
 * long, once, with its process, and returns how many were logged. */
size_t stalled_readers_look(struct stalled_readers *stalled,
    const struct reader *readers, size_t count, int64_t now_ms);

#endif
