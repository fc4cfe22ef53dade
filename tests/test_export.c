/* test_export.c - the whole window as lines, piece by piece. */
#include "api/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_fixture.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/event.h"
#include "store/api_keys.h"
#include "suite.h"

enum { EVENT_COUNT = 12000, APPEND_COUNT = 5000 };

static struct fixture fixture;

static void
tear_down(void)
{
	fixture_close(&fixture);
}

static void
append(int count, int64_t begin_ms)
{
	static const char *const types[] = {
		"queue_added", "message_added", "strange_thing"
	};
	struct store_txn *txn = NULL;

	for (int i = 0; i < count; i++) {
		if (i % APPEND_COUNT == 0)
			txn = fixture_write_begin(&fixture);
		fixture_append(&fixture, txn, ACME,
		    types[i % (int)COUNT_OF(types)], begin_ms + i / 7, NULL);
		if (i % APPEND_COUNT == APPEND_COUNT - 1 || i == count - 1)
			fixture_write_end(&fixture, txn);
	}
}

static void
open_with_events(int count)
{
	fixture_open(&fixture, NULL);
	append(count, clock_now_ms() - 20 * HOUR_MS);
}

/* Takes what is in the body, then the pieces to come. */
static void
take_pieces(struct fixture_ids *ids)
{
	bool is_done = fixture.response.need == NEED_NOTHING;

	fixture_take_ids(&fixture, ids);
	while (!is_done) {
		ck_assert_int_eq(answer_next_piece(fixture.service,
		    &fixture.response, &is_done), ERR_NONE);
		/* CSV may double each byte of the last event. */
		ck_assert_uint_lt(fixture.response.body.len,
		    EXPORT_PIECE_BYTES + 2 * EVENT_STORED_BYTES_MAX);
		ck_assert_uint_gt(fixture.response.body.len, 0);
		fixture_take_ids(&fixture, ids);
	}
}

static const struct {
	const char *accept;
	const char *query;
	const char *walk;	/* of the same events */
} rows[] = {
	{ "application/x-ndjson", "", "limit=1000" },
	{ "text/csv", "", "limit=1000" },
	{ "application/x-ndjson", "order=desc", "order=desc&limit=1000" },
	{ "text/csv", "events=messages", "events=messages&limit=1000" },
};

START_TEST(an_export_is_what_the_pages_are)
{
	struct fixture_ids exported = { 0 };
	struct fixture_ids walked = { 0 };

	open_with_events(EVENT_COUNT);
	fixture_walk(&fixture, KEY_READER, rows[_i].walk, &walked);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = rows[_i].accept, .query = rows[_i].query });
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_ptr_nonnull(fixture.response.pending);
	ck_assert_ptr_null(fixture_field(&fixture, "Content-Length"));
	ck_assert_ptr_null(fixture_field(&fixture, "Link"));
	take_pieces(&exported);
	ck_assert_uint_ge(walked.count, EVENT_COUNT / COUNT_OF(rows));
	ck_assert(fixture_ids_are_equal(&exported, &walked));
	fixture_ids_clear(&exported);
	fixture_ids_clear(&walked);
}
END_TEST

START_TEST(a_cursor_bounds_an_export)
{
	struct fixture_ids exported = { 0 };
	struct fixture_ids walked = { 0 };
	char query[FIXTURE_QUERY_SIZE];

	open_with_events(APPEND_COUNT);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .query = "limit=10" });
	ck_assert(fixture_next_query(&fixture, query));
	fixture_walk(&fixture, KEY_READER, query, &walked);
	ck_assert_uint_eq(walked.count, APPEND_COUNT - 10);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = strchr(query, '&') + 1, .accept = "text/csv" });
	take_pieces(&exported);
	ck_assert(fixture_ids_are_equal(&exported, &walked));
	fixture_ids_clear(&exported);
	fixture_ids_clear(&walked);
}
END_TEST

START_TEST(a_small_export_comes_whole)
{
	static const char begin[] = "id,type,stored_at,client_id,api_key_id,"
	    "api_key_name,listener_id,listener_name,message_id,message_name,"
	    "queue_id,queue_name,metadata\r\n";

	open_with_events(1);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .accept = "text/csv" });
	ck_assert_ptr_null(fixture.response.pending);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Content-Length"));
	ck_assert_mem_eq(fixture_body(&fixture), begin, strlen(begin));
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_OTHER, .accept = "text/csv" });
	ck_assert_str_eq(fixture_body(&fixture), begin);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_OTHER, .accept = "application/x-ndjson" });
	ck_assert_str_eq(fixture_body(&fixture), "");
}
END_TEST

static const char *const line_types[] = {
	"application/x-ndjson", "text/csv"
};

START_TEST(with_a_limit_lines_come_in_pages)
{
	char query[FIXTURE_QUERY_SIZE];
	struct fixture_ids ids = { 0 };

	open_with_events(APPEND_COUNT);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = line_types[_i], .query = "limit=1000&pretty" });
	ck_assert_ptr_null(fixture.response.pending);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Content-Length"));
	ck_assert(fixture_next_query(&fixture, query));
	fixture_take_ids(&fixture, &ids);
	ck_assert_uint_eq(ids.count, 1000);
	fixture_ids_clear(&ids);
}
END_TEST

