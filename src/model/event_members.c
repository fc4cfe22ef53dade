/* event_members.c - an event's members, checked one by one. */
#include "model/event_members.h"

#include <assert.h>
#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <string.h>

#include "base/text.h"
#include "model/name.h"

typedef enum error member_check(enum event_member member,
    struct json_object *value, struct detail *detail);

static enum error take_members(struct json_object *event,
    struct event_members *members, struct detail *detail);
static enum error check_source(const struct event_members *members,
    enum event_source source, struct detail *detail);
static member_check check_id;
static member_check check_type;
static member_check check_stored_at;
static member_check check_resource;
static enum error check_resource_id(const char *resource,
    struct json_object *id, struct detail *detail);
static enum error check_resource_name(const char *resource,
    struct json_object *name, struct detail *detail);
static member_check check_metadata;
static enum error check_pair(const char *key, struct json_object *value,
    struct detail *detail);
static bool is_type(const char *text, size_t text_len);
static bool is_resource_id(const char *text, size_t text_len);
static struct quoted show(struct json_object *value);
static const char *kind(struct json_object *value);

#define MEMBER_ROW(name, check) { name, sizeof(name) - 1, check }

static const struct {
	const char *name;
	size_t name_len;
	member_check *check;
} member_rows[] = {
	[MEMBER_ID]        = MEMBER_ROW("id",        check_id),
	[MEMBER_TYPE]      = MEMBER_ROW("type",      check_type),
	[MEMBER_STORED_AT] = MEMBER_ROW("stored_at", check_stored_at),
	[MEMBER_CLIENT]    = MEMBER_ROW("client",    check_resource),
	[MEMBER_MESSAGE]   = MEMBER_ROW("message",   check_resource),
	[MEMBER_API_KEY]   = MEMBER_ROW("api_key",   check_resource),
	[MEMBER_QUEUE]     = MEMBER_ROW("queue",     check_resource),
	[MEMBER_LISTENER]  = MEMBER_ROW("listener",  check_resource),
	[MEMBER_METADATA]  = MEMBER_ROW("metadata",  check_metadata),
};
static_assert(COUNT_OF(member_rows) == MEMBER_COUNT, "a row per member");

static const char null_refused[] =
    "null is not allowed, leave the member out";

const char *
event_member_name(enum event_member member)
{
	return member_rows[member].name;
}

bool
event_member_find(const char *name, size_t name_len,
    enum event_member *member_out)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		*member_out = (enum event_member)i;
		if (name_len == member_rows[i].name_len &&
		    memcmp(name, member_rows[i].name, name_len) == 0)
			return true;
	}
	return false;
}

bool
event_member_is_resource(enum event_member member)
{
	return member_rows[member].check == check_resource;
}

enum error
event_members_read(struct json_object *event, enum event_source source,
    struct event_members *members, struct detail *detail)
{
	enum error err;

	*members = (struct event_members){ { NULL } };
	if (!json_object_is_type(event, json_type_object))
		return detail_set(detail, ERR_MEANING,
		    "expected an event, which is a JSON object, got %s",
		    kind(event));

	err = take_members(event, members, detail);
	if (err != ERR_NONE)
		return err;
	err = check_source(members, source, detail);
	for (size_t i = 0; i < MEMBER_COUNT && err == ERR_NONE; i++)
		if (members->values[i] != NULL)
			err = member_rows[i].check((enum event_member)i,
			    members->values[i], detail);
	return err;
}

static enum error
take_members(struct json_object *event, struct event_members *members,
    struct detail *detail)
{
	json_object_iter at;

	json_object_object_foreachC(event, at) {
		enum event_member member;

		if (!event_member_find(at.key, strlen(at.key), &member))
			return detail_set(detail, ERR_MEANING,
			    "%s: unknown member, allowed are type, client, "
			    "message, api_key, queue, listener and metadata",
			    quote(at.key, strlen(at.key)).text);
		if (at.val == NULL)
			return detail_set(detail, ERR_MEANING, "%s: %s",
			    at.key, null_refused);
		members->values[member] = at.val;
	}
	return ERR_NONE;
}

