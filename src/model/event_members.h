/* event_members.h - an event's members, checked one by one. */
#ifndef MODEL_EVENT_MEMBERS_H
#define MODEL_EVENT_MEMBERS_H

#include "base/error.h"
#include "model/event.h"

struct json_object;

/* In the order in which they are stored. */
enum event_member {
	MEMBER_ID,
	MEMBER_TYPE,
	MEMBER_STORED_AT,
	MEMBER_CLIENT,
	MEMBER_MESSAGE,
	MEMBER_API_KEY,
	MEMBER_QUEUE,
	MEMBER_LISTENER,
	MEMBER_METADATA,
	MEMBER_COUNT
};

/* "api_key" and the like. */
const char *event_member_name(enum event_member member);

/* False when no member is called so. */
bool event_member_find(const char *name, size_t name_len,
    enum event_member *member_out);

/* Whether it is an object of id and name. */
bool event_member_is_resource(enum event_member member);

struct event_members {
	struct json_object *values[MEMBER_COUNT];	/* NULL: not there */
};

/*
 * Fills members with what event has, borrowed from it.  ERR_MEANING, as
 * event_draft_parse says, when it is no event of that source; then members
 * are not for use.
 */
enum error event_members_read(struct json_object *event,
    enum event_source source, struct event_members *members,
    struct detail *detail);

#endif
