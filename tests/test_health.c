/* test_health.c - /healthz and /readyz tell who can be asked. */
#include "api/health.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api_fixture.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "shared/cluster_sign.h"
#include "shared/recorder_sign.h"
#include "shared/shared.h"
#include "suite.h"

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
check_answer(const char *path, unsigned int status, const char *body)
{
	fixture_ask(&fixture, &(struct ask){ .path = path });
	ck_assert_uint_eq(fixture.response.status, status);
	ck_assert_str_eq(fixture_body(&fixture), body);
	if (status == 503)
		ck_assert_str_eq(fixture_field(&fixture, "Retry-After"),
		    "1");
}

#define OK "{\"title\":\"OK\",\"status\":200}"
#define READY(recorder) \
	"{\"title\":\"OK\",\"status\":200,\"recorder\":\"" recorder "\"}"
#define AWAY "{\"title\":\"Service Unavailable\",\"status\":503,\"detail\":"

START_TEST(a_good_store_is_ready)
{
	check_answer("/healthz", 200, OK);
	check_answer("/readyz", 200, READY("none"));
}
END_TEST

/* Leaves the service without a store to open. */
static void
lose_store(void)
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
}

START_TEST(without_a_store_it_lives_but_is_not_ready)
{
	lose_store();
	check_answer("/healthz", 200, OK);
	check_answer("/readyz", 503, AWAY "\"the store does not open\"}");
}
END_TEST

START_TEST(without_a_store_only_who_needs_it_gets_503)
{
	lose_store();
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	ck_assert_uint_eq(fixture.response.status, 503);
	ck_assert_str_eq(fixture_body(&fixture), AWAY
	    "\"the service cannot answer right now: try again later\"}");
	ck_assert_str_eq(fixture_field(&fixture, "Retry-After"), "1");

	/* What can be told without the store is told. */
	fixture_ask(&fixture, &(struct ask){ .accept = "text/html" });
	ck_assert_uint_eq(fixture.response.status, 406);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_NONE });
	ck_assert_uint_eq(fixture.response.status, 401);
}
END_TEST

/* Changes a letter of every event in the store's file. */
static void
damage_events(void)
{
	static const char type[] = "queue_added";
	char path[600];
	struct stat status;
	char *bytes;
	char *at;
	int fd;

	service_free(fixture.service);
	fixture.service = NULL;
	snprintf(path, sizeof(path), "%s/store/data.mdb", fixture.directory);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &status), 0);
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(bytes, MAP_FAILED);
	at = memmem(bytes, (size_t)status.st_size, type, strlen(type));
	ck_assert_ptr_nonnull(at);
	for (; at != NULL; at = memmem(at,
	    (size_t)(bytes + status.st_size - at), type, strlen(type)))
		at[0] = 'Q';
	munmap(bytes, (size_t)status.st_size);
	close(fd);
	ck_assert_int_eq(service_new(fixture.settings, &fixture.service,
	    NULL), ERR_NONE);
}

static const char *const accepts[] = {
	"application/json", "application/x-ndjson", "text/csv"
};

START_TEST(a_damaged_event_is_500_and_never_shown)
{
	struct store_txn *txn = fixture_write_begin(&fixture);

	fixture_append(&fixture, txn, ACME, "queue_added",
	    clock_now_ms() - HOUR_MS, NULL);
	fixture_write_end(&fixture, txn);
	damage_events();
	fixture_ask(&fixture, &(struct ask){
	    .key = KEY_READER, .accept = accepts[_i] });
	ck_assert_uint_eq(fixture.response.status, 500);
	ck_assert_str_eq(fixture_body(&fixture),
	    "{\"title\":\"Internal Server Error\",\"status\":500,"
	    "\"detail\":\"what is stored cannot be read\"}");
	ck_assert_ptr_null(fixture.response.pending);
}
END_TEST

static void
record_ahead(int64_t ahead_ms)
{
	struct store_txn *txn = fixture_write_begin(&fixture);

	fixture_append(&fixture, txn, ACME, "queue_added",
	    clock_now_ms() + ahead_ms, NULL);
	fixture_write_end(&fixture, txn);
}

START_TEST(a_clock_a_little_behind_the_last_stamp_is_no_alarm)
{
	record_ahead(30 * SECOND_MS);
	check_answer("/readyz", 200, READY("none"));
}
END_TEST

