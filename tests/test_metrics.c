/* test_metrics.c - /metrics shows what happened, to Prometheus. */
#include "api/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_fixture.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "shared/recorder_sign.h"
#include "shared/responders.h"
#include "shared/shared.h"
#include "suite.h"

#define ADDRESS "REMOTE_ADDR=192.0.2.1"
#define GET_EVENTS "route=\"/events\",method=\"GET\""

static struct fixture fixture;

static void
set_up(void)
{
	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_LOCKOUT=2/60s", NULL });
}

static void
tear_down(void)
{
	fixture_close(&fixture);
}

/* The value of a series at this moment, as text; NULL when there is none. */
static const char *
value_of(const char *series)
{
	char wanted[256];
	const char *found;

	fixture_ask(&fixture, &(struct ask){ .path = "/metrics",
	    .accept = "*/*" });
	ck_assert_uint_eq(fixture.response.status, 200);
	snprintf(wanted, sizeof(wanted), "\n%s ", series);
	found = strstr(fixture_body(&fixture), wanted);
	if (found == NULL)
		return NULL;
	found += strlen(wanted);
	*strchr(found, '\n') = '\0';
	return found;
}

static void
check_value(const char *series, const char *value)
{
	const char *found = value_of(series);

	ck_assert_msg(found != NULL, "there is no %s", series);
	ck_assert_msg(strcmp(found, value) == 0, "%s is %s, not %s", series,
	    found, value);
}

static unsigned int
ask(enum fixture_key key)
{
	fixture_ask(&fixture, &(struct ask){ .key = key,
	    .params = { ADDRESS } });
	return fixture.response.status;
}

START_TEST(it_is_text_for_prometheus)
{
	fixture_ask(&fixture, &(struct ask){ .path = "/metrics",
	    .accept = "*/*" });
	ck_assert_uint_eq(fixture.response.status, 200);
	ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
	    "text/plain; version=0.0.4; charset=utf-8");
}
END_TEST

static const struct {
	const char *method;
	const char *path;
	const char *accept;
	unsigned int status;
} asks[] = {
	{ "HEAD", "/metrics", NULL, 200 },
	{ "GET", "/metrics/", NULL, 200 },
	{ "GET", "/metrics", "text/plain", 200 },
	/* As Prometheus asks. */
	{ "GET", "/metrics", "application/openmetrics-text;version=1.0.0;"
	    "q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", 200 },
	{ "GET", "/metrics", "application/json", 406 },
	{ "GET", "/v1/metrics", NULL, 404 },
	{ "POST", "/metrics", NULL, 405 },
	{ "OPTIONS", "/metrics", NULL, 204 },
};

START_TEST(it_is_asked_for_as_other_routes_are)
{
	fixture_ask(&fixture, &(struct ask){
	    .method = asks[_i].method, .path = asks[_i].path,
	    .accept = asks[_i].accept == NULL ? "*/*" : asks[_i].accept,
			      });
	ck_assert_uint_eq(fixture.response.status, asks[_i].status);
	if (strcmp(asks[_i].method, "HEAD") == 0)
		ck_assert_str_eq(fixture_body(&fixture), "");
}
END_TEST

START_TEST(answers_count_by_route_and_status)
{
	ask(KEY_READER);
	ask(KEY_READER);
	ask(KEY_NONE);
	fixture_ask(&fixture, &(struct ask){ .path = "/healthz" });
	check_value("apitrail_http_requests_total{" GET_EVENTS
	    ",status=\"200\"}", "2");
	check_value("apitrail_http_requests_total{" GET_EVENTS
	    ",status=\"401\"}", "1");
	check_value("apitrail_http_requests_total{route=\"/healthz\","
	    "method=\"GET\",status=\"200\"}", "1");
	check_value("apitrail_http_request_duration_seconds_count{"
	    GET_EVENTS "}", "3");
	/* Itself, each time. */
	check_value("apitrail_http_requests_total{route=\"/metrics\","
	    "method=\"GET\",status=\"200\"}", "4");
}
END_TEST

