/* test_event.c - events as they are stored. */
#include "model/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "suite.h"

#define ORGANIZATION "orgorgorgorgorgorgorg"
#define ID "5fZk0a-_5fZk0a5fZk0ab"
#define BEGINNING(type) "{\"id\":\"000000000000000000000\",\"type\":\"" type \
    "\",\"stored_at\":1000000000000"
#define CLIENT ",\"client\":{\"id\":\"" ORGANIZATION "\"}"

static enum error
parse(const char *text, enum event_source source, struct event_draft *draft,
    struct detail *detail)
{
	detail->text[0] = '\0';
	return event_draft_parse(text, strlen(text), source, ORGANIZATION,
	    draft, detail);
}

static void
check_json(const struct event_draft *draft, const char *wanted)
{
	char json[EVENT_STORED_BYTES_MAX + 1];

	memcpy(json, draft->json, draft->json_len);
	json[draft->json_len] = '\0';
	ck_assert_str_eq(json, wanted);
}

static const struct {
	const char *text;
	const char *json;
} rows[] = {
	/* The client is the organization unless another is named. */
	{ "{\"type\":\"a\"}", BEGINNING("a") CLIENT "}" },
	{ "{\"type\":\"a\",\"client\":{}}", BEGINNING("a") CLIENT "}" },
	{ "{\"type\":\"a\",\"client\":{\"id\":\"me\"}}",
	    BEGINNING("a") ",\"client\":{\"id\":\"me\"}}" },
	{ "{\"type\":\"a\",\"client\":{\"name\":\"me\"}}",
	    BEGINNING("a") ",\"client\":{\"id\":\"" ORGANIZATION
	    "\",\"name\":\"me\"}}" },
	/* Members have an order of their own; pairs keep theirs. */
	{ " { \"metadata\" : { \"b\" : \"2\" , \"a\" : \"1\" } ,\n"
	    "\"listener\":{\"name\":\"L\",\"id\":\"l\"},"
	    "\"queue\":{\"id\":\"q\",\"name\":\"Q\"},"
	    "\"api_key\":{\"id\":\"k\"},\"message\":{\"id\":\"m\"},"
	    "\"client\":{\"name\":\"C\",\"id\":\"c\"},"
	    "\"type\":\"message_added\" }\r\n",
	    BEGINNING("message_added")
	    ",\"client\":{\"id\":\"c\",\"name\":\"C\"}"
	    ",\"message\":{\"id\":\"m\"},\"api_key\":{\"id\":\"k\"}"
	    ",\"queue\":{\"id\":\"q\",\"name\":\"Q\"}"
	    ",\"listener\":{\"id\":\"l\",\"name\":\"L\"}"
	    ",\"metadata\":{\"b\":\"2\",\"a\":\"1\"}}" },
	/* Every character comes back as it was, escaped where it must be. */
	{ "{\"type\":\"a\",\"metadata\":{\"/\\u00e4\":"
	    "\"\\u0000\\n\\\"\\\\\\/\x7f\\ud83d\\ude00\\u2028\\ufeff\"}}",
	    BEGINNING("a") CLIENT ",\"metadata\":{\"/\xc3\xa4\":"
	    "\"\\u0000\\n\\\"\\\\/\x7f\xf0\x9f\x98\x80\xe2\x80\xa8"
	    "\xef\xbb\xbf\"}}" },
	{ "{\"\\u0074ype\":\"\\u0061\"}", BEGINNING("a") CLIENT "}" },
};

START_TEST(an_event_is_stored_compact_and_in_order)
{
	struct event_draft draft;
	struct detail detail;

	ck_assert_int_eq(parse(rows[_i].text, EVENT_RECORDED, &draft,
	    &detail), ERR_NONE);
	check_json(&draft, rows[_i].json);
	ck_assert_int_eq(draft.place.stored_at_ms, 0);
	ck_assert_str_eq(draft.place.id, "");
}
END_TEST

START_TEST(a_draft_knows_its_category)
{
	struct event_draft draft;
	struct detail detail;

	parse("{\"type\":\"queue_added\"}", EVENT_RECORDED, &draft, &detail);
	ck_assert_int_eq(draft.category, CATEGORY_QUEUES);
	parse("{\"type\":\"added\"}", EVENT_RECORDED, &draft, &detail);
	ck_assert_int_eq(draft.category, CATEGORY_OTHER);
}
END_TEST