/* The members that must be there, and those that must not. */
static enum error
check_source(const struct event_members *members, enum event_source source,
    struct detail *detail)
{
	static const enum event_member places[] = {
		MEMBER_ID, MEMBER_STORED_AT
	};

	if (members->values[MEMBER_TYPE] == NULL)
		return detail_set(detail, ERR_MEANING, "type: is required");
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		bool is_there = members->values[places[i]] != NULL;

		if (source == EVENT_RECORDED && is_there)
			return detail_set(detail, ERR_MEANING,
			    "%s: is given to an event when it is recorded, "
			    "leave the member out",
			    event_member_name(places[i]));
		if (source == EVENT_IMPORTED && !is_there)
			return detail_set(detail, ERR_MEANING,
			    "%s: is required of an imported event",
			    event_member_name(places[i]));
	}
	return ERR_NONE;
}

static enum error
check_id(enum event_member member, struct json_object *value,
    struct detail *detail)
{
	if (json_object_is_type(value, json_type_string) &&
	    event_id_is_valid(json_object_get_string(value),
	    (size_t)json_object_get_string_len(value)))
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING,
	    "%s: expected a string of %d of A-Z, a-z, 0-9, \"_\" and \"-\", "
	    "got %s", event_member_name(member), EVENT_ID_LEN,
	    show(value).text);
}

static enum error
check_type(enum event_member member, struct json_object *value,
    struct detail *detail)
{
	if (json_object_is_type(value, json_type_string) &&
	    is_type(json_object_get_string(value),
	    (size_t)json_object_get_string_len(value)))
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING,
	    "%s: expected a string of 1 to %d of a-z, 0-9 and \"_\" that "
	    "begins with a letter, got %s", event_member_name(member),
	    EVENT_TYPE_LEN_MAX, show(value).text);
}

static enum error
check_stored_at(enum event_member member, struct json_object *value,
    struct detail *detail)
{
	if (json_object_is_type(value, json_type_int) &&
	    json_object_get_int64(value) >= STORED_AT_MS_MIN &&
	    json_object_get_int64(value) <= STORED_AT_MS_MAX)
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING,
	    "%s: expected milliseconds since 1970 as a whole number of 13 "
	    "digits, got %s", event_member_name(member), show(value).text);
}

static enum error
check_resource(enum event_member member, struct json_object *value,
    struct detail *detail)
{
	const char *resource = event_member_name(member);
	bool has_id = member == MEMBER_CLIENT;	/* it has a default */
	json_object_iter at;

	if (!json_object_is_type(value, json_type_object))
		return detail_set(detail, ERR_MEANING,
		    "%s: expected an object of id and name, got %s",
		    resource, kind(value));
	json_object_object_foreachC(value, at) {
		enum error err;

		if (strcmp(at.key, "id") == 0) {
			err = check_resource_id(resource, at.val, detail);
			has_id = true;
		} else if (strcmp(at.key, "name") == 0) {
			err = check_resource_name(resource, at.val, detail);
		} else {
			err = detail_set(detail, ERR_MEANING,
			    "%s.%s: unknown member, allowed are id and name",
			    resource, quote(at.key, strlen(at.key)).text);
		}
		if (err != ERR_NONE)
			return err;
	}
	if (!has_id)
		return detail_set(detail, ERR_MEANING, "%s.id: is required",
		    resource);
	return ERR_NONE;
}

static enum error
check_resource_id(const char *resource, struct json_object *id,
    struct detail *detail)
{
	if (json_object_is_type(id, json_type_string) &&
	    is_resource_id(json_object_get_string(id),
	    (size_t)json_object_get_string_len(id)))
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING,
	    "%s.id: expected a string of 1 to %d of A-Z, a-z, 0-9, \"_\", "
	    "\".\" and \"-\", got %s", resource, RESOURCE_ID_LEN_MAX,
	    show(id).text);
}