START_TEST(refusals_count)
{
	ck_assert_uint_eq(ask(KEY_UNKNOWN), 401);
	check_value("apitrail_lockouts_total", "0");
	ck_assert_uint_eq(ask(KEY_UNKNOWN), 401);
	ck_assert_uint_eq(ask(KEY_READER), 403);
	check_value("apitrail_bad_keys_total", "2");
	check_value("apitrail_lockouts_total", "1");
	check_value("apitrail_lockout_refusals_total", "1");
	for (int i = 0; i < 4; i++)
		fixture_ask(&fixture, &(struct ask){ .key = KEY_RATED });
	ck_assert_uint_eq(fixture.response.status, 429);
	check_value("apitrail_rate_refusals_total", "1");
}
END_TEST

START_TEST(commits_and_their_events_count)
{
	struct store_txn *txn;

	check_value("apitrail_store_up", "1");
	txn = fixture_write_begin(&fixture);
	for (int i = 0; i < 3; i++)
		fixture_append(&fixture, txn, ACME, "queue_added",
		    1700000000123, NULL);
	fixture_write_end(&fixture, txn);
	check_value("apitrail_commit_events_bucket{le=\"2\"}", "0");
	check_value("apitrail_commit_events_bucket{le=\"5\"}", "1");
	check_value("apitrail_commit_events_sum", "3");
	check_value("apitrail_events_recorded_total", "3");
	check_value("apitrail_store_blocks", "1");
	check_value("apitrail_store_last_stamp_timestamp_seconds",
	    "1700000000.123");
	ck_assert_int_gt(strtol(value_of("apitrail_commits_total"), NULL, 10),
	    0);
}
END_TEST

/* What is counted by others, in the file that all map. */
START_TEST(other_processes_are_seen)
{
	struct responder_place place = { 0 };
	struct shared *shared = NULL;
	char path[600];

	check_value("apitrail_recorder_up", "0");
	check_value("apitrail_waiters", "0");
	snprintf(path, sizeof(path), "%s/store", fixture.directory);
	ck_assert_int_eq(shared_new(path, &shared), ERR_NONE);
	recorder_sign_give(shared, clock_now_ms());
	responders_tell(shared, &place, 12, 7, clock_now_ms());
	check_value("apitrail_counters_shared", "1");
	check_value("apitrail_recorder_up", "1");
	check_value("apitrail_responders", "1");
	check_value("apitrail_connections", "12");
	check_value("apitrail_waiters", "7");
	shared_free(shared);
}
END_TEST

START_TEST(without_a_store_it_says_so)
{
	char variable[600];

	snprintf(variable, sizeof(variable), "APITRAIL_STORE=%s/nothing",
	    fixture.directory);
	service_free(fixture.service);
	settings_free(fixture.settings);
	ck_assert_int_eq(settings_new((const char *const[]){
	    "APITRAIL_CONF=/dev/null", variable, NULL }, &fixture.settings,
	    NULL), ERR_NONE);
	ck_assert_int_eq(service_new(fixture.settings, &fixture.service,
	    NULL), ERR_NONE);
	check_value("apitrail_store_up", "0");
	check_value("apitrail_retention_seconds", "86400");
	ck_assert_ptr_null(value_of("apitrail_store_map_bytes"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tests = tcase_create("metrics");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, it_is_text_for_prometheus);
	tcase_add_loop_test(tests, it_is_asked_for_as_other_routes_are, 0,
	    COUNT_OF(asks));
	tcase_add_test(tests, answers_count_by_route_and_status);
	tcase_add_test(tests, refusals_count);
	tcase_add_test(tests, commits_and_their_events_count);
	tcase_add_test(tests, other_processes_are_seen);
	tcase_add_test(tests, without_a_store_it_says_so);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
