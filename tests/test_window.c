/* test_window.c - cursors, and the 24 hours that events are shown. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "api_fixture.h"
#include "base/clock.h"
#include "base/text.h"
#include "suite.h"

#define ID_1 "000000000000000000001"
#define ID_2 "000000000000000000002"
#define ID_3 "000000000000000000003"
#define ID_LAST "zzzzzzzzzzzzzzzzzzzzz"

static struct fixture fixture;

static void
tear_down(void)
{
	fixture_close(&fixture);
}

/* Events that long ago; their ids are ID_1 and on. */
static void
open_with_ages(const char *const *variables, const int64_t *ages_ms,
    size_t age_count)
{
	static const char *const ids[] = { ID_1, ID_2, ID_3 };
	struct store_txn *txn;

	fixture_open(&fixture, variables);
	txn = fixture_write_begin(&fixture);
	for (size_t i = 0; i < age_count; i++) {
		struct cursor place = {
			.stored_at_ms = clock_now_ms() - ages_ms[i]
		};

		snprintf(place.id, sizeof(place.id), "%s", ids[i]);
		fixture_import(&fixture, txn, ACME, &place);
	}
	fixture_write_end(&fixture, txn);
}

static void
check_ids(const char *query, const char *accept, const char *const *ids,
    size_t id_count)
{
	struct fixture_ids found = { 0 };

	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .query = query, .accept = accept });
	ck_assert_uint_eq(fixture.response.status, 200);
	fixture_take_ids(&fixture, &found);
	ck_assert_uint_eq(found.count, id_count);
	for (size_t i = 0; i < id_count; i++)
		ck_assert_str_eq(found.ids[i], ids[i]);
	fixture_ids_clear(&found);
}

static const char *const accepts[] = {
	"application/json", "application/x-ndjson", "text/csv"
};

static const char *const paths_past_the_window[] = {
	"", "order=desc", "limit=1000", "limit=1&order=desc", "events=queues",
	"startAfter=0&startAfterId=" ID_1,
	"startAfter=9999999999999&startAfterId=" ID_LAST "&order=desc",
};

START_TEST(nothing_older_than_24_hours_is_answered)
{
	static const int64_t ages_ms[] = {
		DAY_MS + MINUTE_MS, DAY_MS - MINUTE_MS
	};
	static const char *const ids[] = { ID_2 };

	open_with_ages(NULL, ages_ms, COUNT_OF(ages_ms));
	for (size_t i = 0; i < COUNT_OF(accepts); i++) {
		check_ids(paths_past_the_window[_i], accepts[i], ids,
		    COUNT_OF(ids));
		ck_assert_ptr_null(fixture_field(&fixture, "Link"));
	}
}
END_TEST

START_TEST(a_shorter_retention_hides_more)
{
	static const int64_t ages_ms[] = { 2 * HOUR_MS, MINUTE_MS };
	static const char *const ids[] = { ID_2 };

	open_with_ages((const char *const[]){
	    "APITRAIL_RETENTION=1h", NULL }, ages_ms, COUNT_OF(ages_ms));
	check_ids("", NULL, ids, COUNT_OF(ids));
}
END_TEST

