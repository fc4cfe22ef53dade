/* test_admission.c - lock-outs of addresses, rates of keys, last uses. */
#include "api/admission.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/request.h"
#include "api_fixture.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "shared/last_used.h"
#include "shared/shared.h"
#include "suite.h"

#define ADDRESS "REMOTE_ADDR=192.0.2.1"
#define OTHER_ADDRESS "REMOTE_ADDR=192.0.2.2"

enum { FAILURES = 3, RATE = 3 };

static struct fixture fixture;

static void
set_up(void)
{
	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_LOCKOUT=3/60s", NULL });
}

static void
tear_down(void)
{
	fixture_close(&fixture);
}

static unsigned int
ask(enum fixture_key key, const char *address)
{
	fixture_ask(&fixture, &(struct ask){ .key = key,
	    .params = { address } });
	return fixture.response.status;
}

static void
fail_often(enum fixture_key key, const char *address)
{
	for (int i = 0; i < FAILURES; i++)
		ck_assert_uint_eq(ask(key, address), 401);
}

static int64_t
number_field(const char *name)
{
	const char *text = fixture_field(&fixture, name);
	int64_t number;

	ck_assert_msg(text != NULL, "there is no %s", name);
	ck_assert_int_eq(text_parse_int64(text, strlen(text), &number),
	    ERR_NONE);
	return number;
}

START_TEST(an_address_of_bad_keys_is_locked_out)
{
	char detail[128];

	fail_often(KEY_UNKNOWN, ADDRESS);
	ck_assert_uint_eq(ask(KEY_UNKNOWN, ADDRESS), 403);
	ck_assert_int_ge(number_field("Retry-After"), 1);
	ck_assert_int_le(number_field("Retry-After"), 60);
	snprintf(detail, sizeof(detail), "{\"title\":\"Forbidden\","
	    "\"status\":403,\"detail\":\"too many bad API keys came from "
	    "this address: try again in %s s\"}",
	    fixture_field(&fixture, "Retry-After"));
	ck_assert_str_eq(fixture_body(&fixture), detail);
	/* Even with a good key, or with none. */
	ck_assert_uint_eq(ask(KEY_READER, ADDRESS), 403);
	ck_assert_uint_eq(ask(KEY_NONE, ADDRESS), 403);
	/* What needs no key is answered. */
	fixture_ask(&fixture, &(struct ask){ .path = "/readyz",
	    .params = { ADDRESS } });
	ck_assert_uint_eq(fixture.response.status, 200);
	fixture_ask(&fixture, &(struct ask){ .method = "OPTIONS",
	    .params = { ADDRESS } });
	ck_assert_uint_eq(fixture.response.status, 204);
	/* And who is elsewhere. */
	ck_assert_uint_eq(ask(KEY_READER, OTHER_ADDRESS), 200);
}
END_TEST

START_TEST(a_good_key_is_not_harmed_by_what_others_fail)
{
	for (int i = 0; i < 1000; i++) {
		char address[64];

		snprintf(address, sizeof(address), "REMOTE_ADDR=10.0.%d.%d",
		    i / 250, i % 250);
		ck_assert_uint_eq(ask(KEY_UNKNOWN, address), 401);
	}
	ck_assert_uint_eq(ask(KEY_READER, ADDRESS), 200);
}
END_TEST

static const struct {
	struct ask ask;
	unsigned int status;
	bool counts;
} count_rows[] = {
	{ { .key = KEY_UNKNOWN }, 401, true },
	{ { .key = KEY_DISABLED }, 401, true },
	{ { .key = KEY_EXPIRED }, 401, true },
	{ { .params = { "HTTP_X_API_KEY=x" } }, 401, true },
	{ { .params = { "HTTP_X_API_KEY=x", "HTTP_X_API_KEY=x" } }, 401,
	    true },
	{ { .key = KEY_UNKNOWN, .method = "POST", .body = "{" }, 401, true },
	{ { .key = KEY_NONE }, 401, false },
	{ { .params = { "HTTP_X_API_KEY=" } }, 401, false },
	{ { .key = KEY_READER }, 200, false },
	{ { .key = KEY_SCOPELESS }, 403, false },
	{ { .key = KEY_LOCKED }, 423, false },
	{ { .key = KEY_UNPAID }, 402, false },
	{ { .key = KEY_READER, .query = "limit=x" }, 400, false },
	{ { .key = KEY_UNKNOWN, .accept = "text/html" }, 406, false },
	{ { .key = KEY_UNKNOWN, .path = "/x" }, 404, false },
};

START_TEST(every_401_but_for_no_key_counts)
{
	struct ask failing = count_rows[_i].ask;

	failing.params[ASK_PARAMS_MAX - 1] = ADDRESS;
	for (int i = 2; i < ASK_PARAMS_MAX - 1; i++)
		failing.params[i] = "UNKNOWN=";
	for (int i = 0; i < 2; i++)
		if (failing.params[i] == NULL)
			failing.params[i] = "UNKNOWN=";
	for (int i = 0; i < FAILURES; i++) {
		fixture_ask(&fixture, &failing);
		ck_assert_uint_eq(fixture.response.status,
		    count_rows[_i].status);
	}
	ck_assert_uint_eq(ask(KEY_READER, ADDRESS),
	    count_rows[_i].counts ? 403 : 200);
}
END_TEST

