/* event.c - fuzz: one event's JSON, and the bytes that are stored of it.
 *
 * The first byte chooses whether it is to be recorded or imported.
 */
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <string.h>

#include "base/buffer.h"
#include "fuzz.h"
#include "model/event.h"
#include "model/event_columns.h"
#include "model/event_plain.h"

const char fuzz_target[] = "event";

#define CLIENT_ID "AnOrganizationsId0000"

enum { TEXT_MAX = 16 * 1024 };

static void check_stored(const char *text, size_t len,
    enum event_source source, const struct event_draft *draft);
static struct json_object *parse(const char *text, size_t len);
static size_t compare_member(struct json_object *stored, const char *name,
    struct json_object *given);
static size_t compare_resource(struct json_object *stored, const char *name,
    struct json_object *given);
static void check_rows(const struct event_draft *draft);
static void check_spelled_otherwise(const char *text, size_t len,
    enum event_source source, const struct event_draft *draft);
static void check_stamp(struct event_draft *draft);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct event_draft draft;
	struct fuzz_input input = { bytes, len };
	struct detail detail = { "" };
	enum event_source source = (fuzz_take(&input) & 1) == 0 ?
	    EVENT_RECORDED : EVENT_IMPORTED;
	const char *text = (const char *)input.bytes;
	enum error err;

	if (len == 0 || input.len > TEXT_MAX)
		return 0;
	err = event_draft_parse(text, input.len, source, CLIENT_ID, &draft,
	    &detail);
	FUZZ_EXPECT((err == ERR_NONE) == (detail.text[0] == '\0'));
	FUZZ_EXPECT(fuzz_is_utf8(detail.text, strlen(detail.text)));
	if (err != ERR_NONE) {
		FUZZ_EXPECT(err == ERR_SYNTAX || err == ERR_MEANING);
		return 0;
	}
	check_stored(text, input.len, source, &draft);
	check_rows(&draft);
	check_spelled_otherwise(text, input.len, source, &draft);
	check_stamp(&draft);
	return 0;
}

/* json-c reads the same of what is stored as of what came. */
static void
check_stored(const char *text, size_t len, enum event_source source,
    const struct event_draft *draft)
{
	static const char *const resources[] = { "client", "message",
	    "api_key", "queue", "listener" };
	struct json_object *given = parse(text, len);
	struct json_object *stored = parse(draft->json, draft->json_len);
	size_t count = 2;	/* id and stored_at */
	size_t written_len;
	const char *written = json_object_to_json_string_length(stored,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
	    &written_len);

	FUZZ_EXPECT(written_len == draft->json_len &&
	    memcmp(written, draft->json, written_len) == 0);
	if (source == EVENT_IMPORTED) {
		compare_member(stored, "id", given);
		compare_member(stored, "stored_at", given);
	}
	count += compare_member(stored, "type", given);
	count += compare_member(stored, "metadata", given);
	for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
		count += compare_resource(stored, resources[i], given);
	FUZZ_EXPECT((size_t)json_object_object_length(stored) == count);
	/* What was refused by name is not there. */
	FUZZ_EXPECT((size_t)json_object_object_length(given) + (source ==
	    EVENT_RECORDED ? 2 : 0) + (json_object_object_get_ex(given,
	    "client", NULL) ? 0 : 1) == count);
	json_object_put(given);
	json_object_put(stored);
}

static struct json_object *
parse(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, (int)len);
	FUZZ_EXPECT(json_tokener_get_error(tokener) == json_tokener_success);
	FUZZ_EXPECT(json_object_is_type(object, json_type_object));
	json_tokener_free(tokener);
	return object;
}

/* Returns 1 when both have it, 0 when none has. */
static size_t
compare_member(struct json_object *stored, const char *name,
    struct json_object *given)
{
	struct json_object *its = NULL;
	struct json_object *own = NULL;
	bool is_given = json_object_object_get_ex(given, name, &its);

	FUZZ_EXPECT(json_object_object_get_ex(stored, name, &own) ==
	    is_given);
	FUZZ_EXPECT(!is_given || fuzz_json_is_same(own, its));
	return is_given ? 1 : 0;
}

