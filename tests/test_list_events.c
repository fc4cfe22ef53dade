/* test_list_events.c - pages of events. */
#include "api/list_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_fixture.h"
#include "base/clock.h"
#include "base/text.h"
#include "suite.h"

enum { EVENT_COUNT = 2500 };

static struct fixture fixture;

static void
tear_down(void)
{
	fixture_close(&fixture);
}

static const char *const types[] = {
	"queue_added", "api_key_added", "message_added", "listener_added",
	"strange_thing"
};

/* Events of all categories, 100 a millisecond, and as many of others. */
static void
open_with_events(struct fixture_ids *ids)
{
	int64_t begin_ms = clock_now_ms() - HOUR_MS;
	struct store_txn *txn;

	fixture_open(&fixture, NULL);
	txn = fixture_write_begin(&fixture);
	ids->ids = calloc(EVENT_COUNT, sizeof(ids->ids[0]));
	ck_assert_ptr_nonnull(ids->ids);
	ids->size = EVENT_COUNT;
	for (int i = 0; i < EVENT_COUNT; i++) {
		struct cursor place;

		fixture_append(&fixture, txn, ACME,
		    types[i % (int)COUNT_OF(types)], begin_ms + i / 100,
		    &place);
		memcpy(ids->ids[ids->count++], place.id, sizeof(place.id));
		fixture_append(&fixture, txn, OTHER, "queue_deleted",
		    begin_ms + i / 100, NULL);
	}
	fixture_write_end(&fixture, txn);
}

START_TEST(an_empty_page_has_the_documented_shape)
{
	fixture_open(&fixture, NULL);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	ck_assert_str_eq(fixture_body(&fixture), "{\"events\":[],\"_links\":"
	    "{\"self\":{\"href\":\"http://api.example/v1/events\"}}}");
}
END_TEST

START_TEST(a_page_has_the_documented_shape)
{
	struct store_txn *txn;
	struct cursor first;
	char expected[1024];

	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_BASE_URL=https://api.discue.io", NULL });
	txn = fixture_write_begin(&fixture);
	fixture_append(&fixture, txn, ACME, "queue_added",
	    clock_now_ms() - HOUR_MS, &first);
	fixture_append(&fixture, txn, ACME, "queue_added",
	    clock_now_ms() - HOUR_MS, NULL);
	fixture_write_end(&fixture, txn);

	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .query = "limit=1" });
	snprintf(expected, sizeof(expected), "{\"events\":[{\"id\":\"%s\","
	    "\"type\":\"queue_added\",\"stored_at\":%" PRId64 ",\"client\":"
	    "{\"id\":\"%s\"},\"queue\":{\"id\":\"q-1\",\"name\":"
	    "\"orders, \\\"new\\\"\"}}],\"_links\":{\"self\":{\"href\":"
	    "\"https://api.discue.io/events?limit=1\"},\"next\":{\"href\":"
	    "\"https://api.discue.io/events?limit=1&startAfter=%" PRId64
	    "&startAfterId=%s\"}}}", first.id, first.stored_at_ms,
	    fixture.organizations[ACME].id, first.stored_at_ms, first.id);
	ck_assert_str_eq(fixture_body(&fixture), expected);
}
END_TEST

START_TEST(a_base_url_is_all_that_self_begins_with)
{
	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_BASE_URL=https://api.discue.io", NULL });
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	ck_assert_str_eq(fixture_body(&fixture), "{\"events\":[],\"_links\":"
	    "{\"self\":{\"href\":\"https://api.discue.io/events\"}}}");
}
END_TEST

START_TEST(a_prefix_is_stepped_over_and_linked)
{
	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_PREFIX=/api", NULL });
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .path = "/api/v1/events" });
	ck_assert_str_eq(fixture_body(&fixture), "{\"events\":[],\"_links\":"
	    "{\"self\":{\"href\":\"http://api.example/api/v1/events\"}}}");
	fixture_ask(&fixture, &(struct ask){ .path = "/v1/events" });
	ck_assert_uint_eq(fixture.response.status, 404);
	fixture_ask(&fixture, &(struct ask){ .path = "/apiv1/events" });
	ck_assert_uint_eq(fixture.response.status, 404);
}
END_TEST

static const char *const walks[] = {
	"", "limit=1000", "limit=7", "limit=2500", "limit=2499", "limit=100",
	"limit=500&startAfter=1", "events=all&limit=250", "order=asc",
};

START_TEST(following_next_gives_every_event_once_in_order)
{
	struct fixture_ids recorded = { 0 };
	struct fixture_ids walked = { 0 };

	open_with_events(&recorded);
	fixture_walk(&fixture, KEY_READER, walks[_i], &walked);
	ck_assert(fixture_ids_are_equal(&recorded, &walked));
	fixture_ids_clear(&recorded);
	fixture_ids_clear(&walked);
}
END_TEST

START_TEST(newest_first_is_the_same_backwards)
{
	struct fixture_ids recorded = { 0 };
	struct fixture_ids walked = { 0 };

	open_with_events(&recorded);
	fixture_walk(&fixture, KEY_READER, "order=desc&limit=99", &walked);
	ck_assert_uint_eq(walked.count, recorded.count);
	for (size_t i = 0; i < walked.count; i++)
		ck_assert_str_eq(walked.ids[i],
		    recorded.ids[recorded.count - 1 - i]);
	fixture_ids_clear(&recorded);
	fixture_ids_clear(&walked);
}
END_TEST

