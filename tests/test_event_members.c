/* test_event_members.c - an event's members, one by one. */
#include "model/event_members.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/json_text.h"
#include "suite.h"

#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16
#define A256 A64 A64 A64 A64
#define PLACE "\"id\":\"5fZk0a-_5fZk0a5fZk0ab\",\"stored_at\":1657027948150,"

static enum error
read_members(const char *text, enum event_source source,
    struct event_members *members, struct json_object **event_out,
    struct detail *detail)
{
	ck_assert_int_eq(json_text_parse(text, strlen(text), JSON_DEPTH_MAX,
	    event_out, NULL), ERR_NONE);
	detail->text[0] = '\0';
	return event_members_read(*event_out, source, members, detail);
}

static const struct {
	enum event_source source;
	const char *text;
} good_rows[] = {
	{ EVENT_RECORDED, "{\"type\":\"a\"}" },
	{ EVENT_RECORDED, "{\"type\":\"" A64 "\"}" },
	{ EVENT_RECORDED, "{\"type\":\"a_0_\"}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"q\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"" A64
	    "\",\"name\":\"" A256 "\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"name\":\"n\","
	    "\"id\":\"-_.\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"client\":{}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"client\":{\"name\":\"n\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"k\":\"\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"" A256
	    "\":\"a\\u0000\\n\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"0\":\"\","
	    "\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\","
	    "\"6\":\"\",\"7\":\"\",\"8\":\"\",\"9\":\"\",\"10\":\"\","
	    "\"11\":\"\",\"12\":\"\",\"13\":\"\",\"14\":\"\","
	    "\"15\":\"\"}}" },
	{ EVENT_IMPORTED, "{" PLACE "\"type\":\"a\"}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"stored_at\":1000000000000,"
	    "\"id\":\"-aaaaaaaaaaaaaaaaaaaa\"}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"stored_at\":9999999999999,"
	    "\"id\":\"_aaaaaaaaaaaaaaaaaaaa\"}" },
};

START_TEST(an_event_within_its_bounds_is_taken)
{
	struct event_members members;
	struct json_object *event = NULL;
	struct detail detail;

	ck_assert_int_eq(read_members(good_rows[_i].text,
	    good_rows[_i].source, &members, &event, &detail), ERR_NONE);
	ck_assert_str_eq(detail.text, "");
	ck_assert_ptr_nonnull(members.values[MEMBER_TYPE]);
	json_object_put(event);
}
END_TEST

#define TYPE_RULE "type: expected a string of 1 to 64 of a-z, 0-9 and " \
    "\"_\" that begins with a letter, got "
#define QUEUE_ID_RULE "queue.id: expected a string of 1 to 64 of A-Z, a-z, " \
    "0-9, \"_\", \".\" and \"-\", got "
#define QUEUE_NAME_RULE "queue.name: expected a string of 1 to 256 bytes " \
    "without control characters, got "
#define KEY_RULE "metadata: expected keys of 1 to 256 bytes without control " \
    "characters, got "
#define QUEUE(parts) "{\"type\":\"a\",\"queue\":" parts "}"
#define METADATA(parts) "{\"type\":\"a\",\"metadata\":" parts "}"
#define CUT "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"..."