static const struct {
	const char *failing;
	const char *asking;
	bool is_same;
} address_rows[] = {
	{ ADDRESS, ADDRESS, true },
	{ ADDRESS, OTHER_ADDRESS, false },
	{ "REMOTE_ADDR=::ffff:192.0.2.1", ADDRESS, true },
	{ "REMOTE_ADDR=2001:db8::1", "REMOTE_ADDR=2001:db8::2:3:4:5", true },
	{ "REMOTE_ADDR=2001:db8::1", "REMOTE_ADDR=2001:db8:0:1::1", false },
	/* What is no address can neither fail nor be locked out. */
	{ "REMOTE_ADDR=unix:", "REMOTE_ADDR=unix:", false },
	{ "REMOTE_ADDR=", "REMOTE_ADDR=", false },
	{ "UNKNOWN=", "UNKNOWN=", false },
};

START_TEST(failures_are_counted_by_network)
{
	fail_often(KEY_UNKNOWN, address_rows[_i].failing);
	ck_assert_uint_eq(ask(KEY_READER, address_rows[_i].asking),
	    address_rows[_i].is_same ? 403 : 200);
}
END_TEST

START_TEST(lock_outs_can_be_off)
{
	fixture_close(&fixture);
	fixture_open(&fixture, (const char *const[]){
	    "APITRAIL_LOCKOUT=off", NULL });
	for (int i = 0; i < 50; i++)
		ck_assert_uint_eq(ask(KEY_UNKNOWN, ADDRESS), 401);
	ck_assert_uint_eq(ask(KEY_READER, ADDRESS), 200);
}
END_TEST

static void
check_rate(unsigned int status, int64_t remaining)
{
	int64_t now_s = clock_now_ms() / SECOND_MS;

	ck_assert_uint_eq(fixture.response.status, status);
	ck_assert_int_eq(number_field("X-RateLimit-Limit"), RATE);
	ck_assert_int_eq(number_field("X-RateLimit-Remaining"), remaining);
	ck_assert_int_ge(number_field("X-RateLimit-Reset"), now_s);
	ck_assert_int_le(number_field("X-RateLimit-Reset"),
	    now_s + MINUTE_MS / SECOND_MS + 1);
}

START_TEST(a_rate_lets_so_many_through_and_tells)
{
	for (int i = RATE - 1; i >= 0; i--) {
		ask(KEY_RATED, ADDRESS);
		check_rate(200, i);
		ck_assert_ptr_null(fixture_field(&fixture, "Retry-After"));
	}
	ask(KEY_RATED, ADDRESS);
	check_rate(429, 0);
	ck_assert_int_ge(number_field("Retry-After"), 1);
	ck_assert_int_le(number_field("Retry-After"), 60);
	ck_assert_ptr_nonnull(strstr(fixture_body(&fixture),
	    "{\"title\":\"Too Many Requests\",\"status\":429,\"detail\":"
	    "\"X-API-KEY: expected at most 3 requests a minute: try again "
	    "in "));
	/* Others have rates of their own, or none. */
	ck_assert_uint_eq(ask(KEY_READER, ADDRESS), 200);
	ck_assert_ptr_null(fixture_field(&fixture, "X-RateLimit-Limit"));
}
END_TEST

static const struct {
	struct ask ask;
	unsigned int status;
} rate_rows[] = {
	{ { .key = KEY_RATED, .query = "limit=x" }, 400 },
	{ { .key = KEY_RATED, .query = "limit=0" }, 422 },
	{ { .key = KEY_RATED, .accept = "text/csv" }, 200 },
	{ { .key = KEY_RATED, .method = "HEAD" }, 200 },
	{ { .key = KEY_RATED, .method = "POST", .body = "{}" }, 422 },
	{ { .key = KEY_RATED, .method = "POST", .body = "",
	    .body_type = "text/plain" }, 415 },
	{ { .key = KEY_RATED_SCOPELESS }, 403 },
};

START_TEST(every_answer_of_the_key_tells_its_rate)
{
	fixture_ask(&fixture, &rate_rows[_i].ask);
	check_rate(rate_rows[_i].status, RATE - 1);
}
END_TEST

START_TEST(the_scope_comes_before_the_rate)
{
	for (int i = 0; i < RATE; i++)
		ask(KEY_RATED_SCOPELESS, ADDRESS);
	ask(KEY_RATED_SCOPELESS, ADDRESS);
	check_rate(403, 0);
}
END_TEST

