/* event.c - what an event is: its JSON in, checked, and its stored bytes. */
#include "model/event.h"

#include <assert.h>
#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>
#include <string.h>

#include "base/text.h"
#include "model/event_frame.h"
#include "model/event_members.h"
#include "model/event_plain.h"
#include "model/json_text.h"

enum {
	/* `"id":"",` and `"stored_at":,` with their values. */
	PLACE_BYTES = sizeof("\"id\":\"\",") - 1 + EVENT_ID_LEN +
	    sizeof("\"stored_at\":,") - 1 + STORED_AT_LEN,
	ADD_FLAGS = JSON_C_OBJECT_ADD_KEY_IS_NEW |
	    JSON_C_OBJECT_ADD_CONSTANT_KEY,
	WRITE_FLAGS = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE
};
static_assert(sizeof(NO_ID) == EVENT_ID_LEN + 1, "as long as an id");
static_assert(sizeof(NO_STORED_AT) == STORED_AT_LEN + 1, "as long as one");
static_assert(EVENT_ID_OFFSET == sizeof(BEFORE_ID) - 1, "what stands before");

/* A draft's JSON as it is written; counted on when it does not fit. */
struct writer {
	struct event_draft *draft;
	size_t len;
};

static bool draft_plain(const char *text, size_t text_len,
    enum event_source source, const char *client_id,
    struct event_draft *draft);
static enum error draft_checked(const char *text, size_t text_len,
    enum event_source source, const char *client_id,
    struct event_draft *draft, struct detail *detail);
static enum error write_draft(const struct event_members *members,
    const char *client_id, struct event_draft *draft, struct detail *detail);
static void write_beginning(struct writer *writer, struct json_object *type);
static enum error write_member(struct writer *writer,
    enum event_member member, struct json_object *value,
    const char *client_id);
static void write_text(struct writer *writer, const char *text);
static void write_bytes(struct writer *writer, const char *bytes,
    size_t bytes_len);
static struct json_object *order_resource(struct json_object *resource,
    const char *default_id);
static bool begins_with_id(struct json_object *resource);
static bool add(struct json_object *object, const char *name,
    struct json_object *value);
static size_t default_client_bytes(struct json_object *client,
    const char *client_id);
static void stamp_imported(const struct event_members *members,
    struct event_draft *draft);
static bool is_line(const char *json, size_t json_len);

enum error
event_draft_parse(const char *text, size_t text_len,
    enum event_source source, const char *client_id,
    struct event_draft *draft, struct detail *detail)
{
	enum error err;

	if (draft_plain(text, text_len, source, client_id, draft))
		return ERR_NONE;

	draft->json_len = 0;
	err = json_text_check(text, text_len, JSON_DEPTH_MAX, detail);
	if (err != ERR_NONE)
		return err;
	return draft_checked(text, text_len, source, client_id, draft,
	    detail);
}

enum error
event_draft_parse_checked(const char *text, size_t text_len,
    enum event_source source, const char *client_id,
    struct event_draft *draft, struct detail *detail)
{
	if (draft_plain(text, text_len, source, client_id, draft))
		return ERR_NONE;
	return draft_checked(text, text_len, source, client_id, draft,
	    detail);
}

static bool
draft_plain(const char *text, size_t text_len, enum event_source source,
    const char *client_id, struct event_draft *draft)
{
	struct event_plain event;

	if (!event_plain_read(text, text_len, source, &event))
		return false;
	event_plain_write(&event, client_id, draft);
	return true;
}

static enum error
draft_checked(const char *text, size_t text_len, enum event_source source,
    const char *client_id, struct event_draft *draft, struct detail *detail)
{
	struct json_object *event = NULL;
	struct event_members members;
	enum error err;

	draft->json_len = 0;
	draft->place = (struct cursor){ 0 };

	err = json_text_parse_checked(text, text_len, JSON_DEPTH_MAX, &event);
	if (err != ERR_NONE)
		goto out;

	err = event_members_read(event, source, &members, detail);
	if (err != ERR_NONE)
		goto out;

	err = write_draft(&members, client_id, draft, detail);
	if (err != ERR_NONE)
		goto out;

	if (source == EVENT_IMPORTED)
		stamp_imported(&members, draft);
out:
	json_object_put(event);
	return err;
}

