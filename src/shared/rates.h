/* rates.h - how many requests a minute each API key makes. */
#ifndef SHARED_RATES_H
#define SHARED_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/api_key.h"

struct shared;

/* What the three X-RateLimit headers and Retry-After say. */
struct rate {
	bool is_allowed;
	uint32_t limit;		/* requests a minute */
	uint32_t remaining;	/* that could follow this one at once */
	int64_t reset_s;	/* when all of limit could, since 1970 */
	int64_t retry_after_s;	/* 0 when allowed, else 1 to 60 */
};

/*
 * Takes one request out of the key's bucket, which holds rate_per_minute of
 * them, 1 and more, and is filled evenly, all of it in a minute.  A request
 * that is refused takes nothing.  A bucket that is not known is full.
 *
 * Many threads and processes that take at once are allowed exactly what is
 * there, except at the moment when a key takes the place of one that is
 * forgotten, which happens when more than 32,768 are in use, or nine whose
 * tags meet: then the fullest bucket is forgotten.
 *
 * However the clock is set, a key is refused for 61 seconds at most.
 */
void rates_take(struct shared *shared,
    const uint8_t digest[API_KEY_DIGEST_BYTES], uint32_t rate_per_minute,
    int64_t now_ms, struct rate *rate_out);

#endif
