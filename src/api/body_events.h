/* body_events.h - the events that a body holds, as texts. */
#ifndef API_BODY_EVENTS_H
#define API_BODY_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "api/body_type.h"
#include "base/error.h"
#include "model/json_array.h"

struct body_events {
	enum body_type type;
	const char *text;	/* borrowed */
	size_t len;
	bool is_batch;		/* the answer is an array, too */
	bool is_checked;	/* each event has passed json_text_check */
	size_t count;
};

/*
 * Looks at all of the body: whether it is JSON, or each of its lines is, and
 * what it holds.  ERR_SYNTAX before ERR_MEANING: it is JSON, but no event, no
 * array, or one of 0 or more than RECORD_EVENTS_MAX events.  ERR_NO_MEMORY.
 */
enum error body_events_read(enum body_type type, const char *text, size_t len,
    struct body_events *events_out, struct detail *detail);

/* Walks them: *offset is 0 at first.  False behind the last one.  Each byte is
 * looked at once. */
bool body_events_next(const struct body_events *events, size_t *offset,
    struct json_element *event_out);

#endif
