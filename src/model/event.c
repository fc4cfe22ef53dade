/* event.c - what an event is: its JSON in, checked, and its stored bytes. */
#include "model/event.h"

#include <assert.h>
#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>
#include <string.h>

#include "model/event_members.h"
#include "model/json_text.h"

#define STORED_BEGINNING "{\"id\":\""
#define BEFORE_TYPE "\",\"type\":\""
#define BEFORE_STORED_AT "\",\"stored_at\":"

enum {
	STORED_AT_LEN = 13,
	/* `"id":"…",` and `"stored_at":…,` */
	PLACE_BYTES = sizeof("\"id\":\"\",") - 1 + EVENT_ID_LEN +
	    sizeof("\"stored_at\":,") - 1 + STORED_AT_LEN,
	ADD_FLAGS = JSON_C_OBJECT_ADD_KEY_IS_NEW |
	    JSON_C_OBJECT_ADD_CONSTANT_KEY,
	WRITE_FLAGS = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE
};

/* What an event that is not stamped yet has in its id's place. */
static const char no_id[] = "000000000000000000000";
static_assert(sizeof(no_id) == EVENT_ID_LEN + 1, "as long as an id");
static_assert(EVENT_ID_OFFSET == sizeof(STORED_BEGINNING) - 1, "the id's");

static enum error store_members(const struct event_members *members,
    const char *client_id, struct json_object **stored_out);
static struct json_object *order_member(const struct event_members *members,
    enum event_member member, const char *client_id);
static struct json_object *order_resource(struct json_object *resource,
    const char *default_id);
static bool begins_with_id(struct json_object *resource);
static bool add(struct json_object *object, const char *name,
    struct json_object *value);
static size_t default_client_bytes(struct json_object *client,
    const char *client_id);
static enum error fill_draft(const struct event_members *members,
    struct json_object *stored, size_t uncounted_bytes,
    struct event_draft *draft, struct detail *detail);

enum error
event_draft_parse(const char *text, size_t text_len,
    enum event_source source, const char *client_id,
    struct event_draft *draft, struct detail *detail)
{
	struct json_object *event = NULL;
	struct json_object *stored = NULL;
	struct event_members members;
	size_t uncounted_bytes;
	enum error err;

	draft->json_len = 0;
	draft->place = (struct cursor){ 0 };

	err = json_text_parse(text, text_len, JSON_DEPTH_MAX, &event, detail);
	if (err != ERR_NONE)
		goto out;

	err = event_members_read(event, source, &members, detail);
	if (err != ERR_NONE)
		goto out;

	err = store_members(&members, client_id, &stored);
	if (err != ERR_NONE)
		goto out;

	uncounted_bytes = PLACE_BYTES + default_client_bytes(
	    members.values[MEMBER_CLIENT], client_id);
	err = fill_draft(&members, stored, uncounted_bytes, draft, detail);
out:
	json_object_put(stored);
	json_object_put(event);
	return err;
}

/* Makes the object to be stored, its members in their order. */
static enum error
store_members(const struct event_members *members, const char *client_id,
    struct json_object **stored_out)
{
	struct json_object *stored = json_object_new_object();
	enum error err = stored == NULL ? ERR_NO_MEMORY : ERR_NONE;

	for (size_t i = 0; i < MEMBER_COUNT && err == ERR_NONE; i++) {
		enum event_member member = (enum event_member)i;
		bool is_stored = members->values[i] != NULL ||
		    member <= MEMBER_CLIENT;

		if (is_stored && !add(stored, event_member_name(member),
		    order_member(members, member, client_id)))
			err = ERR_NO_MEMORY;
	}
	*stored_out = stored;
	return err;
}

/* A member's value as it is stored, or NULL when memory runs out. */
static struct json_object *
order_member(const struct event_members *members, enum event_member member,
    const char *client_id)
{
	struct json_object *value = members->values[member];

	if (member == MEMBER_CLIENT)
		return order_resource(value, client_id);
	if (event_member_is_resource(member))
		return order_resource(value, NULL);
	if (member == MEMBER_ID && value == NULL)
		return json_object_new_string_len(no_id, EVENT_ID_LEN);
	if (member == MEMBER_STORED_AT && value == NULL)
		return json_object_new_int64(STORED_AT_MS_MIN);
	return json_object_get(value);
}

/* The resource, NULL being an empty one, with its id before its name. */
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

static enum error
fill_draft(const struct event_members *members, struct json_object *stored,
    size_t uncounted_bytes, struct event_draft *draft, struct detail *detail)
{
	struct json_object *type = members->values[MEMBER_TYPE];
	struct json_object *id = members->values[MEMBER_ID];
	size_t type_len = (size_t)json_object_get_string_len(type);
	size_t json_len;
	const char *json = json_object_to_json_string_length(stored,
	    WRITE_FLAGS, &json_len);

	if (json == NULL)
		return ERR_NO_MEMORY;
	if (json_len - uncounted_bytes > EVENT_BYTES_MAX)
		return detail_set(detail, ERR_MEANING,
		    "event: expected at most %d bytes of compact JSON, got "
		    "%zu", EVENT_BYTES_MAX, json_len - uncounted_bytes);

	assert(json_len <= sizeof(draft->json));
	memcpy(draft->json, json, json_len);
	draft->json_len = (uint16_t)json_len;
	draft->stored_at_offset = (uint16_t)(sizeof(STORED_BEGINNING
	    BEFORE_TYPE BEFORE_STORED_AT) - 1 + EVENT_ID_LEN + type_len);
	draft->category = category_of_type(json_object_get_string(type),
	    type_len);
	if (id != NULL) {
		memcpy(draft->place.id, json_object_get_string(id),
		    EVENT_ID_LEN + 1);
		draft->place.stored_at_ms = json_object_get_int64(
		    members->values[MEMBER_STORED_AT]);
	}
	return ERR_NONE;
}

void
event_draft_stamp(struct event_draft *draft, const struct cursor *place)
{
	char *digit = draft->json + draft->stored_at_offset + STORED_AT_LEN;

	assert(place->stored_at_ms >= STORED_AT_MS_MIN &&
	    place->stored_at_ms <= STORED_AT_MS_MAX);
	draft->place = *place;
	memcpy(draft->json + EVENT_ID_OFFSET, place->id, EVENT_ID_LEN);
	for (int64_t rest = place->stored_at_ms; rest > 0; rest /= 10)
		*--digit = (char)('0' + rest % 10);
}