static const struct {
	const char *text;
	const char *detail;
} recorded_rows[] = {
	{ "null", "expected an event, which is a JSON object, got null" },
	{ "[]", "expected an event, which is a JSON object, got an array" },
	{ "true", "expected an event, which is a JSON object, "
	    "got a boolean" },
	{ "1.5", "expected an event, which is a JSON object, got a number" },
	{ "\"a\"", "expected an event, which is a JSON object, "
	    "got a string" },
	{ "{}", "type: is required" },
	{ "{\"type\":null}",
	    "type: null is not allowed, leave the member out" },
	{ "{\"type\":1}", TYPE_RULE "1" },
	{ "{\"type\":{}}", TYPE_RULE "an object" },
	{ "{\"type\":\"\"}", TYPE_RULE "\"\"" },
	{ "{\"type\":\"A\"}", TYPE_RULE "\"A\"" },
	{ "{\"type\":\"_a\"}", TYPE_RULE "\"_a\"" },
	{ "{\"type\":\"0a\"}", TYPE_RULE "\"0a\"" },
	{ "{\"type\":\"a-b\"}", TYPE_RULE "\"a-b\"" },
	{ "{\"type\":\"a\\u0000\"}", TYPE_RULE "\"a\\x00\"" },
	{ "{\"type\":\"" A64 "a\"}", TYPE_RULE CUT },
	{ "{\"type\":\"a\",\"id\":\"5fZk0a-_5fZk0a5fZk0ab\"}",
	    "id: is given to an event when it is recorded, leave the member "
	    "out" },
	{ "{\"type\":\"a\",\"stored_at\":1657027948150}",
	    "stored_at: is given to an event when it is recorded, leave the "
	    "member out" },
	{ "{\"type\":\"a\",\"color\":1}", "\"color\": unknown member, "
	    "allowed are type, client, message, api_key, queue, listener and "
	    "metadata" },
	{ "{\"type\":\"a\",\"\":1}", "\"\": unknown member, allowed are "
	    "type, client, message, api_key, queue, listener and metadata" },
	{ "{\"type\":\"a\",\"Type\\n\":1}", "\"Type\\x0a\": unknown member, "
	    "allowed are type, client, message, api_key, queue, listener and "
	    "metadata" },
	{ QUEUE("null"), "queue: null is not allowed, leave the member out" },
	{ QUEUE("\"q\""), "queue: expected an object of id and name, "
	    "got a string" },
	{ QUEUE("{}"), "queue.id: is required" },
	{ QUEUE("{\"name\":\"n\"}"), "queue.id: is required" },
	{ QUEUE("{\"id\":null}"), QUEUE_ID_RULE "null" },
	{ QUEUE("{\"id\":7}"), QUEUE_ID_RULE "7" },
	{ QUEUE("{\"id\":\"\"}"), QUEUE_ID_RULE "\"\"" },
	{ QUEUE("{\"id\":\"a b\"}"), QUEUE_ID_RULE "\"a b\"" },
	{ QUEUE("{\"id\":\"a\\u0000\"}"), QUEUE_ID_RULE "\"a\\x00\"" },
	{ QUEUE("{\"id\":\"" A64 "a\"}"), QUEUE_ID_RULE CUT },
	{ QUEUE("{\"id\":\"q\",\"name\":null}"),
	    "queue.name: null is not allowed, leave the member out" },
	{ QUEUE("{\"id\":\"q\",\"name\":[]}"), QUEUE_NAME_RULE "an array" },
	{ QUEUE("{\"id\":\"q\",\"name\":\"\"}"), QUEUE_NAME_RULE "\"\"" },
	{ QUEUE("{\"id\":\"q\",\"name\":\"a\\u0000\"}"),
	    QUEUE_NAME_RULE "\"a\\x00\"" },
	{ QUEUE("{\"id\":\"q\",\"name\":\"a\\u0085\"}"),
	    QUEUE_NAME_RULE "\"a\\xc2\\x85\"" },
	{ QUEUE("{\"id\":\"q\",\"name\":\"" A256 "a\"}"),
	    QUEUE_NAME_RULE CUT },
	{ QUEUE("{\"id\":\"q\",\"age\":1}"),
	    "queue.\"age\": unknown member, allowed are id and name" },
	{ "{\"type\":\"a\",\"client\":{\"id\":null}}",
	    "client.id: expected a string of 1 to 64 of A-Z, a-z, 0-9, "
	    "\"_\", \".\" and \"-\", got null" },
	{ METADATA("null"),
	    "metadata: null is not allowed, leave the member out" },
	{ METADATA("[]"),
	    "metadata: expected an object of string pairs, got an array" },
	{ METADATA("{\"k\":1}"),
	    "metadata.\"k\": expected a string, got 1" },
	{ METADATA("{\"k\":null}"),
	    "metadata.\"k\": expected a string, got null" },
	{ METADATA("{\"k\":{}}"),
	    "metadata.\"k\": expected a string, got an object" },
	{ METADATA("{\"\":\"v\"}"), KEY_RULE "\"\"" },
	{ METADATA("{\"a\\tb\":\"v\"}"), KEY_RULE "\"a\\x09b\"" },
	{ METADATA("{\"" A256 "a\":\"v\"}"), KEY_RULE CUT },
	{ METADATA("{\"0\":\"\",\"1\":\"\",\"2\":\"\",\"3\":\"\","
	    "\"4\":\"\",\"5\":\"\",\"6\":\"\",\"7\":\"\",\"8\":\"\","
	    "\"9\":\"\",\"10\":\"\",\"11\":\"\",\"12\":\"\",\"13\":\"\","
	    "\"14\":\"\",\"15\":\"\",\"16\":\"\"}"),
	    "metadata: expected at most 16 pairs, got 17" },
};