START_TEST(a_draft_is_stamped_in_place)
{
	static const struct cursor places[] = {
		{ INT64_C(1657027948150), ID },
		{ STORED_AT_MS_MIN, "-aaaaaaaaaaaaaaaaaaaa" },
		{ STORED_AT_MS_MAX, "zzzzzzzzzzzzzzzzzzzzz" },
	};
	static const char *const jsons[] = {
		"{\"id\":\"" ID "\",\"type\":\"queue_added\","
		    "\"stored_at\":1657027948150" CLIENT "}",
		"{\"id\":\"-aaaaaaaaaaaaaaaaaaaa\",\"type\":\"queue_added\","
		    "\"stored_at\":1000000000000" CLIENT "}",
		"{\"id\":\"zzzzzzzzzzzzzzzzzzzzz\",\"type\":\"queue_added\","
		    "\"stored_at\":9999999999999" CLIENT "}",
	};
	struct event_draft draft;
	struct detail detail;

	parse("{\"type\":\"queue_added\"}", EVENT_RECORDED, &draft, &detail);
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		event_draft_stamp(&draft, &places[i]);
		check_json(&draft, jsons[i]);
		ck_assert_int_eq(cursor_compare(&draft.place, &places[i]), 0);
	}
}
END_TEST

START_TEST(an_imported_event_is_stored_at_its_own_place)
{
	static const char json[] = "{\"id\":\"" ID "\",\"type\":\"a\","
	    "\"stored_at\":1657027948150" CLIENT "}";
	struct cursor place = { INT64_C(1657027948150), ID };
	struct event_draft draft;
	struct detail detail;

	ck_assert_int_eq(parse(json, EVENT_IMPORTED, &draft, &detail),
	    ERR_NONE);
	check_json(&draft, json);
	ck_assert_int_eq(cursor_compare(&draft.place, &place), 0);
}
END_TEST

START_TEST(what_is_not_json_is_an_error_of_syntax)
{
	struct event_draft draft;
	struct detail detail;

	ck_assert_int_eq(parse("{'type':'a'}", EVENT_RECORDED, &draft,
	    &detail), ERR_SYNTAX);
	ck_assert_int_eq(parse("{\"type\":\"a\",\"type\":\"a\"}",
	    EVENT_RECORDED, &draft, &detail), ERR_SYNTAX);
	ck_assert_int_eq(parse("{\"type\":\"a\",\"metadata\":"
	    "[[[[[[[[]]]]]]]]}", EVENT_RECORDED, &draft, &detail),
	    ERR_SYNTAX);
	ck_assert_uint_eq(draft.json_len, 0);
}
END_TEST

START_TEST(what_is_no_event_is_an_error_of_meaning)
{
	struct event_draft draft;
	struct detail detail;

	ck_assert_int_eq(parse("{}", EVENT_RECORDED, &draft, &detail),
	    ERR_MEANING);
	ck_assert_str_eq(detail.text, "type: is required");
	ck_assert_int_eq(parse("{\"type\":\"a\",\"queue\":{\"id\":\"q\","
	    "\"name\":\"\\ud800\"}}", EVENT_RECORDED, &draft, &detail),
	    ERR_MEANING);
	ck_assert_str_eq(detail.text, "an unpaired surrogate at byte 38");
	ck_assert_int_eq(parse("{\"type\":\"a\"}", EVENT_IMPORTED, &draft,
	    &detail), ERR_MEANING);
	ck_assert_uint_eq(draft.json_len, 0);
}
END_TEST

#define IMPORTED "\"id\":\"" ID "\",\"stored_at\":1657027948150,"

/* What is sent before and behind a long text, and what of it counts. */
static const struct {
	enum event_source source;
	const char *before;
	const char *counted_before;
} size_rows[] = {
	{ EVENT_RECORDED, "{\"type\":\"a\"", "{\"type\":\"a\"" },
	{ EVENT_RECORDED, "{ \"type\" : \"a\"", "{\"type\":\"a\"" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"client\":{\"name\":\"n\"}",
	    "{\"type\":\"a\",\"client\":{\"name\":\"n\"}" },
	{ EVENT_RECORDED, "{\"type\":\"a\"" CLIENT, "{\"type\":\"a\"" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"client\":{\"id\":\"c\"}",
	    "{\"type\":\"a\",\"client\":{\"id\":\"c\"}" },
	{ EVENT_IMPORTED, "{" IMPORTED "\"type\":\"a\"" CLIENT,
	    "{\"type\":\"a\"" },
	{ EVENT_IMPORTED, "{" IMPORTED "\"type\":\"a\",\"client\":"
	    "{\"id\":\"" ORGANIZATION "\",\"name\":\"n\"}",
	    "{\"type\":\"a\",\"client\":{\"name\":\"n\"}" },
};

