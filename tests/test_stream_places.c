/* test_stream_places.c - where a stream begins, and that it misses nothing. */
#include "api/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/pending.h"
#include "api_live.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/limits.h"
#include "suite.h"

#define ID "abcdefghijklmnopqrstu"

enum {
	MANY = 3000,
	TOLD_PLACE_SIZE = 64,
	/* An event, its type and its place. */
	BLOCK_BYTES_MAX = EVENT_STORED_BYTES_MAX + 256
};

static struct fixture fixture;

static void
tear_down(void)
{
	fixture_close(&fixture);
}

static void
ask(const char *query, const char *last_event_id)
{
	char field[256];

	snprintf(field, sizeof(field), "HTTP_LAST_EVENT_ID=%s",
	    last_event_id);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = query, .accept = "text/event-stream", .may_wait = true,
	    .params = { field } });
	ck_assert_uint_eq(fixture.response.status, 200);
}

static void
ask_after(const struct cursor *place)
{
	char text[TOLD_PLACE_SIZE];

	snprintf(text, sizeof(text), "%" PRId64 ":%s", place->stored_at_ms,
	    place->id);
	ask("", text);
}

/* Holds the body, and what comes at once after it, to these events. */
static void
check_places(const struct cursor *places, size_t place_count)
{
	struct fixture_ids ids = { 0 };
	bool is_done;

	fixture_take_ids(&fixture, &ids);
	while (fixture.response.need == NEED_ROOM) {
		ck_assert_int_eq(answer_next_piece(fixture.service,
		    &fixture.response, &is_done), ERR_NONE);
		ck_assert(!is_done);
		ck_assert_uint_le(fixture.response.body.len,
		    EXPORT_PIECE_BYTES + BLOCK_BYTES_MAX);
		fixture_take_ids(&fixture, &ids);
	}
	ck_assert_int_eq(fixture.response.need, NEED_CHANGE);
	ck_assert_uint_eq(ids.count, place_count);
	for (size_t i = 0; i < place_count; i++)
		ck_assert_str_eq(ids.ids[i], places[i].id);
	fixture_ids_clear(&ids);
}

/* What the stream said last of where it is. */
static void
take_told_place(char text[TOLD_PLACE_SIZE])
{
	const char *body = fixture_body(&fixture);
	const char *last = NULL;

	for (const char *id = strstr(body, "\nid: "); id != NULL;
	    id = strstr(id + 1, "\nid: "))
		last = id + strlen("\nid: ");
	ck_assert_ptr_nonnull(last);
	snprintf(text, TOLD_PLACE_SIZE, "%.*s", (int)strcspn(last, "\n"),
	    last);
}

static bool
tells_gap(int64_t *oldest_ms)
{
	const char *gap = strstr(fixture_body(&fixture),
	    "event: gap\ndata: ");

	*oldest_ms = gap == NULL ? 0 : strtoll(gap +
	    strlen("event: gap\ndata: "), NULL, 10);
	return gap != NULL;
}

START_TEST(without_a_place_a_stream_begins_now)
{
	struct cursor places[2];

	fixture_open(&fixture, NULL);
	live_record(&fixture, ACME, "queue_added", &places[0]);
	ask("", "");
	check_places(NULL, 0);
	live_record(&fixture, ACME, "queue_added", &places[1]);
	live_resume(&fixture);
	check_places(&places[1], 1);
}
END_TEST