static enum error
write_draft(const struct event_members *members, const char *client_id,
    struct event_draft *draft, struct detail *detail)
{
	struct json_object *type = members->values[MEMBER_TYPE];
	struct writer writer = { .draft = draft, .len = 0 };
	size_t counted_bytes;

	write_beginning(&writer, type);
	for (int i = MEMBER_CLIENT; i < MEMBER_COUNT; i++) {
		enum error err = write_member(&writer, (enum event_member)i,
		    members->values[i], client_id);

		if (err != ERR_NONE)
			return err;
	}
	write_text(&writer, "}");

	counted_bytes = writer.len - PLACE_BYTES - default_client_bytes(
	    members->values[MEMBER_CLIENT], client_id);
	if (counted_bytes > EVENT_BYTES_MAX)
		return detail_set(detail, ERR_MEANING,
		    "event: expected at most %d bytes of compact JSON, got "
		    "%zu", EVENT_BYTES_MAX, counted_bytes);
	assert(writer.len <= sizeof(draft->json));
	draft->json_len = (uint16_t)writer.len;
	draft->category = category_of_type(json_object_get_string(type),
	    (size_t)json_object_get_string_len(type));
	return ERR_NONE;
}

/* Up to stored_at.  Nothing in it needs an escape. */
static void
write_beginning(struct writer *writer, struct json_object *type)
{
	write_text(writer, BEFORE_ID NO_ID BEFORE_TYPE);
	write_text(writer, json_object_get_string(type));
	write_text(writer, BEFORE_STORED_AT);
	writer->draft->stored_at_offset = (uint16_t)writer->len;
	write_text(writer, NO_STORED_AT);
}

static enum error
write_member(struct writer *writer, enum event_member member,
    struct json_object *value, const char *client_id)
{
	struct json_object *ordered = NULL;
	const char *json;
	size_t json_len;
	enum error err = ERR_NONE;

	if (value == NULL && member != MEMBER_CLIENT)
		return ERR_NONE;

	ordered = event_member_is_resource(member) ?
	    order_resource(value, client_id) : json_object_get(value);
	json = json_object_to_json_string_length(ordered, WRITE_FLAGS,
	    &json_len);
	if (ordered == NULL || json == NULL) {
		err = ERR_NO_MEMORY;
		goto out;
	}
	write_text(writer, ",\"");
	write_text(writer, event_member_name(member));
	write_text(writer, "\":");
	write_bytes(writer, json, json_len);
out:
	json_object_put(ordered);
	return err;
}

static void
write_text(struct writer *writer, const char *text)
{
	write_bytes(writer, text, strlen(text));
}

static void
write_bytes(struct writer *writer, const char *bytes, size_t bytes_len)
{
	if (writer->len + bytes_len <= sizeof(writer->draft->json))
		memcpy(writer->draft->json + writer->len, bytes, bytes_len);
	writer->len += bytes_len;
}

/* The resource, NULL being an empty one, with its id before its name; NULL
 * when memory runs out. */
static struct json_object *
order_resource(struct json_object *resource, const char *default_id)
{
	struct json_object *ordered = NULL;
	struct json_object *id = json_object_object_get(resource, "id");
	struct json_object *name = json_object_object_get(resource, "name");

	if (begins_with_id(resource))
		return json_object_get(resource);

	ordered = json_object_new_object();
	if (ordered == NULL)
		return NULL;
	if (!add(ordered, "id", id != NULL ? json_object_get(id) :
	    json_object_new_string(default_id)) ||
	    (name != NULL && !add(ordered, "name", json_object_get(name)))) {
		json_object_put(ordered);
		return NULL;
	}
	return ordered;
}

static bool
begins_with_id(struct json_object *resource)
{
	struct json_object_iterator first;
	struct json_object_iterator end;

	if (resource == NULL)
		return false;
	first = json_object_iter_begin(resource);
	end = json_object_iter_end(resource);
	return !json_object_iter_equal(&first, &end) &&
	    strcmp(json_object_iter_peek_name(&first), "id") == 0;
}

/* Gives value to the object; false when it is NULL or memory runs out.  name
 * outlives the object. */
static bool
add(struct json_object *object, const char *name, struct json_object *value)
{
	if (value != NULL && json_object_object_add_ex(object, name, value,
	    ADD_FLAGS) == 0)
		return true;
	json_object_put(value);
	return false;
}

/*
 * The bytes that a client.id of client_id takes.  They do not count: most
 * events are sent without it, and those that are exported and imported again
 * come with it.
 */