static void
write_sized(struct buffer *text, size_t row, size_t counted_bytes)
{
	static const char before[] = ",\"metadata\":{\"k\":\"";
	size_t rest = strlen(size_rows[row].counted_before) +
	    sizeof(before) - 1 + strlen("\"}}");

	buffer_reset(text);
	buffer_add_text(text, size_rows[row].before);
	buffer_add_text(text, before);
	for (size_t i = rest; i < counted_bytes; i++)
		buffer_add_text(text, "x");
	buffer_add_text(text, "\"}}");
}

START_TEST(an_event_has_at_most_4096_bytes)
{
	struct event_draft draft;
	struct detail detail;
	struct buffer text;
	size_t row = (size_t)_i;

	buffer_init(&text, 0);
	write_sized(&text, row, 4096);
	ck_assert_int_eq(event_draft_parse(text.bytes, text.len,
	    size_rows[row].source, ORGANIZATION, &draft, &detail), ERR_NONE);

	write_sized(&text, row, 4097);
	ck_assert_int_eq(event_draft_parse(text.bytes, text.len,
	    size_rows[row].source, ORGANIZATION, &draft, &detail),
	    ERR_MEANING);
	ck_assert_str_eq(detail.text, "event: expected at most 4096 bytes of "
	    "compact JSON, got 4097");
	buffer_clear(&text);
}
END_TEST

START_TEST(the_largest_event_fits_where_events_are_stored)
{
	/* The longest client.id makes the most that does not count. */
	static const char client_id[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct event_draft draft;
	struct detail detail;
	struct buffer text;

	buffer_init(&text, 0);
	write_sized(&text, 0, EVENT_BYTES_MAX);
	ck_assert_int_eq(event_draft_parse(text.bytes, text.len,
	    EVENT_RECORDED, client_id, &draft, &detail), ERR_NONE);
	ck_assert_uint_le(draft.json_len, EVENT_STORED_BYTES_MAX);
	buffer_clear(&text);
}
END_TEST

START_TEST(a_stored_event_can_be_imported_as_it_is)
{
	struct cursor place = { INT64_C(1657027948150), ID };
	struct event_draft recorded;
	struct event_draft imported;
	struct detail detail;

	ck_assert_int_eq(parse(rows[_i].text, EVENT_RECORDED, &recorded,
	    &detail), ERR_NONE);
	event_draft_stamp(&recorded, &place);
	ck_assert_int_eq(event_draft_parse(recorded.json, recorded.json_len,
	    EVENT_IMPORTED, ORGANIZATION, &imported, &detail), ERR_NONE);
	ck_assert_uint_eq(imported.json_len, recorded.json_len);
	ck_assert_mem_eq(imported.json, recorded.json, recorded.json_len);
	ck_assert_uint_eq(imported.stored_at_offset,
	    recorded.stored_at_offset);
}
END_TEST

START_TEST(a_stored_event_tells_its_type)
{
	static const struct {
		const char *json;
		const char *type;
	} views[] = {
		{ BEGINNING("queue_added") CLIENT "}", "queue_added" },
		{ BEGINNING("x") "}", "x" },
		/* Cut off: what no store gives. */
		{ "{\"id\":\"000000000000000000000\",\"type\":\"que", "" },
		{ "{\"id\":\"", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < COUNT_OF(views); i++) {
		struct event_view view = {
			.json = views[i].json,
			.json_len = strlen(views[i].json),
		};
		size_t type_len;
		const char *type = event_view_type(&view, &type_len);

		ck_assert_uint_eq(type_len, strlen(views[i].type));
		ck_assert_mem_eq(type, views[i].type, type_len);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("event");
	TCase *tcase = tcase_create("event");

	tcase_add_loop_test(tcase, an_event_is_stored_compact_and_in_order,
	    0, COUNT_OF(rows));
	tcase_add_test(tcase, a_draft_knows_its_category);
	tcase_add_test(tcase, a_draft_is_stamped_in_place);
	tcase_add_test(tcase, an_imported_event_is_stored_at_its_own_place);
	tcase_add_test(tcase, what_is_not_json_is_an_error_of_syntax);
	tcase_add_test(tcase, what_is_no_event_is_an_error_of_meaning);
	tcase_add_loop_test(tcase, an_event_has_at_most_4096_bytes, 0,
	    COUNT_OF(size_rows));
	tcase_add_test(tcase,
	    the_largest_event_fits_where_events_are_stored);
	tcase_add_loop_test(tcase, a_stored_event_can_be_imported_as_it_is,
	    0, COUNT_OF(rows));
	tcase_add_test(tcase, a_stored_event_tells_its_type);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
