/* event.h - what an event is: its JSON in, checked, and its stored bytes.
 *
 * An event is checked and serialised once, when it is recorded: by json-c, or,
 * when it is spelled plainly (event_plain.h), into the same bytes without it.
 * The stored bytes always begin {"id":"…21…","type":"…","stored_at":…13
 * digits…, so that a draft can be stamped in place, within the write
 * transaction that decides its order.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/category.h"
#include "model/cursor.h"
#include "model/limits.h"

struct buffer;

/* stored_at always has 13 digits: 2001-09-09 to 2286-11-20. */
#define STORED_AT_MS_MIN INT64_C(1000000000000)
#define STORED_AT_MS_MAX INT64_C(9999999999999)

enum event_source {
	EVENT_RECORDED,		/* id and stored_at are refused */
	EVENT_IMPORTED		/* id and stored_at are required */
};

/* An event as it will be stored.  No pointers: it can be copied and kept in
 * arrays. */
struct event_draft {
	enum category category;
	struct cursor place;		/* an imported event's own; otherwise
					 * zero until stamped */
	uint16_t json_len;
	uint16_t stored_at_offset;	/* of the 13 digits within json */
	char json[EVENT_STORED_BYTES_MAX];
};

/*
 * Checks one event's JSON text and makes its draft.
 *
 *   client_id   what client.id becomes when the event names none; an
 *               organization's id
 *
 * An event is an object of these members, each at most once, none null:
 *
 *   type        required; [a-z][a-z0-9_]{0,63}
 *   client, message, api_key, queue, listener
 *               {"id": ..., "name": ...}: id is 1 to 64 of [A-Za-z0-9_.-] and
 *               required, but of client; name, if there, is 1 to 256 bytes
 *               without control characters (name.h)
 *   metadata    up to 16 pairs of strings; a key is 1 to 256 bytes without
 *               control characters, a value any text
 *   id, stored_at
 *               as source says: 21 of [A-Za-z0-9_-], 13 digits
 *
 * and has at most EVENT_BYTES_MAX bytes as compact JSON (UTF-8, escaped where
 * RFC 8259 asks for it), where id, stored_at and a client.id that equals
 * client_id do not count.  It is stored in this order: id, type, stored_at,
 * then as above.
 *
 * ERR_SYNTAX: not JSON (RFC 8259, UTF-8, no duplicate members, at most
 * JSON_DEPTH_MAX deep).  ERR_MEANING: JSON, but no event; detail names the
 * member: "type: …", "queue.id: …".  An imported event's stored_at is only
 * held to 13 digits here; the window is the caller's to check.
 * ERR_NO_MEMORY.
 */
enum error event_draft_parse(const char *text, size_t text_len,
    enum event_source source, const char *client_id,
    struct event_draft *draft, struct detail *detail);

/* The same for a text that json_text_check has passed, alone or as a part of
 * another, so that one check is enough for many events. */
enum error event_draft_parse_checked(const char *text, size_t text_len,
    enum event_source source, const char *client_id,
    struct event_draft *draft, struct detail *detail);

/* Writes id and stored_at_ms into the JSON and the place. */
void event_draft_stamp(struct event_draft *draft, const struct cursor *place);

enum { STORED_AT_LEN = 13 };

/* A draft whose JSON lies elsewhere, in no more bytes than it takes. */
struct event_json {
	enum category category;
	uint16_t stored_at_offset;
	uint16_t json_len;
	char *json;			/* borrowed */
};

/* The same for it. */
void event_json_stamp(const struct event_json *event,
    const struct cursor *place);

/* Reads the place that stands in the JSON of one that has its frame. */
void event_json_place(const struct event_json *event,
    struct cursor *place_out);

/*
 * Whether one from another process begins as every stored event does, with
 * stored_at at its offset and a type of its category, ends as an object does,
 * and is one line.  What is between is not looked at.
 */
bool event_json_has_frame(const struct event_json *event);

/* An event as it lies in the store; borrowed from the read transaction. */
struct event_view {
	const char *json;		/* EVENT_STORED_BYTES_MAX at most */
	size_t json_len;
	enum category category;
	struct cursor place;
};

/* Its type, borrowed from its JSON; no NUL ends it. */
const char *event_view_type(const struct event_view *view,
    size_t *type_len_out);

/* The offset of the id within every stored event's JSON. */
enum { EVENT_ID_OFFSET = sizeof("{\"id\":\"") - 1 };

#endif
