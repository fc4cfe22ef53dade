/* test_event_plain.c - what is spelled plainly, against json-c. */
#include "model/event_plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "suite.h"

#define ORGANIZATION "orgorgorgorgorgorgorg"
#define PLACE "\"id\":\"5fZk0a-_5fZk0a5fZk0ab\",\"stored_at\":1657027948150"
#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16
#define A256 A64 A64 A64 A64

enum { TEXTS = 40000, SEEDS = 4, CHANGES_MAX = 4 };

/* With an escape in its first string, so that it is for json-c, but says the
 * same. */
static void
escape_first_string(struct buffer *text)
{
	const char *quote = memchr(text->bytes, '"', text->len);
	size_t offset = (size_t)(quote + 1 - text->bytes);
	struct buffer escaped;

	buffer_init(&escaped, 0);
	buffer_add(&escaped, text->bytes, offset);
	buffer_add_format(&escaped, "\\u%04x",
	    (unsigned char)text->bytes[offset]);
	buffer_add(&escaped, text->bytes + offset + 1,
	    text->len - offset - 1);
	buffer_clear(text);
	*text = escaped;
}

/* Whether the text is plain; then json-c must make the same of it. */
static bool
is_plain_and_the_same(const char *bytes, size_t len, enum event_source source)
{
	struct event_plain event;
	struct event_draft plain;
	struct event_draft wanted;
	struct detail detail = { "" };
	struct buffer text;

	if (!event_plain_read(bytes, len, source, &event))
		return false;
	event_plain_write(&event, ORGANIZATION, &plain);

	buffer_init(&text, 0);
	buffer_add(&text, bytes, len);
	escape_first_string(&text);
	ck_assert(!event_plain_read(text.bytes, text.len, source, &event));
	ck_assert_msg(event_draft_parse(text.bytes, text.len, source,
	    ORGANIZATION, &wanted, &detail) == ERR_NONE, "%s: %.*s",
	    detail.text, (int)len, bytes);
	ck_assert_uint_eq(plain.json_len, wanted.json_len);
	ck_assert_mem_eq(plain.json, wanted.json, wanted.json_len);
	ck_assert_uint_eq(plain.stored_at_offset, wanted.stored_at_offset);
	ck_assert_int_eq(plain.category, wanted.category);
	ck_assert_int_eq(cursor_compare(&plain.place, &wanted.place), 0);
	buffer_clear(&text);
	return true;
}

static const struct {
	enum event_source source;
	const char *text;
} plain_rows[] = {
	{ EVENT_RECORDED, "{\"type\":\"a\"}" },
	{ EVENT_RECORDED, " {\t\"type\" :\r\n\"queue_added\" } " },
	{ EVENT_RECORDED, "{\"type\":\"" A64 "\"}" },
	{ EVENT_RECORDED, "{\"client\":{},\"type\":\"a\"}" },
	{ EVENT_RECORDED, "{\"client\":{\"name\":\"n\"},\"type\":\"a\"}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"name\":\"" A256
	    "\",\"id\":\"" A64 "\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"listener\":{\"id\":\"-_.Az09\"},"
	    "\"api_key\":{\"id\":\"k\"},\"message\":{\"id\":\"m\"},"
	    "\"queue\":{\"id\":\"q\",\"name\":\"/\xc3\xa4\xf0\x9f\x98\x80\"},"
	    "\"client\":{\"id\":\"c\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"b\":\"\","
	    "\"a\":\"\x7f\xc2\x80\xe2\x80\xa8/\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"0\":\"\","
	    "\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\","
	    "\"6\":\"\",\"7\":\"\",\"8\":\"\",\"9\":\"\",\"10\":\"\","
	    "\"11\":\"\",\"12\":\"\",\"13\":\"\",\"14\":\"\","
	    "\"15\":\"\"}}" },
	{ EVENT_IMPORTED, "{" PLACE ",\"type\":\"a\"}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"stored_at\" : 9999999999999 ,"
	    "\"id\":\"-aaaaaaaaaaaaaaaaaaaa\"}" },
};