START_TEST(the_rate_comes_before_the_body_s_type)
{
	const struct ask bad = { .key = KEY_RATED, .method = "POST",
	    .body = "", .body_type = "text/plain" };

	for (int i = 0; i < RATE; i++)
		fixture_ask(&fixture, &bad);
	ck_assert_uint_eq(fixture.response.status, 415);
	fixture_ask(&fixture, &bad);
	check_rate(429, 0);
}
END_TEST

static void *
ask_often(void *arg)
{
	unsigned int *allowed = (unsigned int *)arg;
	struct response response;
	char key[sizeof("HTTP_X_API_KEY=") + API_KEY_LEN];
	const char *const params[] = {
		"REQUEST_METHOD=GET", "SCRIPT_NAME=/events", key, NULL
	};
	struct request request;

	snprintf(key, sizeof(key), "HTTP_X_API_KEY=%s",
	    fixture.keys[KEY_RATED]);
	request_read(params, &request);
	response_init(&response);
	for (int i = 0; i < 2 * RATE; i++) {
		answer(fixture.service, &request, &response);
		*allowed += response.status == 200;
	}
	response_clear(&response);
	return NULL;
}

/* They also open the counters, each as the first as far as it knows. */
START_TEST(threads_share_one_rate)
{
	pthread_t threads[8];
	unsigned int allowed[COUNT_OF(threads)] = { 0 };
	unsigned int sum = 0;

	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_often,
		    &allowed[i]), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		sum += allowed[i];
	}
	ck_assert_uint_eq(sum, RATE);
}
END_TEST

static struct shared *
open_shared(void)
{
	struct shared *shared;

	ck_assert_int_eq(shared_new(settings_text(fixture.settings,
	    SETTING_STORE), &shared), ERR_NONE);
	ck_assert(shared_is_file(shared));
	return shared;
}

START_TEST(a_good_key_is_known_to_have_been_used)
{
	struct shared *shared;
	struct last_use uses[2];
	size_t position = 0;
	int64_t before_ms = clock_now_ms();

	ck_assert_uint_eq(ask(KEY_UNKNOWN, ADDRESS), 401);
	ck_assert_uint_eq(ask(KEY_DISABLED, ADDRESS), 401);
	ck_assert_uint_eq(ask(KEY_READER, ADDRESS), 200);
	shared = open_shared();
	ck_assert_uint_eq(last_used_changed(shared, clock_now_ms(),
	    &position, uses, COUNT_OF(uses)), 1);
	ck_assert_int_ge(uses[0].used_ms, before_ms - SECOND_MS);
	shared_free(shared);
}
END_TEST

/* Nobody is stopped by a file of counters that cannot be had. */
START_TEST(without_the_file_a_process_counts_for_itself)
{
	const char *store = settings_text(fixture.settings, SETTING_STORE);
	char path[512];

	snprintf(path, sizeof(path), "%s/counters", store);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_uint_eq(ask(KEY_READER, ADDRESS), 200);
	for (int i = 0; i < RATE; i++)
		ck_assert_uint_eq(ask(KEY_RATED, ADDRESS), 200);
	ck_assert_uint_eq(ask(KEY_RATED, ADDRESS), 429);
	fail_often(KEY_UNKNOWN, ADDRESS);
	ck_assert_uint_eq(ask(KEY_READER, ADDRESS), 403);
}
END_TEST

START_TEST(without_a_store_nothing_is_counted_and_nothing_made)
{
	const char *store = settings_text(fixture.settings, SETTING_STORE);
	char path[512];

	snprintf(path, sizeof(path), "%s/data.mdb", store);
	ck_assert_int_eq(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/counters", store);
	ck_assert_int_eq(unlink(path), 0);
	for (int i = 0; i <= FAILURES; i++)
		ck_assert_uint_eq(ask(KEY_UNKNOWN, ADDRESS), 503);
	ck_assert_uint_eq(ask(KEY_NONE, ADDRESS), 401);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("admission");
	TCase *tests = tcase_create("admission");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, an_address_of_bad_keys_is_locked_out);
	tcase_add_test(tests, a_good_key_is_not_harmed_by_what_others_fail);
	tcase_add_loop_test(tests, every_401_but_for_no_key_counts, 0,
	    COUNT_OF(count_rows));
	tcase_add_loop_test(tests, failures_are_counted_by_network, 0,
	    COUNT_OF(address_rows));
	tcase_add_test(tests, lock_outs_can_be_off);
	tcase_add_test(tests, a_rate_lets_so_many_through_and_tells);
	tcase_add_loop_test(tests, every_answer_of_the_key_tells_its_rate, 0,
	    COUNT_OF(rate_rows));
	tcase_add_test(tests, the_scope_comes_before_the_rate);
	tcase_add_test(tests, the_rate_comes_before_the_body_s_type);
	tcase_add_test(tests, threads_share_one_rate);
	tcase_add_test(tests, a_good_key_is_known_to_have_been_used);
	tcase_add_test(tests, without_the_file_a_process_counts_for_itself);
	tcase_add_test(tests,
	    without_a_store_nothing_is_counted_and_nothing_made);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