static const struct {
	const char *query;
	unsigned int wanted;	/* a bit for each of types */
} filters[] = {
	{ "events=queues", 0x01 },
	{ "events=api_keys", 0x02 },
	{ "events=messages", 0x04 },
	{ "events=listeners", 0x08 },
	{ "events=queues,messages", 0x05 },
	{ "events=api_keys,listeners,messages,queues", 0x0f },
	{ "events=all,queues", 0x1f },
};

START_TEST(a_filter_gives_its_categories_alone)
{
	struct fixture_ids recorded = { 0 };
	struct fixture_ids walked = { 0 };
	size_t count = 0;

	open_with_events(&recorded);
	fixture_walk(&fixture, KEY_READER, filters[_i].query, &walked);
	for (size_t i = 0; i < recorded.count; i++) {
		if ((filters[_i].wanted & 1U << i % COUNT_OF(types)) == 0)
			continue;
		ck_assert_uint_lt(count, walked.count);
		ck_assert_str_eq(walked.ids[count++], recorded.ids[i]);
	}
	ck_assert_uint_eq(count, walked.count);
	fixture_ids_clear(&recorded);
	fixture_ids_clear(&walked);
}
END_TEST

START_TEST(next_is_there_exactly_when_more_is_stored)
{
	static const struct {
		const char *query;
		bool has_next;
	} rows[] = {
		{ "events=queues&limit=499", true },
		{ "events=queues&limit=500", false },
		{ "events=queues&limit=501", false },
		{ "events=queues&limit=499&order=desc", true },
		{ "events=queues&limit=500&order=desc", false },
	};
	struct fixture_ids recorded = { 0 };

	open_with_events(&recorded);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		fixture_ask(&fixture, &(struct ask){
		    .key = KEY_READER, .query = rows[i].query });
		ck_assert_int_eq(fixture_field(&fixture, "Link") != NULL,
		    rows[i].has_next);
		ck_assert_int_eq(strstr(fixture_body(&fixture),
		    "\"next\":{\"href\":\"") != NULL, rows[i].has_next);
	}
	fixture_ids_clear(&recorded);
}
END_TEST

START_TEST(organizations_never_see_each_other)
{
	struct fixture_ids recorded = { 0 };
	struct fixture_ids others = { 0 };
	char query[FIXTURE_QUERY_SIZE];

	open_with_events(&recorded);
	fixture_walk(&fixture, KEY_OTHER, "limit=1000", &others);
	ck_assert_uint_eq(others.count, EVENT_COUNT);
	for (size_t i = 0; i < others.count; i++)
		ck_assert_str_ne(others.ids[i], recorded.ids[i]);
	ck_assert_ptr_null(strstr(fixture_body(&fixture), "queue_added"));

	/* A cursor of one is a place like any other to the other. */
	snprintf(query, sizeof(query), "startAfter=%" PRId64
	    "&startAfterId=%s&limit=1000", clock_now_ms() - 2 * HOUR_MS,
	    recorded.ids[0]);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_OTHER, .query = query });
	ck_assert_ptr_null(strstr(fixture_body(&fixture), "queue_added"));
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "queue_deleted"));
	fixture_ids_clear(&recorded);
	fixture_ids_clear(&others);
}
END_TEST

/* The text without what an indentation adds; the caller frees it. */
static char *
squeeze(const char *text)
{
	char *squeezed = malloc(strlen(text) + 1);
	bool is_quoted = false;
	size_t len = 0;

	ck_assert_ptr_nonnull(squeezed);
	for (; *text != '\0'; text++) {
		if (*text == '\\') {
			squeezed[len++] = *text++;
		} else if (*text == '"') {
			is_quoted = !is_quoted;
		} else if (!is_quoted && (*text == ' ' || *text == '\n')) {
			continue;
		}
		squeezed[len++] = *text;
	}
	squeezed[len] = '\0';
	return squeezed;
}

START_TEST(pretty_is_the_same_but_indented)
{
	struct fixture_ids recorded = { 0 };
	char *squeezed;
	const char *links;

	open_with_events(&recorded);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .query = "pretty=true" });
	ck_assert_ptr_nonnull(strchr(fixture_body(&fixture), '\n'));
	squeezed = squeeze(fixture_body(&fixture));

	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .query = "pretty=false" });
	ck_assert_ptr_null(strchr(fixture_body(&fixture), '\n'));
	links = strstr(fixture_body(&fixture), "],\"_links\"");
	ck_assert_ptr_nonnull(links);
	ck_assert_mem_eq(squeezed, fixture_body(&fixture),
	    (size_t)(links - fixture_body(&fixture)));
	free(squeezed);
	fixture_ids_clear(&recorded);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("list_events");
	TCase *tests = tcase_create("pages");

	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, an_empty_page_has_the_documented_shape);
	tcase_add_test(tests, a_page_has_the_documented_shape);
	tcase_add_test(tests, a_base_url_is_all_that_self_begins_with);
	tcase_add_test(tests, a_prefix_is_stepped_over_and_linked);
	tcase_add_loop_test(tests,
	    following_next_gives_every_event_once_in_order, 0,
	    COUNT_OF(walks));
	tcase_add_test(tests, newest_first_is_the_same_backwards);
	tcase_add_loop_test(tests, a_filter_gives_its_categories_alone, 0,
	    COUNT_OF(filters));
	tcase_add_test(tests, next_is_there_exactly_when_more_is_stored);
	tcase_add_test(tests, organizations_never_see_each_other);
	tcase_add_test(tests, pretty_is_the_same_but_indented);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