START_TEST(a_plain_event_is_what_json_c_makes_of_it)
{
	ck_assert(is_plain_and_the_same(plain_rows[_i].text,
	    strlen(plain_rows[_i].text), plain_rows[_i].source));
}
END_TEST

/* Good or bad, all of these are for a closer look. */
static const struct {
	enum event_source source;
	const char *text;
} other_rows[] = {
	{ EVENT_RECORDED, "" },
	{ EVENT_RECORDED, "{" },
	{ EVENT_RECORDED, "{}" },
	{ EVENT_RECORDED, "[]" },
	{ EVENT_RECORDED, "{\"type\":\"a\"" },
	{ EVENT_RECORDED, "{\"type\":\"a\",}" },
	{ EVENT_RECORDED, "{\"type\":\"a\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\"} 1" },
	{ EVENT_RECORDED, "{\"type\" \"a\"}" },
	{ EVENT_RECORDED, "{\"type\":\"a}" },
	{ EVENT_RECORDED, "{'type':'a'}" },
	{ EVENT_RECORDED, "{\"type\":\"\"}" },
	{ EVENT_RECORDED, "{\"type\":\"0\"}" },
	{ EVENT_RECORDED, "{\"type\":\"_\"}" },
	{ EVENT_RECORDED, "{\"type\":\"aA\"}" },
	{ EVENT_RECORDED, "{\"type\":\"a-\"}" },
	{ EVENT_RECORDED, "{\"type\":\"" A64 "a\"}" },
	{ EVENT_RECORDED, "{\"type\":null}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"type\":\"a\"}" },
	{ EVENT_RECORDED, "{\"type\":\"\\u0061\"}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"colour\":\"red\"}" },
	{ EVENT_RECORDED, "{" PLACE ",\"type\":\"a\"}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"name\":\"n\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"/\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"" A64
	    "a\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"q\","
	    "\"id\":\"q\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"q\","
	    "\"name\":\"\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"q\","
	    "\"name\":\"" A256 "a\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"q\","
	    "\"name\":\"\x7f\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"q\","
	    "\"name\":\"\xc2\x9f\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"queue\":{\"id\":\"q\","
	    "\"colour\":\"n\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"\":\"\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"a\":1}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"a\":\"\xff\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"a\":\"\","
	    "\"a\":\"\"}}" },
	{ EVENT_RECORDED, "{\"type\":\"a\",\"metadata\":{\"a\":\"\t\"}}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\"}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"stored_at\":1657027948150}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"id\":\"5fZk0a-_5fZk0a5fZk0ab\","
	    "\"stored_at\":165702794815}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"id\":\"5fZk0a-_5fZk0a5fZk0ab\","
	    "\"stored_at\":0657027948150}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"id\":\"5fZk0a-_5fZk0a5fZk0ab\","
	    "\"stored_at\":1657027948150.0}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"id\":\"5fZk0a._5fZk0a5fZk0ab\","
	    "\"stored_at\":1657027948150}" },
	{ EVENT_IMPORTED, "{\"type\":\"a\",\"id\":\"5fZk0a-_5fZk0a5fZk0a\","
	    "\"stored_at\":1657027948150}" },
};

START_TEST(what_is_not_plain_is_left_to_others)
{
	struct event_plain event;

	ck_assert(!event_plain_read(other_rows[_i].text,
	    strlen(other_rows[_i].text), other_rows[_i].source, &event));
}
END_TEST

START_TEST(a_plain_event_has_at_most_4096_bytes)
{
	static const char begin[] = "{\"type\":\"a\",\"metadata\":{\"k\":\"";
	struct event_plain event;
	struct buffer text;

	buffer_init(&text, 0);
	buffer_add_text(&text, begin);
	while (text.len < EVENT_BYTES_MAX - 3)
		buffer_add_text(&text, "x");
	buffer_add_text(&text, "\"}}");
	ck_assert(is_plain_and_the_same(text.bytes, text.len,
	    EVENT_RECORDED));
	buffer_add_text(&text, " ");
	ck_assert(!event_plain_read(text.bytes, text.len, EVENT_RECORDED,
	    &event));
	buffer_clear(&text);
}
END_TEST

