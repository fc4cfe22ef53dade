/* test_meters.c - what is counted of a store, by all its processes. */
#include "shared/meters.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "shared/mapping.h"
#include "shared/meter_rows.h"
#include "shared/responders.h"
#include "shared/shared.h"
#include "shared_fixture.h"
#include "suite.h"

enum { ADDS = 20000 };

static struct shared *shared;
static struct buffer text;

static void
set_up(void)
{
	shared_fixture_set_up();
	shared = shared_fixture();
	buffer_init(&text, METER_TEXT_BYTES_MAX);
}

static void
tear_down(void)
{
	buffer_clear(&text);
	shared_free(shared);
	shared_fixture_tear_down();
}

/* The text of all meters, ended by a NUL. */
static const char *
show(void)
{
	struct meters_reading reading;

	meters_read(shared, &reading);
	buffer_reset(&text);
	meters_add_text(&text, &reading);
	buffer_add(&text, "", 1);
	ck_assert_int_eq(text.error, ERR_NONE);
	return text.bytes;
}

static void *
add_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < ADDS; i++) {
		meters_add(shared, METER_COMMITS, 1);
		meters_count_request(shared, METER_ROUTE_HEALTHZ, 200);
		meters_observe(shared, METER_COMMIT_EVENTS, 3);
	}
	return NULL;
}

START_TEST(threads_and_processes_count_together)
{
	struct meters_reading reading;
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		add_many(NULL);
		_exit(0);
	}
	shared_fixture_threads(add_many, NULL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);

	ck_assert_uint_eq(meters_get(shared, METER_COMMITS),
	    (FIXTURE_THREADS + 1) * ADDS);
	meters_read(shared, &reading);
	ck_assert_uint_eq(reading.requests[METER_ROUTE_HEALTHZ][1],
	    (FIXTURE_THREADS + 1) * ADDS);
	ck_assert_uint_eq(reading.histograms[METER_COMMIT_EVENTS].sum,
	    3 * (FIXTURE_THREADS + 1) * ADDS);
}
END_TEST

START_TEST(what_is_set_is_what_was_set_last)
{
	meters_set(shared, METER_RECORDER_SEEN_MS, 5);
	meters_set(shared, METER_RECORDER_SEEN_MS, 1700000000123);
	ck_assert_uint_eq(meters_get(shared, METER_RECORDER_SEEN_MS),
	    1700000000123);
	ck_assert_ptr_nonnull(strstr(show(),
	    "\napitrail_recorder_last_seen_timestamp_seconds "
	    "1700000000.123\n"));
}
END_TEST

static const struct {
	unsigned int status;
	const char *line;
} statuses[] = {
	{ 200, "{route=\"/events\",method=\"POST\",status=\"200\"} 1\n" },
	{ 503, "{route=\"/events\",method=\"POST\",status=\"503\"} 1\n" },
	{ 299, "{route=\"/events\",method=\"POST\",status=\"other\"} 1\n" },
	{ 0, "{route=\"/events\",method=\"POST\",status=\"other\"} 1\n" },
	{ 4000, "{route=\"/events\",method=\"POST\",status=\"other\"} 1\n" },
};

START_TEST(a_request_counts_by_route_and_status)
{
	meters_count_request(shared, METER_ROUTE_RECORD_EVENTS,
	    statuses[_i].status);
	ck_assert_ptr_nonnull(strstr(show(), statuses[_i].line));
}
END_TEST

static const struct {
	uint64_t us;
	const char *lines;	/* around the bound that counts it first */
} durations[] = {
	{ 0, "le=\"0.000050\"} 1\n" },
	{ 50, "le=\"0.000050\"} 1\n" },
	{ 51, "le=\"0.000050\"} 0\n"
	    "apitrail_commit_duration_seconds_bucket{le=\"0.000100\"} 1\n" },
	{ 1000000, "le=\"0.500000\"} 0\n"
	    "apitrail_commit_duration_seconds_bucket{le=\"1\"} 1\n" },
	{ 10000000, "le=\"5\"} 0\n"
	    "apitrail_commit_duration_seconds_bucket{le=\"10\"} 1\n" },
	{ 10000001, "le=\"10\"} 0\n"
	    "apitrail_commit_duration_seconds_bucket{le=\"+Inf\"} 1\n"
	    "apitrail_commit_duration_seconds_sum 10.000001\n"
	    "apitrail_commit_duration_seconds_count 1\n" },
};

START_TEST(a_value_counts_in_each_bucket_that_reaches_it)
{
	meters_observe(shared, METER_COMMIT_US, durations[_i].us);
	ck_assert_ptr_nonnull(strstr(strstr(show(),
	    "# TYPE apitrail_commit_duration_seconds"), durations[_i].lines));
}
END_TEST