START_TEST(each_line_is_one_event)
{
	const char *line;
	int count = 0;

	open_with_events(5);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .accept = "application/x-ndjson" });
	for (line = fixture_body(&fixture); *line != '\0';
	    line = strchr(line, '\n') + 1) {
		ck_assert_mem_eq(line, "{\"id\":\"", 7);
		ck_assert_mem_eq(strchr(line, '\n') - 2, "}}", 2);
		count++;
	}
	ck_assert_int_eq(count, 5);
}
END_TEST

START_TEST(events_recorded_meanwhile_do_not_keep_it_going)
{
	struct fixture_ids exported = { 0 };
	struct fixture_ids walked = { 0 };

	open_with_events(APPEND_COUNT);
	fixture_walk(&fixture, KEY_READER, "limit=1000", &walked);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .accept = "application/x-ndjson" });
	ck_assert_ptr_nonnull(fixture.response.pending);
	append(APPEND_COUNT, clock_now_ms() - HOUR_MS);
	take_pieces(&exported);
	ck_assert(fixture_ids_are_equal(&exported, &walked));
	fixture_ids_clear(&exported);
	fixture_ids_clear(&walked);
}
END_TEST

static bool
take_reader(const struct api_key *key, void *arg)
{
	const char *clear = fixture.keys[KEY_READER];

	if (strcmp(key->last, clear + API_KEY_LEN - API_KEY_LAST_LEN) == 0)
		*(struct api_key *)arg = *key;
	return true;
}

START_TEST(an_export_ends_when_its_key_does)
{
	struct api_key key = { .id = "" };
	struct store_txn *txn;
	bool is_done;

	open_with_events(APPEND_COUNT);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .accept = "application/x-ndjson" });
	ck_assert_int_eq(answer_next_piece(fixture.service,
	    &fixture.response, &is_done), ERR_NONE);
	ck_assert(!is_done);

	txn = fixture_write_begin(&fixture);
	ck_assert_int_eq(store_api_key_scan(txn, 0, take_reader, &key),
	    ERR_NONE);
	ck_assert_int_eq(store_api_key_remove(txn, key.id), ERR_NONE);
	fixture_write_end(&fixture, txn);
	ck_assert_int_eq(answer_next_piece(fixture.service,
	    &fixture.response, &is_done), ERR_BAD_KEY);
	ck_assert_uint_eq(fixture.response.body.len, 0);
}
END_TEST

START_TEST(an_export_that_is_left_is_forgotten_by_the_next_answer)
{
	bool is_done;

	open_with_events(APPEND_COUNT);
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .accept = "text/csv" });
	ck_assert_ptr_nonnull(fixture.response.pending);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	ck_assert_ptr_null(fixture.response.pending);
	ck_assert_int_eq(answer_next_piece(fixture.service,
	    &fixture.response, &is_done), ERR_NONE);
	ck_assert(is_done);
}
END_TEST

START_TEST(an_export_has_its_line_in_the_access_log_when_it_ends)
{
	char variable[256];
	char path[128];
	char line[512] = "";
	char *directory = suite_directory();
	struct fixture_ids ids = { 0 };
	FILE *file;

	snprintf(path, sizeof(path), "%s/access.log", directory);
	free(directory);
	snprintf(variable, sizeof(variable), "APITRAIL_ACCESS_LOG=%s", path);
	fixture_open(&fixture, (const char *const[]){ variable, NULL });
	append(APPEND_COUNT, clock_now_ms() - HOUR_MS);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = "text/csv", .params = { "HTTP_X_REQUEST_ID=xyz" } });
	take_pieces(&ids);
	service_flush(fixture.service);

	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	ck_assert_ptr_nonnull(strstr(line, " method=GET path=/v1/events "
	    "status=200 bytes="));
	ck_assert_ptr_null(strstr(line, fixture.keys[KEY_READER]));
	ck_assert_ptr_null(fgets(line, sizeof(line), file));
	fclose(file);
	fixture_ids_clear(&ids);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("export");
	TCase *tests = tcase_create("pieces");

	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, an_export_is_what_the_pages_are, 0,
	    COUNT_OF(rows));
	tcase_add_test(tests, a_cursor_bounds_an_export);
	tcase_add_test(tests, a_small_export_comes_whole);
	tcase_add_loop_test(tests, with_a_limit_lines_come_in_pages, 0,
	    COUNT_OF(line_types));
	tcase_add_test(tests, each_line_is_one_event);
	tcase_add_test(tests, events_recorded_meanwhile_do_not_keep_it_going);
	tcase_add_test(tests, an_export_ends_when_its_key_does);
	tcase_add_test(tests,
	    an_export_that_is_left_is_forgotten_by_the_next_answer);
	tcase_add_test(tests,
	    an_export_has_its_line_in_the_access_log_when_it_ends);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
