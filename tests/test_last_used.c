/* test_last_used.c - when each API key was last used. */
#include "shared/last_used.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "shared/mapping.h"
#include "shared/shared.h"
#include "shared_fixture.h"
#include "suite.h"

enum { USES_MAX = 64 };

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

static void
make_id(uint32_t key, char id[EVENT_ID_LEN + 1])
{
	/* Every word of it tells the key. */
	snprintf(id, EVENT_ID_LEN + 1, "%06u-%06u-%06u_", key % 1000000,
	    key % 1000000, key % 1000000);
}

static void
touch(uint32_t key, int64_t now_ms)
{
	char id[EVENT_ID_LEN + 1];

	make_id(key, id);
	last_used_touch(shared, id, now_ms);
}

static int64_t
find(uint32_t key, int64_t now_ms)
{
	char id[EVENT_ID_LEN + 1];

	make_id(key, id);
	return last_used_find(shared, id, now_ms);
}

/* Reads all that changed, marks it as saved, and returns how many. */
static size_t
save_all(int64_t now_ms)
{
	struct last_use uses[USES_MAX];
	size_t position = 0;
	size_t total = 0;

	do {
		size_t use_count = last_used_changed(shared, now_ms,
		    &position, uses, USES_MAX);

		last_used_saved(shared, uses, use_count);
		total += use_count;
	} while (position != 0);
	return total;
}

static const struct {
	int64_t later_ms;	/* of the second use */
	int64_t used_ms;	/* what is known then, from the first */
} touch_rows[] = {
	{ 0, 0 },
	{ 999, 0 },
	{ 1000, 1000 },
	{ 3600000, 3600000 },
	{ -1, -1 },		/* the clock was set back */
	{ -3600000, -3600000 },
};

START_TEST(a_use_is_kept_to_the_second)
{
	int64_t now_ms = FIXTURE_NOW_MS + touch_rows[_i].later_ms;

	ck_assert_int_eq(find(1, FIXTURE_NOW_MS), 0);
	touch(1, FIXTURE_NOW_MS);
	ck_assert_int_eq(find(1, FIXTURE_NOW_MS), FIXTURE_NOW_MS);
	touch(1, now_ms);
	ck_assert_int_eq(find(1, now_ms), FIXTURE_NOW_MS +
	    touch_rows[_i].used_ms);
	ck_assert_int_eq(find(2, now_ms), 0);
}
END_TEST

START_TEST(only_what_changed_since_it_was_saved_is_given)
{
	struct last_use uses[USES_MAX];
	size_t position = 0;

	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS), 0);
	touch(1, FIXTURE_NOW_MS);
	touch(2, FIXTURE_NOW_MS);
	/* Not saved: given again. */
	ck_assert_uint_eq(last_used_changed(shared, FIXTURE_NOW_MS,
	    &position, uses, USES_MAX), 2);
	ck_assert_uint_eq(position, 0);
	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS), 2);
	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS), 0);
	touch(2, FIXTURE_NOW_MS + 5000);
	ck_assert_uint_eq(last_used_changed(shared, FIXTURE_NOW_MS + 5000,
	    &position, uses, USES_MAX), 1);
	ck_assert_str_eq(uses[0].id, "000002-000002-000002_");
	ck_assert_int_eq(uses[0].used_ms, FIXTURE_NOW_MS + 5000);

	/* Used again between the look and the commit. */
	touch(2, FIXTURE_NOW_MS + 7000);
	last_used_saved(shared, uses, 1);
	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS + 7000), 1);
	ck_assert_int_eq(find(2, FIXTURE_NOW_MS + 7000),
	    FIXTURE_NOW_MS + 7000);
}
END_TEST

