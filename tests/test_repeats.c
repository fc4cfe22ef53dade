/* test_repeats.c - which requests are answered without a read. */
#include "api/repeats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api_fixture.h"
#include "base/clock.h"
#include "suite.h"

static struct fixture fixture;
static struct repeats *repeats;

static void
start(void)
{
	struct store_txn *txn;

	fixture_open(&fixture, NULL);
	txn = fixture_write_begin(&fixture);
	fixture_append(&fixture, txn, ACME, "queue_added",
	    clock_now_ms() - HOUR_MS, NULL);
	fixture_write_end(&fixture, txn);
	ck_assert_int_eq(repeats_new(&repeats), ERR_NONE);
}

static void
end(void)
{
	repeats_free(repeats);
	fixture_close(&fixture);
}

/* Whether it was answered without a read; it is answered in any case. */
static bool
ask(const char *params, const struct ask *ask)
{
	struct ask with_repeats = *ask;

	if (answer_repeat(fixture.service, repeats, params, strlen(params),
	    &fixture.response))
		return true;
	with_repeats.repeats = repeats;
	fixture_ask(&fixture, &with_repeats);
	return false;
}

START_TEST(the_third_of_the_same_is_a_repeat)
{
	const struct ask reader = { .key = KEY_READER };
	char *body;

	ck_assert(!ask("reader", &reader));
	body = strdup(fixture_body(&fixture));
	ck_assert(!ask("reader", &reader));
	for (int i = 0; i < 3; i++) {
		ck_assert(ask("reader", &reader));
		ck_assert_str_eq(fixture_body(&fixture), body);
		ck_assert_uint_eq(fixture.response.status, 200);
		ck_assert_str_eq(fixture_field(&fixture, "Content-Type"),
		    "application/json");
	}
	free(body);
}
END_TEST

/* What is no page of events, or of another kind each time. */
static const struct ask never[] = {
	{ .key = KEY_NONE },
	{ .key = KEY_UNKNOWN },
	{ .key = KEY_LOCKED },
	{ .key = KEY_READER, .query = "limit=x" },
	{ .key = KEY_READER, .method = "HEAD" },
	{ .key = KEY_READER, .method = "OPTIONS" },
	{ .key = KEY_READER, .path = "/healthz" },
	{ .key = KEY_READER, .accept = "text/csv" },
	{ .key = KEY_READER, .accept = "text/event-stream",
	    .may_wait = true },
	{ .key = KEY_READER, .may_wait = true,
	    .query = "wait=1&startAfter=9000000000000"
	    "&startAfterId=zzzzzzzzzzzzzzzzzzzzz" },
	{ .key = KEY_READER, .query = "startAfter=1"
	    "&startAfterId=zzzzzzzzzzzzzzzzzzzzz" },
};

START_TEST(nothing_else_is_a_repeat)
{
	for (int i = 0; i < 4; i++)
		ck_assert(!ask("never", &never[_i]));
}
END_TEST

START_TEST(a_head_that_was_cut_off_is_not_kept)
{
	const struct ask reader = { .key = KEY_READER };

	fixture.response.head.size_max = 128;
	fixture.response.head.size = 128;
	for (int i = 0; i < 4; i++) {
		ck_assert(!ask("reader", &reader));
		ck_assert_uint_eq(fixture.response.status, 503);
	}
}
END_TEST

START_TEST(no_more_is_kept_than_is_allowed)
{
	const struct ask reader = { .key = KEY_READER };
	char params[16];
	int kept = 0;

	for (int round = 0; round < 2; round++)
		for (int i = 0; i <= REPEATS_KEPT_MAX; i++) {
			snprintf(params, sizeof(params), "%d", i);
			ck_assert(!ask(params, &reader));
		}
	for (int i = 0; i <= REPEATS_KEPT_MAX; i++) {
		snprintf(params, sizeof(params), "%d", i);
		if (repeats_find(repeats, params, strlen(params)) != NULL)
			kept++;
	}
	ck_assert_int_eq(kept, REPEATS_KEPT_MAX);
}
END_TEST

START_TEST(what_came_long_ago_came_not_at_all)
{
	const struct ask reader = { .key = KEY_READER };
	char params[16];

	ck_assert(!ask("reader", &reader));
	for (int i = 0; i < REPEATS_SEEN_MAX; i++) {
		snprintf(params, sizeof(params), "%d", i);
		ck_assert(!ask(params, &reader));
	}
	ck_assert(!ask("reader", &reader));
	ck_assert(!ask("reader", &reader));
	ck_assert(ask("reader", &reader));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("repeats");
	TCase *tcase = tcase_create("repeats");

	tcase_add_checked_fixture(tcase, start, end);
	tcase_add_test(tcase, the_third_of_the_same_is_a_repeat);
	tcase_add_loop_test(tcase, nothing_else_is_a_repeat, 0,
	    sizeof(never) / sizeof(never[0]));
	tcase_add_test(tcase, a_head_that_was_cut_off_is_not_kept);
	tcase_add_test(tcase, no_more_is_kept_than_is_allowed);
	tcase_add_test(tcase, what_came_long_ago_came_not_at_all);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