START_TEST(a_clock_over_a_minute_behind_the_last_stamp_is_an_alarm)
{
	record_ahead(HOUR_MS);
	fixture_ask(&fixture, &(struct ask){ .path = "/readyz" });
	ck_assert_uint_eq(fixture.response.status, 503);
	check_answer("/healthz", 200, OK);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	ck_assert_uint_eq(fixture.response.status, 200);
}
END_TEST

/* The file of counters that the service maps, too. */
static struct shared *
map_counters(void)
{
	struct shared *shared = NULL;
	char path[600];

	snprintf(path, sizeof(path), "%s/store", fixture.directory);
	ck_assert_int_eq(shared_new(path, &shared), ERR_NONE);
	ck_assert(shared_is_file(shared));
	return shared;
}

static const struct {
	bool is_lost;
	int64_t ago_ms;
	unsigned int ready;	/* the status */
	unsigned int events;
} cluster_rows[] = {
	{ false, 0, 200, 200 },
	{ false, CLUSTER_CUT_OFF_MS - SECOND_MS, 200, 200 },
	{ false, CLUSTER_CUT_OFF_MS + SECOND_MS, 503, 200 },
	{ true, 0, 503, 503 },
};

START_TEST(who_cannot_follow_the_log_is_not_ready)
{
	const struct cluster_sign sign = {
		.is_member = true,
		.is_lost = cluster_rows[_i].is_lost,
		.seen_ms = clock_now_ms() - cluster_rows[_i].ago_ms,
	};
	struct shared *shared = map_counters();

	check_answer("/readyz", 200, READY("none"));
	cluster_sign_give(shared, &sign);
	fixture_ask(&fixture, &(struct ask){ .path = "/readyz" });
	ck_assert_uint_eq(fixture.response.status, cluster_rows[_i].ready);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	ck_assert_uint_eq(fixture.response.status, cluster_rows[_i].events);
	fixture_ask(&fixture, &(struct ask){ .path = "/healthz" });
	ck_assert_uint_eq(fixture.response.status, 200);
	shared_free(shared);
}
END_TEST

static const struct {
	int64_t seen_ms;	/* from now */
	bool is_silent;
} signs[] = {
	{ 0, false },
	{ -5 * SECOND_MS, false },
	{ -RECORDER_SILENT_MS - SECOND_MS, true },
	{ -DAY_MS, true },
	{ 5 * SECOND_MS, false },	/* the clock was set back a little */
	{ HOUR_MS, true },		/* and nobody was there since */
};

START_TEST(a_recorder_that_was_seen_is_missed)
{
	struct shared *shared = map_counters();
	int64_t seen_ms = clock_now_ms() + signs[_i].seen_ms;
	char seen[CLOCK_TEXT_SIZE];
	char detail[256];

	check_answer("/readyz", 200, READY("none"));
	recorder_sign_give(shared, seen_ms);
	clock_format_utc(seen_ms, seen);
	snprintf(detail, sizeof(detail), AWAY "\"the recorder has given no "
	    "sign of life since %s\"}", seen);
	if (signs[_i].is_silent)
		check_answer("/readyz", 503, detail);
	else
		check_answer("/readyz", 200, READY("alive"));
	/* Pages need none. */
	check_answer("/healthz", 200, OK);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER });
	ck_assert_uint_eq(fixture.response.status, 200);
	recorder_sign_give(shared, clock_now_ms());
	check_answer("/readyz", 200, READY("alive"));
	shared_free(shared);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("health");
	TCase *tests = tcase_create("health");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, who_cannot_follow_the_log_is_not_ready, 0,
	    COUNT_OF(cluster_rows));
	tcase_add_test(tests, a_good_store_is_ready);
	tcase_add_test(tests, without_a_store_it_lives_but_is_not_ready);
	tcase_add_test(tests, without_a_store_only_who_needs_it_gets_503);
	tcase_add_loop_test(tests, a_damaged_event_is_500_and_never_shown, 0,
	    COUNT_OF(accepts));
	tcase_add_test(tests,
	    a_clock_a_little_behind_the_last_stamp_is_no_alarm);
	tcase_add_test(tests,
	    a_clock_over_a_minute_behind_the_last_stamp_is_an_alarm);
	tcase_add_loop_test(tests, a_recorder_that_was_seen_is_missed, 0,
	    COUNT_OF(signs));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