/* Its id comes first, and a client has one of its own. */
static size_t
compare_resource(struct json_object *stored, const char *name,
    struct json_object *given)
{
	struct json_object *its = json_object_object_get(given, name);
	struct json_object *own = json_object_object_get(stored, name);
	bool is_client = strcmp(name, "client") == 0;
	size_t count = 1;

	if (its == NULL && !is_client) {
		FUZZ_EXPECT(own == NULL);
		return 0;
	}
	FUZZ_EXPECT(json_object_is_type(own, json_type_object));
	if (is_client && json_object_object_get(its, "id") == NULL)
		FUZZ_EXPECT(strcmp(json_object_get_string(
		    json_object_object_get(own, "id")), CLIENT_ID) == 0);
	else
		FUZZ_EXPECT(compare_member(own, "id", its) == 1);
	if (its != NULL)
		count += compare_member(own, "name", its);
	FUZZ_EXPECT((size_t)json_object_object_length(own) == count);
	return 1;
}

/* What answers make of it. */
static void
check_rows(const struct event_draft *draft)
{
	static struct buffer buffer;
	const struct event_view view = {
		.json = draft->json,
		.json_len = draft->json_len,
	};
	struct json_object *stored = parse(draft->json, draft->json_len);
	struct json_object *indented;
	size_t type_len;
	const char *type = event_view_type(&view, &type_len);

	FUZZ_EXPECT(type_len > 0 && type_len <= EVENT_TYPE_LEN_MAX &&
	    memchr(type, '\0', type_len) == NULL);
	FUZZ_EXPECT(strlen(json_object_get_string(json_object_object_get(
	    stored, "type"))) == type_len);
	FUZZ_EXPECT(category_of_type(type, type_len) == draft->category);

	buffer_reset(&buffer);
	FUZZ_EXPECT(event_csv_add_row(&buffer, draft->json,
	    draft->json_len) == ERR_NONE);
	FUZZ_EXPECT(fuzz_is_utf8(buffer.bytes, buffer.len));
	FUZZ_EXPECT(memcmp(buffer.bytes + buffer.len - 2, "\r\n", 2) == 0);

	buffer_reset(&buffer);
	FUZZ_EXPECT(json_add_pretty(&buffer, draft->json, draft->json_len) ==
	    ERR_NONE);
	indented = parse(buffer.bytes, buffer.len);
	FUZZ_EXPECT(fuzz_json_is_same(indented, stored));
	json_object_put(indented);
	json_object_put(stored);
}

/* With so many blanks behind it, it is not plain any more, and json-c
 * writes it: the same bytes. */
static void
check_spelled_otherwise(const char *text, size_t len,
    enum event_source source, const struct event_draft *draft)
{
	static char padded[EVENT_BYTES_MAX + TEXT_MAX + 1];
	static struct event_draft other;
	static struct event_plain plain;

	if (!event_plain_read(text, len, source, &plain))
		return;
	memcpy(padded, text, len);
	memset(padded + len, ' ', EVENT_BYTES_MAX + 1 - len);
	FUZZ_EXPECT(event_draft_parse(padded, EVENT_BYTES_MAX + 1, source,
	    CLIENT_ID, &other, NULL) == ERR_NONE);
	FUZZ_EXPECT(other.json_len == draft->json_len &&
	    other.category == draft->category &&
	    other.stored_at_offset == draft->stored_at_offset &&
	    cursor_compare(&other.place, &draft->place) == 0 &&
	    memcmp(other.json, draft->json, draft->json_len) == 0);
}

static void
check_stamp(struct event_draft *draft)
{
	static const struct cursor place = { INT64_C(1657027948150),
	    "5fZk0aKf3QwTn8LmR2xYc" };
	struct event_json event = {
		.category = draft->category,
		.stored_at_offset = draft->stored_at_offset,
		.json_len = draft->json_len,
		.json = draft->json,
	};
	struct json_object *stored;

	FUZZ_EXPECT(event_json_has_frame(&event));
	event_draft_stamp(draft, &place);
	FUZZ_EXPECT(event_json_has_frame(&event));
	stored = parse(draft->json, draft->json_len);
	FUZZ_EXPECT(strcmp(json_object_get_string(json_object_object_get(
	    stored, "id")), place.id) == 0);
	FUZZ_EXPECT(json_object_get_int64(json_object_object_get(stored,
	    "stored_at")) == place.stored_at_ms);
	json_object_put(stored);
}
