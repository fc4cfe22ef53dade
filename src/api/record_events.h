/* record_events.h - POST /v1/events: check events and ask the recorder. */
#ifndef API_RECORD_EVENTS_H
#define API_RECORD_EVENTS_H

#include <stdbool.h>

#include "base/error.h"

struct exchange;

/* What is kept while the recorder is asked. */
struct recording {
	bool is_batch;			/* the answer is an array */
	bool is_pretty;
	bool has_idempotency_key;
};

/*
 * Leaves the recorder's message, and a pending, in the response.
 * ERR_MEDIA_TYPE, ERR_TOO_LARGE, ERR_SYNTAX, ERR_MEANING, in this order;
 * ERR_NO_MEMORY.
 */
enum error record_events(struct exchange *exchange);

#endif