static size_t
default_client_bytes(struct json_object *client, const char *client_id)
{
	struct json_object *id = json_object_object_get(client, "id");

	if (id != NULL && strcmp(json_object_get_string(id), client_id) != 0)
		return 0;
	if (json_object_object_get(client, "name") != NULL)
		return sizeof("\"id\":\"\",") - 1 + strlen(client_id);
	return sizeof("\"client\":{\"id\":\"\"},") - 1 + strlen(client_id);
}

static void
stamp_imported(const struct event_members *members,
    struct event_draft *draft)
{
	struct cursor place = {
		.stored_at_ms = json_object_get_int64(
		    members->values[MEMBER_STORED_AT]),
	};

	memcpy(place.id, json_object_get_string(members->values[MEMBER_ID]),
	    EVENT_ID_LEN);
	event_draft_stamp(draft, &place);
}

void
event_draft_stamp(struct event_draft *draft, const struct cursor *place)
{
	const struct event_json event = {
		.stored_at_offset = draft->stored_at_offset,
		.json = draft->json,
	};

	draft->place = *place;
	event_json_stamp(&event, place);
}

void
event_json_stamp(const struct event_json *event, const struct cursor *place)
{
	char *digit = event->json + event->stored_at_offset + STORED_AT_LEN;

	assert(place->stored_at_ms >= STORED_AT_MS_MIN &&
	    place->stored_at_ms <= STORED_AT_MS_MAX);
	memcpy(event->json + EVENT_ID_OFFSET, place->id, EVENT_ID_LEN);
	for (int64_t rest = place->stored_at_ms; rest > 0; rest /= 10)
		*--digit = (char)('0' + rest % 10);
}

void
event_json_place(const struct event_json *event, struct cursor *place)
{
	*place = (struct cursor){ 0 };
	(void)text_parse_int64(event->json + event->stored_at_offset,
	    STORED_AT_LEN, &place->stored_at_ms);
	memcpy(place->id, event->json + EVENT_ID_OFFSET, EVENT_ID_LEN);
	place->id[EVENT_ID_LEN] = '\0';
}

bool
event_json_has_frame(const struct event_json *event)
{
	const char *type = event->json + EVENT_ID_OFFSET + EVENT_ID_LEN +
	    strlen(BEFORE_TYPE);
	const char *digits = event->json + event->stored_at_offset;
	const char *end = event->json + event->json_len;
	size_t before_len = strlen(BEFORE_STORED_AT);
	size_t type_len;

	if (event->json_len > EVENT_STORED_BYTES_MAX ||
	    digits < type + 1 + before_len || digits + STORED_AT_LEN >= end)
		return false;
	type_len = (size_t)(digits - before_len - type);
	return memcmp(event->json, BEFORE_ID, EVENT_ID_OFFSET) == 0 &&
	    event_id_is_valid(event->json + EVENT_ID_OFFSET, EVENT_ID_LEN) &&
	    memcmp(type - strlen(BEFORE_TYPE), BEFORE_TYPE,
	    strlen(BEFORE_TYPE)) == 0 &&
	    type_len <= EVENT_TYPE_LEN_MAX &&
	    text_is_of(type, type_len, CLASS_LOWER | CLASS_DIGIT |
	    CLASS_UNDERSCORE) &&
	    category_of_type(type, type_len) == event->category &&
	    memcmp(digits - before_len, BEFORE_STORED_AT, before_len) == 0 &&
	    text_is_of(digits, STORED_AT_LEN, CLASS_DIGIT) &&
	    end[-1] == '}' && is_line(event->json, event->json_len);
}

/* JSON as json-c writes it has no byte below a blank. */
static bool
is_line(const char *json, size_t json_len)
{
	for (size_t i = 0; i < json_len; i++)
		if ((unsigned char)json[i] < ' ')
			return false;
	return utf8_is_valid(json, json_len);
}

const char *
event_view_type(const struct event_view *view, size_t *type_len_out)
{
	size_t before_len = EVENT_ID_OFFSET + EVENT_ID_LEN +
	    strlen(BEFORE_TYPE);
	const char *type = view->json;
	const char *end = NULL;

	*type_len_out = 0;
	if (view->json_len > before_len) {
		type += before_len;
		end = memchr(type, '"', view->json_len - before_len);
	}
	if (end != NULL)
		*type_len_out = (size_t)(end - type);
	return type;
}