START_TEST(what_is_no_event_is_refused_by_its_member)
{
	struct event_members members;
	struct json_object *event = NULL;
	struct detail detail;

	ck_assert_int_eq(read_members(recorded_rows[_i].text, EVENT_RECORDED,
	    &members, &event, &detail), ERR_MEANING);
	ck_assert_str_eq(detail.text, recorded_rows[_i].detail);
	json_object_put(event);
}
END_TEST

#define ID_RULE "id: expected a string of 21 of A-Z, a-z, 0-9, \"_\" and " \
    "\"-\", got "
#define STORED_AT_RULE "stored_at: expected milliseconds since 1970 as a " \
    "whole number of 13 digits, got "
#define WITH_ID(id) "{\"type\":\"a\",\"stored_at\":1657027948150,\"id\":" \
    id "}"
#define WITH_STORED_AT(ms) "{\"type\":\"a\"," \
    "\"id\":\"5fZk0a-_5fZk0a5fZk0ab\",\"stored_at\":" ms "}"

static const struct {
	const char *text;
	const char *detail;
} imported_rows[] = {
	{ "{\"type\":\"a\"}", "id: is required of an imported event" },
	{ "{\"type\":\"a\",\"id\":\"5fZk0a-_5fZk0a5fZk0ab\"}",
	    "stored_at: is required of an imported event" },
	{ "{" PLACE "\"queue\":{\"id\":\"q\"}}", "type: is required" },
	{ WITH_ID("null"), "id: null is not allowed, leave the member out" },
	{ WITH_ID("7"), ID_RULE "7" },
	{ WITH_ID("\"aaaaaaaaaaaaaaaaaaaa\""),
	    ID_RULE "\"aaaaaaaaaaaaaaaaaaaa\"" },
	{ WITH_ID("\"aaaaaaaaaaaaaaaaaaaaaa\""),
	    ID_RULE "\"aaaaaaaaaaaaaaaaaaaaaa\"" },
	{ WITH_ID("\"aaaaaaaaaaaaaaaaaaaa.\""),
	    ID_RULE "\"aaaaaaaaaaaaaaaaaaaa.\"" },
	{ WITH_ID("\"aaaaaaaaaaaaaaaaaaaa\\u0000\""),
	    ID_RULE "\"aaaaaaaaaaaaaaaaaaaa\\x00\"" },
	{ WITH_STORED_AT("\"1657027948150\""),
	    STORED_AT_RULE "\"1657027948150\"" },
	{ WITH_STORED_AT("999999999999"), STORED_AT_RULE "999999999999" },
	{ WITH_STORED_AT("10000000000000"), STORED_AT_RULE "10000000000000" },
	{ WITH_STORED_AT("-1657027948150"), STORED_AT_RULE "-1657027948150" },
	{ WITH_STORED_AT("0"), STORED_AT_RULE "0" },
	{ WITH_STORED_AT("1.6e12"), STORED_AT_RULE "1.6e12" },
	{ WITH_STORED_AT("1657027948150.0"),
	    STORED_AT_RULE "1657027948150.0" },
	{ WITH_STORED_AT("18446744073709551616"),
	    STORED_AT_RULE "18446744073709551615" },
	{ WITH_STORED_AT("true"), STORED_AT_RULE "a boolean" },
};

START_TEST(an_imported_event_brings_a_good_id_and_stored_at)
{
	struct event_members members;
	struct json_object *event = NULL;
	struct detail detail;

	ck_assert_int_eq(read_members(imported_rows[_i].text, EVENT_IMPORTED,
	    &members, &event, &detail), ERR_MEANING);
	ck_assert_str_eq(detail.text, imported_rows[_i].detail);
	json_object_put(event);
}
END_TEST

START_TEST(members_are_found_by_their_names)
{
	static const char *const names[MEMBER_COUNT] = {
		"id", "type", "stored_at", "client", "message", "api_key",
		"queue", "listener", "metadata"
	};

	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		enum event_member member = (enum event_member)i;

		ck_assert_str_eq(event_member_name(member), names[i]);
		ck_assert_int_eq(event_member_is_resource(member),
		    member >= MEMBER_CLIENT && member <= MEMBER_LISTENER);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("event_members");
	TCase *tcase = tcase_create("event_members");

	tcase_add_loop_test(tcase, an_event_within_its_bounds_is_taken, 0,
	    COUNT_OF(good_rows));
	tcase_add_loop_test(tcase, what_is_no_event_is_refused_by_its_member,
	    0, COUNT_OF(recorded_rows));
	tcase_add_loop_test(tcase,
	    an_imported_event_brings_a_good_id_and_stored_at, 0,
	    COUNT_OF(imported_rows));
	tcase_add_test(tcase, members_are_found_by_their_names);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
