/* test_wait_forms.c - what a wait is answered with. */
#include "api/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_live.h"
#include "base/clock.h"
#include "base/text.h"
#include "suite.h"

#define LETTERS_50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LETTERS_250 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50

enum { MANY = 1500 };

static struct fixture fixture;

static void
set_up(void)
{
	fixture_open(&fixture, NULL);
}

static void
tear_down(void)
{
	fixture_close(&fixture);
}

static void
ask(const char *query, const char *accept)
{
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = query, .accept = accept, .may_wait = true });
}

static void
check_waiting(void)
{
	ck_assert_int_eq(fixture.response.need, NEED_CHANGE);
	ck_assert_uint_eq(fixture.response.status, 0);
}

static void
check_answered(size_t event_count)
{
	struct fixture_ids ids = { 0 };

	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 200);
	fixture_take_ids(&fixture, &ids);
	ck_assert_uint_eq(ids.count, event_count);
	fixture_ids_clear(&ids);
}

START_TEST(links_are_those_of_the_request_that_is_gone)
{
	static const struct {
		const char *params[3];
		const char *beginning;
	} rows[] = {
		{ { "SERVER_NAME=::1", "SERVER_PORT=8080" },
		    "http://[::1]:8080/v1/events?" },
		{ { "SERVER_NAME=" LETTERS_250 ".aa", "HTTPS=on" },
		    "https://" LETTERS_250 ".aa:80/v1/events?" },
		{ { "SERVER_NAME=_", "HTTP_HOST=there:65535" },
		    "http://there:65535/v1/events?" },
		{ { "SERVER_NAME=_", "HTTP_HOST=/" },
		    "http://localhost/v1/events?" },
	};
	char expected[512];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct ask request = { .key = KEY_READER,
		    .query = "limit=1&wait=60&events=queues",
		    .may_wait = true };

		memcpy(request.params, rows[i].params,
		    sizeof(rows[i].params));
		fixture_close(&fixture);
		fixture_open(&fixture, NULL);
		fixture_ask(&fixture, &request);
		check_waiting();
		live_record(&fixture, ACME, "queue_added", NULL);
		live_record(&fixture, ACME, "queue_added", NULL);
		live_resume(&fixture);
		check_answered(1);
		snprintf(expected, sizeof(expected), "\"self\":{\"href\":\""
		    "%slimit=1&events=queues&wait=60\"", rows[i].beginning);
		ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
		    expected));
		snprintf(expected, sizeof(expected), "<%slimit=1&events="
		    "queues&startAfter=", rows[i].beginning);
		ck_assert_int_eq(strncmp(fixture_field(&fixture, "Link"),
		    expected, strlen(expected)), 0);
	}
}
END_TEST

START_TEST(every_form_of_a_page_can_be_waited_for)
{
	static const struct {
		const char *query;
		const char *accept;
		const char *type;
		const char *begins;
	} rows[] = {
		{ "wait=9&pretty", NULL, "application/json",
		    "{\n  \"events\": [\n" },
		{ "wait=9&order=desc", NULL, "application/json",
		    "{\"events\":[{" },
		{ "wait=9&limit=5", "application/x-ndjson",
		    "application/x-ndjson", "{\"id\":\"" },
		{ "wait=9", "application/x-ndjson",
		    "application/x-ndjson", "{\"id\":\"" },
		{ "wait=9", "text/csv",
		    "text/csv; charset=utf-8; header=present", "id,type," },
	};

	ask(rows[_i].query, rows[_i].accept);
	check_waiting();
	live_resume(&fixture);
	check_waiting();
	live_record(&fixture, ACME, "queue_added", NULL);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture), "queue_added"));
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
	    rows[_i].type);
	ck_assert_int_eq(strncmp(fixture_body(&fixture), rows[_i].begins,
	    strlen(rows[_i].begins)), 0);
}
END_TEST

START_TEST(an_export_goes_on_where_its_wait_ends)
{
	struct fixture_ids ids = { 0 };
	struct store_txn *txn;
	bool is_done = false;

	ask("wait=60", "application/x-ndjson");
	check_waiting();
	txn = fixture_write_begin(&fixture);
	for (int i = 0; i < MANY; i++)
		fixture_append(&fixture, txn, ACME, "queue_added",
		    clock_now_ms(), NULL);
	fixture_write_end(&fixture, txn);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_ROOM);
	fixture_take_ids(&fixture, &ids);
	while (!is_done) {
		ck_assert_int_eq(answer_next_piece(fixture.service,
		    &fixture.response, &is_done), ERR_NONE);
		fixture_take_ids(&fixture, &ids);
	}
	ck_assert_uint_eq(ids.count, MANY);
	fixture_ids_clear(&ids);
}
END_TEST

START_TEST(a_head_waits_like_a_get)
{
	fixture_ask(&fixture, &(struct ask){ .method = "HEAD",
	    .key = KEY_READER, .query = "wait=60", .may_wait = true });
	check_waiting();
	live_record(&fixture, ACME, "queue_added", NULL);
	live_resume(&fixture);
	ck_assert_int_eq(fixture.response.need, NEED_NOTHING);
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_uint_eq(fixture.response.body.len, 0);
	ck_assert_ptr_nonnull(fixture_field(&fixture, "Content-Length"));
}
END_TEST

START_TEST(waits_and_streams_have_their_lines_in_the_access_log)
{
	char *directory = suite_directory();
	char setting[512];
	char lines[1024];
	FILE *file;

	fixture_close(&fixture);
	snprintf(setting, sizeof(setting), "APITRAIL_ACCESS_LOG=%s/log",
	    directory);
	fixture_open(&fixture, (const char *const[]){ setting, NULL });
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = "wait=1", .may_wait = true,
	    .params = { "HTTP_X_REQUEST_ID=over" } });
	live_finish(&fixture);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = "wait=1", .may_wait = true,
	    .params = { "HTTP_X_REQUEST_ID=left" } });
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = "text/event-stream", .may_wait = true,
	    .params = { "HTTP_X_REQUEST_ID=stream" } });
	response_reset(&fixture.response);
	service_flush(fixture.service);

	file = fopen(strchr(setting, '=') + 1, "re");
	ck_assert_ptr_nonnull(file);
	lines[fread(lines, 1, sizeof(lines) - 1, file)] = '\0';
	fclose(file);
	ck_assert(fixture_has_line(lines, " request_id=over ",
	    " method=GET path=/v1/events status=200 bytes="));
	ck_assert(fixture_has_line(lines, " request_id=left ",
	    " method=GET path=/v1/events status=0 bytes=0 us="));
	ck_assert(fixture_has_line(lines, " request_id=stream ",
	    " method=GET path=/v1/events status=200 bytes="));
	ck_assert(fixture_has_line(lines, " request_id=stream ",
	    fixture.organizations[ACME].id));
	free(directory);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wait forms");
	TCase *tests = tcase_create("answers");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, links_are_those_of_the_request_that_is_gone);
	tcase_add_loop_test(tests, every_form_of_a_page_can_be_waited_for,
	    0, 5);
	tcase_add_test(tests, an_export_goes_on_where_its_wait_ends);
	tcase_add_test(tests, a_head_waits_like_a_get);
	tcase_add_test(tests,
	    waits_and_streams_have_their_lines_in_the_access_log);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
