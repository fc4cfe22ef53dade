/* test_rates.c - how many requests a minute each API key makes. */
#include "shared/rates.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "shared/mapping.h"
#include "shared/shared.h"
#include "shared_fixture.h"
#include "suite.h"

static struct shared *shared;

static void
set_up(void)
{
	shared_fixture_set_up();
	shared = shared_fixture();
}

static void
tear_down(void)
{
	shared_free(shared);
	shared_fixture_tear_down();
}

static struct rate
take(uint32_t key, uint32_t rate_per_minute, int64_t now_ms)
{
	uint8_t digest[API_KEY_DIGEST_BYTES] = { 0 };
	struct rate rate;

	memcpy(digest, &key, sizeof(key));
	rates_take(shared, digest, rate_per_minute, now_ms, &rate);
	return rate;
}

static struct rate_slot *
find_slot(uint32_t key)
{
	struct mapping *mapping = shared_mapping(shared);
	uint8_t digest[API_KEY_DIGEST_BYTES] = { 0 };
	uint64_t tag;
	struct rate_slot *set;

	memcpy(digest, &key, sizeof(key));
	tag = tag_make(mapping->header.seed, digest, sizeof(digest));
	set = mapping->rates[tag % RATE_SETS];
	for (size_t i = 0; i < SET_SLOTS; i++)
		if (set[i].tag == tag)
			return &set[i];
	return NULL;
}

/* Empties a key's bucket. */
static void
drain(uint32_t key, uint32_t rate_per_minute, int64_t now_ms)
{
	for (uint32_t i = 0; i < rate_per_minute; i++)
		ck_assert(take(key, rate_per_minute, now_ms).is_allowed);
	ck_assert(!take(key, rate_per_minute, now_ms).is_allowed);
}

static const struct {
	uint32_t rate_per_minute;
	int64_t retry_after_s;	/* when it is empty */
	int64_t refill_ms;	/* after which one more is there */
} bucket_rows[] = {
	{ 1, 60, 60000 },
	{ 2, 30, 30000 },
	{ 7, 9, 8572 },
	{ 60, 1, 1000 },
	{ 100, 1, 600 },
	{ 999, 1, 61 },
	{ API_KEY_RATE_MAX, 1, 1 },
};

START_TEST(a_bucket_holds_its_rate_and_is_filled_evenly)
{
	uint32_t limit = bucket_rows[_i].rate_per_minute;
	int64_t refill_ms = bucket_rows[_i].refill_ms;
	int64_t now_ms = FIXTURE_NOW_MS;
	struct rate rate;

	for (uint32_t i = 1; i <= limit; i++) {
		rate = take(1, limit, now_ms);
		if (!rate.is_allowed || rate.limit != limit ||
		    rate.remaining != limit - i || rate.retry_after_s != 0)
			ck_abort_msg("request %u: %d, %u of %u", i,
			    rate.is_allowed, rate.remaining, rate.limit);
	}
	ck_assert_int_eq(rate.reset_s, now_ms / SECOND_MS + 60);
	for (int i = 0; i < 3; i++) {
		rate = take(1, limit, now_ms);
		ck_assert(!rate.is_allowed);
		ck_assert_uint_eq(rate.remaining, 0);
		ck_assert_int_eq(rate.retry_after_s,
		    bucket_rows[_i].retry_after_s);
		ck_assert_int_eq(rate.reset_s, now_ms / SECOND_MS + 60);
	}
	if (refill_ms > 1)
		ck_assert(!take(1, limit, now_ms + refill_ms - 1).is_allowed);
	ck_assert(take(1, limit, now_ms + refill_ms).is_allowed);
	ck_assert_uint_eq(take(1, limit, now_ms + 3 * MINUTE_MS).remaining,
	    limit - 1);
}
END_TEST

START_TEST(keys_have_buckets_of_their_own)
{
	drain(1, 10, FIXTURE_NOW_MS);
	ck_assert_uint_eq(take(2, 10, FIXTURE_NOW_MS).remaining, 9);
	ck_assert(!take(1, 10, FIXTURE_NOW_MS).is_allowed);
}
END_TEST

