/* event_plain.h - events that are spelled plainly, without json-c.
 *
 * Most events have known members and strings without an escape, which stand
 * in the stored JSON as they stand in the text.  These are checked in one pass
 * and written in another.  Whatever else comes, good or bad, is for
 * json_text_check and json-c: they say what is wrong, and decide which bytes
 * are stored.
 */
#ifndef MODEL_EVENT_PLAIN_H
#define MODEL_EVENT_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/event.h"
#include "model/event_members.h"

/* A string between its quotes, or a number; without text it is not there. */
struct plain_span {
	const char *text;
	size_t len;
	uint8_t classes;	/* that all of its bytes have */
};

struct plain_resource {
	struct plain_span id;
	struct plain_span name;
};

struct plain_pair {
	struct plain_span key;
	struct plain_span value;
};

struct event_plain {
	unsigned int members;	/* those that are there, as bits */
	struct plain_span id;
	struct plain_span type;
	struct plain_span stored_at;
	struct plain_resource resources[MEMBER_COUNT];
	unsigned int pair_count;
	struct plain_pair pairs[METADATA_PAIRS_MAX];
};

/*
 * Reads an event, borrowed from its text.  False when it is no event of that
 * source, is spelled otherwise, or is longer than EVENT_BYTES_MAX.
 */
bool event_plain_read(const char *text, size_t text_len,
    enum event_source source, struct event_plain *event);

/* Makes the draft that event_draft_parse makes of the same text. */
void event_plain_write(const struct event_plain *event,
    const char *client_id, struct event_draft *draft);

#endif