static enum error
check_resource_name(const char *resource, struct json_object *name,
    struct detail *detail)
{
	if (name == NULL)
		return detail_set(detail, ERR_MEANING, "%s.name: %s",
		    resource, null_refused);
	if (json_object_is_type(name, json_type_string) &&
	    name_is_valid(json_object_get_string(name),
	    (size_t)json_object_get_string_len(name),
	    RESOURCE_NAME_BYTES_MAX))
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING,
	    "%s.name: expected a string of 1 to %d bytes without control "
	    "characters, got %s", resource, RESOURCE_NAME_BYTES_MAX,
	    show(name).text);
}

static enum error
check_metadata(enum event_member member, struct json_object *value,
    struct detail *detail)
{
	json_object_iter at;

	if (!json_object_is_type(value, json_type_object))
		return detail_set(detail, ERR_MEANING,
		    "%s: expected an object of string pairs, got %s",
		    event_member_name(member), kind(value));
	if (json_object_object_length(value) > METADATA_PAIRS_MAX)
		return detail_set(detail, ERR_MEANING,
		    "%s: expected at most %d pairs, got %d",
		    event_member_name(member), METADATA_PAIRS_MAX,
		    json_object_object_length(value));
	json_object_object_foreachC(value, at) {
		enum error err = check_pair(at.key, at.val, detail);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum error
check_pair(const char *key, struct json_object *value, struct detail *detail)
{
	size_t key_len = strlen(key);

	if (!name_is_valid(key, key_len, METADATA_KEY_BYTES_MAX))
		return detail_set(detail, ERR_MEANING,
		    "metadata: expected keys of 1 to %d bytes without control "
		    "characters, got %s", METADATA_KEY_BYTES_MAX,
		    quote(key, key_len).text);
	if (!json_object_is_type(value, json_type_string))
		return detail_set(detail, ERR_MEANING,
		    "metadata.%s: expected a string, got %s",
		    quote(key, key_len).text, show(value).text);
	return ERR_NONE;
}

static bool
is_type(const char *text, size_t text_len)
{
	if (text_len == 0 || text_len > EVENT_TYPE_LEN_MAX ||
	    text[0] < 'a' || text[0] > 'z')
		return false;
	for (size_t i = 1; i < text_len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') &&
		    !(text[i] >= '0' && text[i] <= '9') && text[i] != '_')
			return false;
	return true;
}

static bool
is_resource_id(const char *text, size_t text_len)
{
	if (text_len == 0 || text_len > RESOURCE_ID_LEN_MAX)
		return false;
	for (size_t i = 0; i < text_len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') &&
		    !(text[i] >= 'A' && text[i] <= 'Z') &&
		    !(text[i] >= '0' && text[i] <= '9') &&
		    text[i] != '_' && text[i] != '.' && text[i] != '-')
			return false;
	return true;
}

/* A string in quotes, a number as it is, anything else by its kind. */
static struct quoted
show(struct json_object *value)
{
	struct quoted shown = { "" };
	const char *text;

	switch (json_object_get_type(value)) {
	case json_type_string:
		return quote(json_object_get_string(value),
		    (size_t)json_object_get_string_len(value));
	case json_type_int:
	case json_type_double:
		text = json_object_to_json_string(value);
		break;
	default:
		text = kind(value);
		break;
	}
	if (text != NULL)
		strncat(shown.text, text, sizeof(shown.text) - 1);
	return shown;
}

static const char *
kind(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return "null";
	case json_type_boolean:
		return "a boolean";
	case json_type_int:
	case json_type_double:
		return "a number";
	case json_type_object:
		return "an object";
	case json_type_array:
		return "an array";
	case json_type_string:
		return "a string";
	}
	return "something else";
}