START_TEST(what_only_a_reading_knows_is_not_shown_without_it)
{
	struct meters_reading reading;

	ck_assert_ptr_null(strstr(show(), "apitrail_store_up"));
	meters_read(shared, &reading);
	meters_reading_set(&reading, METER_STORE_UP, 1);
	buffer_reset(&text);
	meters_add_text(&text, &reading);
	buffer_add(&text, "", 1);
	ck_assert_ptr_nonnull(strstr(text.bytes, "\napitrail_store_up 1\n"));
}
END_TEST

START_TEST(whatever_the_file_holds_can_be_shown)
{
	struct meter_stripe *stripe = shared_mapping(shared)->meters;

	memset((void *)stripe, 0xff, METER_STRIPES * sizeof(*stripe));
	ck_assert_ptr_nonnull(strstr(show(), "apitrail_commits_total "));
}
END_TEST

START_TEST(all_that_can_be_shown_fits)
{
	struct meters_reading reading;

	memset(&reading, 0xff, sizeof(reading));
	for (size_t i = 0; i < METER_COUNT; i++)
		reading.is_known[i] = true;
	meters_add_text(&text, &reading);
	ck_assert_int_eq(text.error, ERR_NONE);
	ck_assert_uint_lt(text.len, METER_TEXT_BYTES_MAX / 2);
}
END_TEST

START_TEST(rows_of_one_name_follow_each_other)
{
	for (size_t i = 0; i < METER_COUNT; i++)
		for (size_t j = i + 1; j < METER_COUNT; j++)
			if (strcmp(meter_rows[i].name, meter_rows[j].name) ==
			    0)
				ck_assert_ptr_null(meter_rows[i + 1].help);
}
END_TEST

static void
check_sum(int64_t now_ms, uint64_t responders, uint64_t waiters)
{
	struct responders_sum sum;

	responders_read(shared, now_ms, &sum);
	ck_assert_uint_eq(sum.responders, responders);
	ck_assert_uint_eq(sum.waiters, waiters);
}

START_TEST(a_responder_counts_until_it_is_silent_or_leaves)
{
	struct responder_place one = { 0 };
	struct responder_place other = { 0 };

	responders_tell(shared, &one, 5, 2, FIXTURE_NOW_MS);
	responders_tell(shared, &other, 1, 1, FIXTURE_NOW_MS + 1);
	responders_tell(shared, &other, 1, 3, FIXTURE_NOW_MS + 5000);
	check_sum(FIXTURE_NOW_MS + 5000, 2, 5);
	check_sum(FIXTURE_NOW_MS + RESPONDER_ALIVE_MS + 1, 1, 3);
	/* The clock was set back. */
	check_sum(FIXTURE_NOW_MS - 3600000, 0, 0);
	responders_leave(shared, &other);
	check_sum(FIXTURE_NOW_MS + 5000, 1, 2);
}
END_TEST

START_TEST(the_slot_of_one_who_is_silent_is_taken)
{
	struct responder_place places[RESPONDER_SLOTS + 1] = { 0 };
	int64_t later_ms = FIXTURE_NOW_MS + RESPONDER_ALIVE_MS + 1000;

	for (int i = 0; i <= RESPONDER_SLOTS; i++)
		responders_tell(shared, &places[i], 1, 1, FIXTURE_NOW_MS + i);
	check_sum(FIXTURE_NOW_MS + 300, RESPONDER_SLOTS, RESPONDER_SLOTS);
	responders_tell(shared, &places[RESPONDER_SLOTS], 1, 1, later_ms);
	check_sum(later_ms, 1, 1);
	/* It lost its own, and says so elsewhere. */
	responders_tell(shared, &places[0], 1, 1, later_ms + 1);
	check_sum(later_ms + 1, 2, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("meters");
	TCase *tcase = tcase_create("meters");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, threads_and_processes_count_together);
	tcase_add_test(tcase, what_is_set_is_what_was_set_last);
	tcase_add_loop_test(tcase, a_request_counts_by_route_and_status, 0,
	    COUNT_OF(statuses));
	tcase_add_loop_test(tcase,
	    a_value_counts_in_each_bucket_that_reaches_it, 0,
	    COUNT_OF(durations));
	tcase_add_test(tcase,
	    what_only_a_reading_knows_is_not_shown_without_it);
	tcase_add_test(tcase, whatever_the_file_holds_can_be_shown);
	tcase_add_test(tcase, all_that_can_be_shown_fits);
	tcase_add_test(tcase, rows_of_one_name_follow_each_other);
	tcase_add_test(tcase, a_responder_counts_until_it_is_silent_or_leaves);
	tcase_add_test(tcase, the_slot_of_one_who_is_silent_is_taken);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