static const struct {
	uint32_t rate_per_minute;
	int64_t step_ms;	/* of the clock, after the bucket is empty */
	bool is_allowed;	/* then */
} step_rows[] = {
	{ 10, 0, false },
	{ 10, -1000, false },		/* threads that read it earlier */
	{ 10, -1001, true },
	{ 10, -3600000, true },
	{ 10, -1700000000000, true },	/* back to 1970 */
	{ 10, 5999, false },
	{ 10, 6000, true },
	{ 10, INT64_C(3153600000000), true },	/* a century on */
	{ 1, -1000, false },
	{ 1, -1001, true },
};

START_TEST(a_clock_that_steps_refuses_for_61_seconds_at_most)
{
	uint32_t limit = step_rows[_i].rate_per_minute;
	int64_t now_ms = FIXTURE_NOW_MS + step_rows[_i].step_ms;
	struct rate rate;

	drain(1, limit, FIXTURE_NOW_MS);
	rate = take(1, limit, now_ms);
	ck_assert_int_eq(rate.is_allowed, step_rows[_i].is_allowed);
	ck_assert_uint_lt(rate.remaining, limit);
	ck_assert_int_le(rate.retry_after_s, 60);
	ck_assert_int_eq(rate.retry_after_s > 0, !rate.is_allowed);
	ck_assert_int_le(rate.reset_s, now_ms / SECOND_MS + 61);
	ck_assert(take(1, limit, now_ms + 61 * SECOND_MS).is_allowed);
}
END_TEST

static const struct {
	uint32_t before, after;	/* requests a minute */
	uint32_t taken;
	bool is_allowed;
	uint32_t remaining;
} change_rows[] = {
	{ 10, 1000, 10, false, 0 },
	{ 10, 1000, 5, true, 499 },	/* half a bucket stays half */
	{ 1000, 10, 500, true, 4 },
	{ 1000, 10, 950, false, 0 },
	{ 1000, 1, 1, false, 0 },
	{ 7, 999, 7, false, 0 },
	{ 999, 7, 999, false, 0 },
};

START_TEST(a_changed_rate_keeps_the_share_that_is_left)
{
	struct rate rate;

	for (uint32_t i = 0; i < change_rows[_i].taken; i++)
		take(1, change_rows[_i].before, FIXTURE_NOW_MS);
	rate = take(1, change_rows[_i].after, FIXTURE_NOW_MS);
	ck_assert_int_eq(rate.is_allowed, change_rows[_i].is_allowed);
	ck_assert_uint_eq(rate.remaining, change_rows[_i].remaining);
	ck_assert_uint_eq(rate.limit, change_rows[_i].after);
	ck_assert_int_le(rate.retry_after_s, 60);
}
END_TEST

static const int64_t strange_numbers[] = {
	INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX,
	(FIXTURE_NOW_MS + 61001) * 1000000,
};

START_TEST(a_bucket_that_cannot_be_is_full)
{
	struct rate rate;

	take(1, 10, FIXTURE_NOW_MS);
	find_slot(1)->full_ns = strange_numbers[_i];
	rate = take(1, 10, FIXTURE_NOW_MS);
	ck_assert(rate.is_allowed);
	ck_assert_uint_eq(rate.remaining, 9);
	ck_assert_int_eq(rate.reset_s, FIXTURE_NOW_MS / SECOND_MS + 6);
}
END_TEST

/* Fills keys with the numbers of keys that have one set in common. */
static void
find_neighbours(uint32_t *keys, size_t key_count)
{
	struct mapping *mapping = shared_mapping(shared);
	size_t found = 0;

	for (uint32_t key = 1; found < key_count; key++) {
		uint8_t digest[API_KEY_DIGEST_BYTES] = { 0 };

		memcpy(digest, &key, sizeof(key));
		if (tag_make(mapping->header.seed, digest, sizeof(digest)) %
		    RATE_SETS == 0)
			keys[found++] = key;
	}
}

/* Of a hundred, after one is taken. */
static uint32_t
left(uint32_t key)
{
	struct rate rate = take(key, 100, FIXTURE_NOW_MS);

	return rate.remaining;
}