START_TEST(pieces_together_give_everything_once)
{
	struct last_use uses[7];
	char is_seen[1000] = { 0 };
	size_t position = 0;
	int rounds = 0;

	for (uint32_t key = 0; key < COUNT_OF(is_seen); key++)
		touch(key, FIXTURE_NOW_MS);
	do {
		size_t use_count = last_used_changed(shared, FIXTURE_NOW_MS,
		    &position, uses, COUNT_OF(uses));

		ck_assert_uint_le(use_count, COUNT_OF(uses));
		for (size_t i = 0; i < use_count; i++) {
			long key = strtol(uses[i].id, NULL, 10);

			ck_assert_int_eq(is_seen[key], 0);
			is_seen[key] = 1;
		}
		ck_assert_int_lt(rounds++, 1000);
	} while (position != 0);
	for (size_t key = 0; key < COUNT_OF(is_seen); key++)
		ck_assert_int_eq(is_seen[key], 1);
}
END_TEST

static struct last_used_slot *
find_slot(uint32_t key)
{
	struct mapping *mapping = shared_mapping(shared);
	char id[EVENT_ID_LEN + 1];
	uint64_t tag;
	struct last_used_slot *set;

	make_id(key, id);
	tag = tag_make(mapping->header.seed, id, EVENT_ID_LEN);
	set = mapping->last_used[tag % LAST_USED_SETS];
	for (size_t i = 0; i < SET_SLOTS; i++)
		if (set[i].tag == tag)
			return &set[i];
	return NULL;
}

static void
tear_id(struct last_used_slot *slot)
{
	slot->id[1] = 0x3030303030303030;
}

static void
cut_id(struct last_used_slot *slot)
{
	slot->id[0] = 0;
}

static void
change_tag(struct last_used_slot *slot)
{
	slot->tag ^= UINT64_C(1) << 40;
}

static void
use_never(struct last_used_slot *slot)
{
	slot->used_ms = 0;
}

static void
use_before_1970(struct last_used_slot *slot)
{
	slot->used_ms = INT64_MIN;
}

static void
use_tomorrow(struct last_used_slot *slot)
{
	slot->used_ms = FIXTURE_NOW_MS + 86400000;
}

static void
use_at_the_end_of_time(struct last_used_slot *slot)
{
	slot->used_ms = INT64_MAX;
}

static void (*const damages[])(struct last_used_slot *slot) = {
	tear_id, cut_id, change_tag, use_never, use_before_1970,
	use_tomorrow, use_at_the_end_of_time
};

START_TEST(a_slot_that_is_not_whole_is_passed_over_and_mended)
{
	touch(1, FIXTURE_NOW_MS);
	damages[_i](find_slot(1));
	ck_assert_int_eq(find(1, FIXTURE_NOW_MS), 0);
	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS), 0);
	touch(1, FIXTURE_NOW_MS + 1000);
	ck_assert_int_eq(find(1, FIXTURE_NOW_MS + 1000),
	    FIXTURE_NOW_MS + 1000);
	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS + 1000), 1);
}
END_TEST

START_TEST(an_id_of_other_characters_is_passed_over)
{
	last_used_touch(shared, "../../../../etc/passw", FIXTURE_NOW_MS);
	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS), 0);
}
END_TEST

/* Fills keys with such as have one set in common. */
static void
find_neighbours(uint32_t *keys, size_t key_count)
{
	struct mapping *mapping = shared_mapping(shared);
	size_t found = 0;

	for (uint32_t key = 1; found < key_count; key++) {
		char id[EVENT_ID_LEN + 1];

		make_id(key, id);
		if (tag_make(mapping->header.seed, id, EVENT_ID_LEN) %
		    LAST_USED_SETS == 0)
			keys[found++] = key;
	}
}