START_TEST(a_cursor_before_the_window_is_told_of_the_gap)
{
	static const struct {
		const char *parameters;
		int64_t age_ms;
		bool has_gap;
	} rows[] = {
		{ "startAfterId=" ID_1, DAY_MS + MINUTE_MS, true },
		{ "startAfterId=" ID_1, DAY_MS - MINUTE_MS, false },
		{ "startAfterId=" ID_1 "&order=desc", DAY_MS + MINUTE_MS,
		    true },
		{ "limit=1&startAfterId=" ID_1, 2 * (int64_t)DAY_MS, true },
		/* Half a cursor has no effect. */
		{ "limit=1", DAY_MS + MINUTE_MS, false },
	};
	int64_t begun_ms;

	open_with_ages(NULL, NULL, 0);
	begun_ms = clock_now_ms();
	for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(accepts); i++) {
		size_t row = i / COUNT_OF(accepts);
		char query[256];
		const char *gap;

		snprintf(query, sizeof(query), "startAfter=%" PRId64 "&%s",
		    begun_ms - rows[row].age_ms, rows[row].parameters);
		fixture_ask(&fixture, &(struct ask){
		    .key = KEY_READER, .query = query,
		    .accept = accepts[i % COUNT_OF(accepts)] });
		gap = fixture_field(&fixture, "Apitrail-Gap");
		ck_assert_int_eq(gap != NULL, rows[row].has_gap);
		if (gap == NULL)
			continue;
		ck_assert_int_ge(strtoll(gap, NULL, 10), begun_ms - DAY_MS);
		ck_assert_int_le(strtoll(gap, NULL, 10),
		    clock_now_ms() - DAY_MS);
	}
}
END_TEST

START_TEST(a_cursor_need_not_name_an_event)
{
	static const int64_t ages_ms[] = { 3 * HOUR_MS, HOUR_MS };
	static const char *const newer[] = { ID_2 };
	static const char *const older[] = { ID_1 };
	char query[256];

	open_with_ages(NULL, ages_ms, COUNT_OF(ages_ms));
	snprintf(query, sizeof(query), "startAfter=%" PRId64
	    "&startAfterId=" ID_LAST, clock_now_ms() - 2 * HOUR_MS);
	check_ids(query, NULL, newer, COUNT_OF(newer));
	snprintf(query, sizeof(query), "order=desc&startAfter=%" PRId64
	    "&startAfterId=" ID_LAST, clock_now_ms() - 2 * HOUR_MS);
	check_ids(query, NULL, older, COUNT_OF(older));
}
END_TEST

START_TEST(half_a_cursor_has_no_effect)
{
	static const int64_t ages_ms[] = { HOUR_MS };
	static const char *const all[] = { ID_1 };

	open_with_ages(NULL, ages_ms, COUNT_OF(ages_ms));
	check_ids("startAfter=9999999999999", NULL, all, COUNT_OF(all));
	check_ids("startAfterId=" ID_LAST, NULL, all, COUNT_OF(all));
}
END_TEST

START_TEST(within_a_millisecond_ids_go_by_their_bytes)
{
	static const char *const behind[] = { ID_3 };
	struct cursor place = { .stored_at_ms = clock_now_ms() - HOUR_MS };
	struct store_txn *txn;
	char query[256];

	fixture_open(&fixture, NULL);
	txn = fixture_write_begin(&fixture);
	snprintf(place.id, sizeof(place.id), "%s", ID_1);
	fixture_import(&fixture, txn, ACME, &place);
	snprintf(place.id, sizeof(place.id), "%s", ID_3);
	fixture_import(&fixture, txn, ACME, &place);
	fixture_write_end(&fixture, txn);

	snprintf(query, sizeof(query), "startAfter=%" PRId64
	    "&startAfterId=" ID_1, place.stored_at_ms);
	check_ids(query, NULL, behind, COUNT_OF(behind));
	snprintf(query, sizeof(query), "startAfter=%" PRId64
	    "&startAfterId=" ID_2, place.stored_at_ms);
	check_ids(query, NULL, behind, COUNT_OF(behind));
	snprintf(query, sizeof(query), "startAfter=%" PRId64
	    "&startAfterId=" ID_3, place.stored_at_ms);
	check_ids(query, NULL, NULL, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("window");
	TCase *tests = tcase_create("cursors");

	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_loop_test(tests, nothing_older_than_24_hours_is_answered,
	    0, COUNT_OF(paths_past_the_window));
	tcase_add_test(tests, a_shorter_retention_hides_more);
	tcase_add_test(tests, a_cursor_before_the_window_is_told_of_the_gap);
	tcase_add_test(tests, a_cursor_need_not_name_an_event);
	tcase_add_test(tests, half_a_cursor_has_no_effect);
	tcase_add_test(tests, within_a_millisecond_ids_go_by_their_bytes);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