START_TEST(the_fullest_bucket_is_forgotten_first)
{
	uint32_t keys[SET_SLOTS + 1];
	uint32_t fullest = 5;

	find_neighbours(keys, COUNT_OF(keys));
	for (uint32_t i = 0; i < SET_SLOTS; i++)
		for (uint32_t j = 0; j < (i == fullest ? 50 : 60 + i); j++)
			take(keys[i], 100, FIXTURE_NOW_MS);

	ck_assert_uint_eq(left(keys[SET_SLOTS]), 99);
	ck_assert_ptr_null(find_slot(keys[fullest]));
	for (uint32_t i = 0; i < SET_SLOTS; i++)
		if (i != fullest)
			ck_assert_uint_eq(left(keys[i]), 100 - 60 - i - 1);
}
END_TEST

START_TEST(a_key_that_is_killed_at_its_birth_owes_what_was_left_there)
{
	uint32_t keys[SET_SLOTS + 1];
	struct rate_slot *slot;

	find_neighbours(keys, COUNT_OF(keys));
	for (uint32_t i = 0; i <= SET_SLOTS; i++)
		take(keys[i], 100, FIXTURE_NOW_MS);
	slot = find_slot(keys[SET_SLOTS]);
	ck_assert_ptr_nonnull(slot);
	/* The tag is written, the debt is the one before. */
	slot->full_ns = (FIXTURE_NOW_MS + 60000) * 1000000;
	ck_assert(!take(keys[SET_SLOTS], 100, FIXTURE_NOW_MS).is_allowed);
	ck_assert(take(keys[SET_SLOTS], 100, FIXTURE_NOW_MS + 600).is_allowed);
}
END_TEST

enum { STORM_RATE = 20000, STORM_TAKES = 5000 };
static atomic_uint storm_allowed;

static void *
storm(void *arg)
{
	(void)arg;
	for (int i = 0; i < STORM_TAKES; i++)
		if (take(1, STORM_RATE, FIXTURE_NOW_MS).is_allowed)
			atomic_fetch_add(&storm_allowed, 1);
	return NULL;
}

START_TEST(threads_are_allowed_exactly_what_is_there)
{
	shared_fixture_threads(storm, NULL);
	ck_assert_uint_eq(storm_allowed, STORM_RATE);
}
END_TEST

static atomic_int crowd_faults;

/* More keys than there are places, taken from by all threads at once. */
static void *
crowd(void *arg)
{
	static atomic_uint next_key;

	(void)arg;
	for (int i = 0; i < STORM_TAKES * 2; i++) {
		uint32_t key = atomic_fetch_add(&next_key, 1) % 60000;
		struct rate rate = take(key, 3, FIXTURE_NOW_MS);

		if (rate.remaining > 2 || rate.retry_after_s > 60)
			atomic_fetch_add(&crowd_faults, 1);
	}
	return NULL;
}

START_TEST(more_keys_than_places_do_no_harm)
{
	shared_fixture_threads(crowd, NULL);
	ck_assert_int_eq(crowd_faults, 0);
	drain(70000, 50, FIXTURE_NOW_MS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rates");
	TCase *tcase = tcase_create("rates");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase,
	    a_bucket_holds_its_rate_and_is_filled_evenly, 0,
	    COUNT_OF(bucket_rows));
	tcase_add_test(tcase, keys_have_buckets_of_their_own);
	tcase_add_loop_test(tcase,
	    a_clock_that_steps_refuses_for_61_seconds_at_most, 0,
	    COUNT_OF(step_rows));
	tcase_add_loop_test(tcase,
	    a_changed_rate_keeps_the_share_that_is_left, 0,
	    COUNT_OF(change_rows));
	tcase_add_loop_test(tcase, a_bucket_that_cannot_be_is_full, 0,
	    COUNT_OF(strange_numbers));
	tcase_add_test(tcase, the_fullest_bucket_is_forgotten_first);
	tcase_add_test(tcase,
	    a_key_that_is_killed_at_its_birth_owes_what_was_left_there);
	tcase_add_test(tcase, threads_are_allowed_exactly_what_is_there);
	tcase_add_test(tcase, more_keys_than_places_do_no_harm);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