START_TEST(the_longest_unused_is_forgotten_first_but_not_unsaved)
{
	uint32_t keys[SET_SLOTS + 2];
	int64_t now_ms = FIXTURE_NOW_MS + 60000;

	find_neighbours(keys, COUNT_OF(keys));
	for (uint32_t i = 0; i < SET_SLOTS; i++)
		touch(keys[i], FIXTURE_NOW_MS + (i == 3 ? 0 : 1000 * i));
	save_all(now_ms);
	for (uint32_t i = 0; i < SET_SLOTS; i++)
		if (i != 6)
			touch(keys[i], now_ms - 2000 + (i == 5 ? 0 : 1000));

	touch(keys[SET_SLOTS], now_ms);
	ck_assert_int_eq(find(keys[6], now_ms), 0);	/* saved */
	touch(keys[SET_SLOTS + 1], now_ms);
	ck_assert_int_eq(find(keys[5], now_ms), 0);	/* unused longest */
	for (uint32_t i = 0; i < COUNT_OF(keys); i++)
		if (i != 5 && i != 6)
			ck_assert_int_gt(find(keys[i], now_ms), 0);
	ck_assert_uint_eq(save_all(now_ms), SET_SLOTS);
}
END_TEST

enum { STORM_USES = 20000, STORM_KEYS = 40 };
static uint32_t storm_keys[STORM_KEYS];
static atomic_int storm_ended;
static atomic_int storm_faults;

/* Many keys of one set, so that slots are taken over all the time. */
static void *
storm(void *arg)
{
	(void)arg;
	for (int i = 0; i < STORM_USES; i++)
		touch(storm_keys[(i * 7 + i / 3) % STORM_KEYS],
		    FIXTURE_NOW_MS + i * 10);
	atomic_fetch_add(&storm_ended, 1);
	return NULL;
}

static bool
is_storm_id(const char *text)
{
	for (size_t i = 0; i < STORM_KEYS; i++) {
		char id[EVENT_ID_LEN + 1];

		make_id(storm_keys[i], id);
		if (strcmp(id, text) == 0)
			return true;
	}
	return false;
}

static void *
watch(void *arg)
{
	int64_t end_ms = FIXTURE_NOW_MS + STORM_USES * 10;

	(void)arg;
	while (atomic_load(&storm_ended) < FIXTURE_THREADS - 1) {
		struct last_use uses[USES_MAX];
		size_t position = 0;
		size_t use_count = last_used_changed(shared, end_ms,
		    &position, uses, USES_MAX);

		for (size_t i = 0; i < use_count; i++)
			if (!is_storm_id(uses[i].id) ||
			    uses[i].used_ms < FIXTURE_NOW_MS ||
			    uses[i].used_ms > end_ms)
				atomic_fetch_add(&storm_faults, 1);
		last_used_saved(shared, uses, use_count);
	}
	return NULL;
}

static void *
storm_or_watch(void *arg)
{
	static atomic_int next;

	return atomic_fetch_add(&next, 1) == 0 ? watch(arg) : storm(arg);
}

START_TEST(a_reader_among_writers_meets_whole_uses_only)
{
	find_neighbours(storm_keys, STORM_KEYS);
	shared_fixture_threads(storm_or_watch, NULL);
	ck_assert_int_eq(storm_faults, 0);
	touch(999999, FIXTURE_NOW_MS);
	ck_assert_int_eq(find(999999, FIXTURE_NOW_MS), FIXTURE_NOW_MS);
}
END_TEST

START_TEST(more_keys_than_places_do_no_harm)
{
	for (uint32_t key = 0; key < 150000; key++)
		touch(key, FIXTURE_NOW_MS);
	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS),
	    LAST_USED_SETS * SET_SLOTS);
	ck_assert_uint_eq(save_all(FIXTURE_NOW_MS), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("last_used");
	TCase *tcase = tcase_create("last_used");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_use_is_kept_to_the_second, 0,
	    COUNT_OF(touch_rows));
	tcase_add_test(tcase, only_what_changed_since_it_was_saved_is_given);
	tcase_add_test(tcase, pieces_together_give_everything_once);
	tcase_add_loop_test(tcase,
	    a_slot_that_is_not_whole_is_passed_over_and_mended, 0,
	    COUNT_OF(damages));
	tcase_add_test(tcase, an_id_of_other_characters_is_passed_over);
	tcase_add_test(tcase,
	    the_longest_unused_is_forgotten_first_but_not_unsaved);
	tcase_add_test(tcase, a_reader_among_writers_meets_whole_uses_only);
	tcase_add_test(tcase, more_keys_than_places_do_no_harm);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