/* Of other categories, of nobody, of another organization, or long ago. */
START_TEST(a_stream_that_broke_before_its_first_event_goes_on)
{
	static const struct {
		const char *type;
		enum fixture_organization organization;
		int64_t age_ms;
	} rows[] = {
		{ "queue_added", ACME, 0 },
		{ "message_added", ACME, 0 },
		{ "other", ACME, HOUR_MS },
		{ "queue_added", OTHER, 0 },
		{ "queue_added", ACME, 2 * (int64_t)DAY_MS },
		{ NULL, ACME, 0 },
	};
	char told[TOLD_PLACE_SIZE];
	struct cursor places[2];

	fixture_open(&fixture, NULL);
	if (rows[_i].type != NULL) {
		struct store_txn *txn = fixture_write_begin(&fixture);

		fixture_append(&fixture, txn, rows[_i].organization,
		    rows[_i].type, clock_now_ms() - rows[_i].age_ms, NULL);
		fixture_write_end(&fixture, txn);
	}
	ask("events=queues", "");
	take_told_place(told);
	live_record(&fixture, ACME, "queue_added", &places[0]);
	live_record(&fixture, ACME, "queue_added", &places[1]);
	ask("events=queues", told);
	check_places(places, COUNT_OF(places));
}
END_TEST

START_TEST(a_place_is_given_by_header_or_parameters)
{
	struct cursor places[3];
	char query[256];

	fixture_open(&fixture, NULL);
	for (size_t i = 0; i < COUNT_OF(places); i++)
		live_record(&fixture, ACME, "queue_added", &places[i]);
	ask_after(&places[0]);
	check_places(&places[1], 2);
	snprintf(query, sizeof(query), "startAfter=%" PRId64
	    "&startAfterId=%s", places[1].stored_at_ms, places[1].id);
	ask(query, "");
	check_places(&places[2], 1);
	/* A client that comes again has its first query still. */
	snprintf(query, sizeof(query), "startAfter=%" PRId64
	    "&startAfterId=%s", places[0].stored_at_ms, places[0].id);
	ck_assert_uint_lt(strlen(query), sizeof(query));
	{
		char told[TOLD_PLACE_SIZE];

		snprintf(told, sizeof(told), "%" PRId64 ":%s",
		    places[1].stored_at_ms, places[1].id);
		ask(query, told);
	}
	check_places(&places[2], 1);
}
END_TEST

START_TEST(a_place_need_not_name_an_event)
{
	struct cursor place;

	fixture_open(&fixture, NULL);
	live_record(&fixture, ACME, "queue_added", &place);
	ask("", "0009:" ID);
	check_places(&place, 1);
	ask("", "9999999999999:" ID);
	check_places(NULL, 0);
}
END_TEST

START_TEST(what_is_behind_comes_in_bounded_pieces)
{
	static struct cursor places[MANY];
	struct store_txn *txn;

	fixture_open(&fixture, NULL);
	ask("", "");
	txn = fixture_write_begin(&fixture);
	for (int i = 0; i < MANY; i++)
		fixture_append(&fixture, txn, ACME, i % 2 == 0 ?
		    "queue_added" : "message_added", clock_now_ms(),
		    &places[i]);
	fixture_write_end(&fixture, txn);

	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_ROOM);
	check_places(places, MANY);
	ask_after(&places[0]);
	ck_assert_int_eq(fixture.response.need, NEED_ROOM);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Content-Type"));
	check_places(&places[1], MANY - 1);
}
END_TEST

START_TEST(a_piece_ends_a_stream_whose_key_is_revoked)
{
	struct cursor first;
	struct store_txn *txn;
	bool is_done;

	fixture_open(&fixture, NULL);
	live_record(&fixture, ACME, "queue_added", &first);
	txn = fixture_write_begin(&fixture);
	for (int i = 0; i < MANY; i++)
		fixture_append(&fixture, txn, ACME, "queue_added",
		    clock_now_ms(), NULL);
	fixture_write_end(&fixture, txn);
	ask_after(&first);
	ck_assert_int_eq(fixture.response.need, NEED_ROOM);
	(void)live_change(&fixture, KEY_IS_REVOKED);
	ck_assert_int_eq(answer_next_piece(fixture.service,
	    &fixture.response, &is_done), ERR_NONE);
	ck_assert(is_done);
	ck_assert_uint_eq(fixture.response.body.len, 0);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
}
END_TEST