static const char *
pick(const char *const *some, size_t some_count)
{
	return some[(size_t)random() % some_count];
}

static void
add_random_string(struct buffer *text)
{
	static const char *const pieces[] = {
		"a", "Z", "0", "_", "-", ".", "/", " ", "\x7f", "\xc3\xa4",
		"\xc2\x9f", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\\n", "type",
	};
	long count = random() % 6;

	buffer_add_text(text, "\"");
	for (long i = 0; i <= count; i++)
		/* Mostly of what is allowed everywhere. */
		buffer_add_text(text, random() % 16 > 0 ? "b" :
		    pick(pieces, COUNT_OF(pieces)));
	buffer_add_text(text, "\"");
}

static void
add_random_object(struct buffer *text, const char *const *names,
    size_t name_count)
{
	size_t first = random() % 4 > 0 ? 0 : (size_t)random() % name_count;
	size_t count = random() % 8 > 0 ? 1 + (size_t)random() % 2 : 0;

	buffer_add_text(text, "{");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_add_text(text, ",");
		buffer_add_format(text, "\"%s\":",
		    names[(first + i) % name_count]);
		add_random_string(text);
	}
	buffer_add_text(text, "}");
}

static void
write_random_event(struct buffer *text, enum event_source source)
{
	static const char *const resources[] = {
		"client", "message", "api_key", "queue", "listener",
	};
	static const char *const names[] = { "id", "name", "id", "id" };
	static const char *const keys[] = { "a", "b", "type", "\xc3\xa4" };
	static const char *const types[] = {
		"queue_added", "message_", "a", "api_key_0", "listener_x",
	};

	buffer_reset(text);
	buffer_add_format(text, "{\"type\":\"%s\"",
	    pick(types, COUNT_OF(types)));
	if (source == EVENT_IMPORTED)
		buffer_add_text(text, "," PLACE);
	for (size_t i = 0; i < COUNT_OF(resources); i++) {
		if (random() % 3 > 0)
			continue;
		buffer_add_format(text, ",\"%s\":", resources[i]);
		add_random_object(text, names, COUNT_OF(names));
	}
	if (random() % 2 == 0) {
		buffer_add_text(text, ", \"metadata\": ");
		add_random_object(text, keys, COUNT_OF(keys));
	}
	buffer_add_text(text, "}");
}

static void
change_bytes(struct buffer *text)
{
	static const char bytes[] = "\"\\{}[]:,.0aA_- \t\n\x01\x7f\x80\xc3\xff";
	long changes = random() % CHANGES_MAX;

	for (long i = 0; i < changes; i++)
		text->bytes[(size_t)random() % text->len] =
		    bytes[(size_t)random() % (sizeof(bytes) - 1)];
}

START_TEST(json_c_agrees_on_whatever_is_plain)
{
	struct buffer text;
	unsigned int plain_count = 0;

	srandom((unsigned int)_i + 1);
	buffer_init(&text, 0);
	for (int i = 0; i < TEXTS; i++) {
		enum event_source source = random() % 2 == 0 ?
		    EVENT_RECORDED : EVENT_IMPORTED;

		write_random_event(&text, source);
		change_bytes(&text);
		if (is_plain_and_the_same(text.bytes, text.len, source))
			plain_count++;
	}
	/* Enough of both kinds for this to say something. */
	ck_assert_uint_gt(plain_count, TEXTS / 10);
	ck_assert_uint_lt(plain_count, TEXTS - TEXTS / 10);
	buffer_clear(&text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("event_plain");
	TCase *tcase = tcase_create("event_plain");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_plain_event_is_what_json_c_makes_of_it,
	    0, COUNT_OF(plain_rows));
	tcase_add_loop_test(tcase, what_is_not_plain_is_left_to_others,
	    0, COUNT_OF(other_rows));
	tcase_add_test(tcase, a_plain_event_has_at_most_4096_bytes);
	tcase_add_loop_test(tcase, json_c_agrees_on_whatever_is_plain,
	    0, SEEDS);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
