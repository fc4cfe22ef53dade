/* last_used.h - when each API key was last used.
 *
 * Every request tells it here, which costs no write to the store; now and
 * then the recorder takes what changed and writes it there.
 */
#ifndef SHARED_LAST_USED_H
#define SHARED_LAST_USED_H

#include <stddef.h>
#include <stdint.h>

#include "model/limits.h"

struct shared;

struct last_use {
	char id[EVENT_ID_LEN + 1];	/* of the key */
	int64_t used_ms;
};

/*
 * The key was used, which is kept to the second.  Of more than 16,384 keys,
 * or of nine whose tags meet, the one is forgotten that has been saved; if all
 * have to be saved still, the one that was used longest ago.
 */
void last_used_touch(struct shared *shared,
    const char id[EVENT_ID_LEN + 1], int64_t now_ms);

/* 0 when nothing is known here; then the store may know. */
int64_t last_used_find(struct shared *shared,
    const char id[EVENT_ID_LEN + 1], int64_t now_ms);

/*
 * Fills uses with at most use_max uses that have changed since they were last
 * saved, and returns how many.  *position is 0 to begin; call again until it
 * is 0 again.  An id has the right shape, but need not be any key's: the
 * file can be written by others.  A use lies in the past.
 */
size_t last_used_changed(struct shared *shared, int64_t now_ms,
    size_t *position, struct last_use *uses, size_t use_max);

/* These uses are in the store now: to be called after the commit.  What was
 * used again meanwhile has changed still. */
void last_used_saved(struct shared *shared, const struct last_use *uses,
    size_t use_count);

#endif