START_TEST(a_clock_that_is_set_back_or_forward_hides_nothing)
{
	static const int64_t steps_ms[] = {
		0, -HOUR_MS, -2 * HOUR_MS, HOUR_MS, 0, -MINUTE_MS, HOUR_MS
	};
	struct cursor place;

	fixture_open(&fixture, NULL);
	ask("", "");
	for (size_t i = 0; i < COUNT_OF(steps_ms); i++) {
		struct store_txn *txn = fixture_write_begin(&fixture);

		fixture_append(&fixture, txn, ACME, "queue_added",
		    clock_now_ms() + steps_ms[i], &place);
		fixture_write_end(&fixture, txn);
		live_resume(&fixture);
		check_places(&place, 1);
	}
}
END_TEST

START_TEST(a_place_before_the_window_is_told_of_the_gap_once)
{
	struct cursor old = {
		.stored_at_ms = clock_now_ms() - DAY_MS - MINUTE_MS,
		.id = ID
	};
	int64_t begun_ms = clock_now_ms();
	struct cursor place;
	int64_t oldest_ms;

	fixture_open(&fixture, NULL);
	live_record(&fixture, ACME, "queue_added", &place);
	ask_after(&old);
	ck_assert(tells_gap(&oldest_ms));
	ck_assert_int_ge(oldest_ms, begun_ms - DAY_MS);
	ck_assert_int_le(oldest_ms, clock_now_ms() - DAY_MS);
	check_places(&place, 1);
	for (int i = 0; i < 3; i++) {
		live_record(&fixture, ACME, "queue_added", &place);
		live_resume(&fixture);
		ck_assert(!tells_gap(&oldest_ms));
		check_places(&place, 1);
	}
}
END_TEST

START_TEST(a_stream_that_has_seen_all_has_no_gap)
{
	int64_t oldest_ms;
	struct cursor place;

	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_RETENTION=1s", NULL });
	live_record(&fixture, ACME, "queue_added", &place);
	ask_after(&place);
	ck_assert(!tells_gap(&oldest_ms));
	/* Its place leaves the window, but nothing was missed. */
	for (int i = 0; i < 3; i++) {
		usleep(500 * 1000);
		live_resume(&fixture);
		ck_assert(!tells_gap(&oldest_ms));
	}
	live_record(&fixture, ACME, "queue_added", &place);
	live_resume(&fixture);
	ck_assert(!tells_gap(&oldest_ms));
	check_places(&place, 1);
}
END_TEST

START_TEST(what_left_the_window_before_it_was_streamed_is_a_gap)
{
	int64_t oldest_ms;
	struct cursor place;

	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_RETENTION=1s", NULL });
	ask("", "");
	ck_assert(!tells_gap(&oldest_ms));
	live_record(&fixture, ACME, "queue_added", NULL);
	usleep(1100 * 1000);
	live_record(&fixture, ACME, "queue_added", &place);
	live_resume(&fixture);
	ck_assert(tells_gap(&oldest_ms));
	ck_assert_int_le(oldest_ms, place.stored_at_ms);
	check_places(&place, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stream places");
	TCase *tests = tcase_create("places");

	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_test(tests, without_a_place_a_stream_begins_now);
	tcase_add_loop_test(tests,
	    a_stream_that_broke_before_its_first_event_goes_on, 0, 6);
	tcase_add_test(tests, a_place_is_given_by_header_or_parameters);
	tcase_add_test(tests, a_place_need_not_name_an_event);
	tcase_add_test(tests, what_is_behind_comes_in_bounded_pieces);
	tcase_add_test(tests, a_piece_ends_a_stream_whose_key_is_revoked);
	tcase_add_test(tests,
	    a_clock_that_is_set_back_or_forward_hides_nothing);
	tcase_add_test(tests,
	    a_place_before_the_window_is_told_of_the_gap_once);
	tcase_add_test(tests, a_stream_that_has_seen_all_has_no_gap);
	tcase_add_test(tests,
	    what_left_the_window_before_it_was_streamed_is_a_gap);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
