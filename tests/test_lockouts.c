/* test_lockouts.c - addresses that sent too many bad keys. */
#include "shared/lockouts.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/address.h"
#include "shared/mapping.h"
#include "shared/shared.h"
#include "shared_fixture.h"
#include "suite.h"

static struct shared *shared;
static const struct lockout_rule ten_a_minute = { 10, MINUTE_MS };

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

static struct address
parse(const char *text)
{
	struct address address;

	ck_assert_int_eq(address_parse(text, &address), ERR_NONE);
	return address;
}

/* The IPv4 address of that number. */
static struct address
number_address(uint32_t number)
{
	struct address address = parse("0.0.0.0");

	for (int i = 0; i < 4; i++)
		address.bytes[12 + i] = (uint8_t)(number >> (24 - 8 * i));
	return address;
}

static void
offend(const char *text, uint32_t failure_count, int64_t now_ms)
{
	struct address address = parse(text);

	for (uint32_t i = 0; i < failure_count; i++)
		lockouts_count(shared, &ten_a_minute, &address, now_ms);
}

static int64_t
retry_after(const char *text, int64_t now_ms)
{
	struct address address = parse(text);

	return lockouts_retry_after(shared, &ten_a_minute, &address, now_ms);
}

static const struct {
	const char *text;
	enum error err;
	uint32_t failures_max;
	int64_t window_ms;
} rule_rows[] = {
	{ "10/60s", ERR_NONE, 10, 60000 },
	{ "1/1s", ERR_NONE, 1, 1000 },
	{ "1000/24h", ERR_NONE, 1000, 86400000 },
	{ "off", ERR_NONE, 0, 0 },
	{ "0/60s", ERR_MEANING, 0, 0 },
	{ "1001/60s", ERR_MEANING, 0, 0 },
	{ "10/999ms", ERR_MEANING, 0, 0 },
	{ "10/25h", ERR_MEANING, 0, 0 },
	{ "10/60", ERR_MEANING, 0, 0 },
	{ "4294967297/60s", ERR_MEANING, 0, 0 },
	{ "", ERR_MEANING, 0, 0 },
};

START_TEST(a_rule_is_read_as_the_setting_is)
{
	struct lockout_rule rule = { 9, 9 };

	ck_assert_int_eq(lockout_rule_parse(rule_rows[_i].text, &rule),
	    rule_rows[_i].err);
	ck_assert_uint_eq(rule.failures_max, rule_rows[_i].failures_max);
	ck_assert_int_eq(rule.window_ms, rule_rows[_i].window_ms);
}
END_TEST

static const struct {
	uint32_t failure_count;
	int64_t later_ms;	/* when it is asked */
	int64_t retry_after_s;
} time_rows[] = {
	{ 0, 0, 0 },
	{ 9, 0, 0 },
	{ 10, 0, 60 },
	{ 10, 1, 60 },
	{ 10, 1000, 59 },
	{ 10, 59999, 1 },
	{ 10, 60000, 0 },
	{ 10, 3600000, 0 },
	{ 1030, 0, 60 },	/* more than are counted */
	{ 10, -1000, 61 },	/* a thread that read the clock before */
	{ 10, -1001, 0 },	/* the clock was set back */
	{ 10, -FIXTURE_NOW_MS, 0 },
	{ 10, INT64_C(3153600000000), 0 },	/* a century on */
};

START_TEST(an_address_is_locked_out_until_its_window_ends)
{
	offend("192.0.2.1", time_rows[_i].failure_count, FIXTURE_NOW_MS);
	ck_assert_int_eq(retry_after("192.0.2.1", FIXTURE_NOW_MS +
	    time_rows[_i].later_ms), time_rows[_i].retry_after_s);
}
END_TEST

START_TEST(a_new_window_begins_with_a_failure_after_the_last)
{
	offend("192.0.2.1", 9, FIXTURE_NOW_MS);
	offend("192.0.2.1", 9, FIXTURE_NOW_MS + 60000);
	ck_assert_int_eq(retry_after("192.0.2.1", FIXTURE_NOW_MS + 60000), 0);
	offend("192.0.2.1", 1, FIXTURE_NOW_MS + 70000);
	ck_assert_int_eq(retry_after("192.0.2.1", FIXTURE_NOW_MS + 70000),
	    50);
}
END_TEST

static const struct {
	const char *failing;
	const char *asking;
	bool is_locked_out;
} address_rows[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "::ffff:192.0.2.1", "192.0.2.1", true },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.2", false },
	{ "2001:db8:1:2::1", "2001:db8:1:2::1", true },
	{ "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true },
	{ "2001:db8:1:2::1", "2001:db8:1:3::1", false },
	{ "::1", "0.0.0.1", false },
};

START_TEST(an_ipv6_address_counts_by_its_64)
{
	offend(address_rows[_i].failing, 10, FIXTURE_NOW_MS);
	ck_assert_int_eq(retry_after(address_rows[_i].asking,
	    FIXTURE_NOW_MS) > 0, address_rows[_i].is_locked_out);
}
END_TEST

START_TEST(off_locks_nobody_out)
{
	const struct lockout_rule off = { 0 };
	struct address address = parse("192.0.2.1");

	for (int i = 0; i < 100; i++)
		lockouts_count(shared, &off, &address, FIXTURE_NOW_MS);
	ck_assert_int_eq(lockouts_retry_after(shared, &off, &address,
	    FIXTURE_NOW_MS), 0);
	ck_assert_int_eq(retry_after("192.0.2.1", FIXTURE_NOW_MS), 0);
}
END_TEST

static uint64_t
tag_of(const struct address *address)
{
	return tag_make(shared_mapping(shared)->header.seed, address->bytes,
	    ADDRESS_BYTES);
}

/* Fills addresses with such as have one set in common. */
static void
find_neighbours(struct address *addresses, size_t address_count)
{
	size_t found = 0;

	for (uint32_t number = 1; found < address_count; number++) {
		struct address address = number_address(number);

		if (tag_of(&address) % LOCKOUT_SETS == 0)
			addresses[found++] = address;
	}
}

static void
offend_from(const struct address *address, uint32_t failure_count,
    int64_t now_ms)
{
	for (uint32_t i = 0; i < failure_count; i++)
		lockouts_count(shared, &ten_a_minute, address, now_ms);
}

static bool
is_known(const struct address *address)
{
	const struct lockout_slot *set = shared_mapping(shared)->lockouts
	    [tag_of(address) % LOCKOUT_SETS];

	for (size_t i = 0; i < SET_SLOTS; i++)
		if (set[i].tag == tag_of(address))
			return true;
	return false;
}

static const struct {
	uint32_t failures[SET_SLOTS];
	int64_t earlier_ms[SET_SLOTS];
	size_t forgotten;
} forget_rows[] = {
	{ { 9, 9, 9, 1, 9, 9, 9, 9 }, { 0 }, 3 },
	{ { 10, 10, 10, 10, 10, 9, 10, 10 }, { 0 }, 5 },
	{ { 3, 3, 3, 3, 3, 3, 3, 3 }, { 1, 2, 1, 1, 1, 1, 1, 1 }, 1 },
	/* One whose window is over goes first. */
	{ { 1, 1, 1, 1, 1, 1, 1, 9 }, { 0, 0, 0, 0, 0, 0, 0, 60000 }, 7 },
	{ { 10, 10, 10, 10, 10, 10, 10, 10 }, { 1, 1, 1, 1, 1, 1, 9, 1 }, 6 },
};

START_TEST(the_least_harmful_is_forgotten_first)
{
	struct address addresses[SET_SLOTS + 1];

	find_neighbours(addresses, COUNT_OF(addresses));
	for (size_t i = 0; i < SET_SLOTS; i++)
		offend_from(&addresses[i], forget_rows[_i].failures[i],
		    FIXTURE_NOW_MS - forget_rows[_i].earlier_ms[i]);
	offend_from(&addresses[SET_SLOTS], 1, FIXTURE_NOW_MS);
	for (size_t i = 0; i <= SET_SLOTS; i++)
		ck_assert_int_eq(is_known(&addresses[i]),
		    i != forget_rows[_i].forgotten);
	ck_assert_int_eq(lockouts_retry_after(shared, &ten_a_minute,
	    &addresses[SET_SLOTS], FIXTURE_NOW_MS), 0);
}
END_TEST

START_TEST(who_takes_a_place_over_is_not_locked_out_for_the_last_owner)
{
	struct address old = parse("192.0.2.1");
	struct address new = parse("192.0.2.2");
	struct lockout_slot *slot = &shared_mapping(shared)->lockouts
	    [tag_of(&new) % LOCKOUT_SETS][0];

	/* As a thread leaves it that is killed after it wrote the tag. */
	offend_from(&old, 10, FIXTURE_NOW_MS);
	for (size_t i = 0; i < SET_SLOTS; i++)
		if (shared_mapping(shared)->lockouts[tag_of(&old) %
		    LOCKOUT_SETS][i].tag == tag_of(&old))
			slot->failures = shared_mapping(shared)->lockouts
			    [tag_of(&old) % LOCKOUT_SETS][i].failures;
	ck_assert_uint_ne(slot->failures, 0);
	slot->tag = tag_of(&new);
	/* One in 4096 has the same bits; these two, for once, might. */
	if (tag_of(&old) >> 52 == tag_of(&new) >> 52)
		return;
	ck_assert_int_eq(retry_after("192.0.2.2", FIXTURE_NOW_MS), 0);
	offend_from(&new, 9, FIXTURE_NOW_MS);
	ck_assert_int_eq(retry_after("192.0.2.2", FIXTURE_NOW_MS), 0);
	offend_from(&new, 1, FIXTURE_NOW_MS);
	ck_assert_int_eq(retry_after("192.0.2.2", FIXTURE_NOW_MS), 60);
}
END_TEST

enum { FLOOD_ADDRESSES = 100000 };

START_TEST(a_flood_locks_out_nobody_else)
{
	int locked_out = 0;

	offend("198.51.100.1", 9, FIXTURE_NOW_MS);
	for (uint32_t i = 0; i < FLOOD_ADDRESSES; i++) {
		struct address address = number_address(0x0a000000 + i);

		offend_from(&address, i % 12, FIXTURE_NOW_MS);
	}
	for (uint32_t i = 0; i < FLOOD_ADDRESSES; i++) {
		struct address address = number_address(0x14000000 + i);

		locked_out += lockouts_retry_after(shared, &ten_a_minute,
		    &address, FIXTURE_NOW_MS) != 0;
	}
	ck_assert_int_eq(locked_out, 0);
	ck_assert_int_eq(retry_after("198.51.100.1", FIXTURE_NOW_MS), 0);
	/* Later all of it has faded. */
	offend("203.0.113.1", 10, FIXTURE_NOW_MS + 60000);
	ck_assert_int_eq(retry_after("203.0.113.1", FIXTURE_NOW_MS + 60000),
	    60);
}
END_TEST

enum { STORM_FAILURES = 124 };
static const struct lockout_rule storm_rule = {
	(uint32_t)STORM_FAILURES * FIXTURE_THREADS, MINUTE_MS
};

static void *
storm(void *arg)
{
	const struct address *address = arg;

	for (int i = 0; i < STORM_FAILURES; i++)
		lockouts_count(shared, &storm_rule, address, FIXTURE_NOW_MS);
	return NULL;
}

START_TEST(threads_lose_no_failure)
{
	struct address address = parse("192.0.2.1");
	struct lockout_rule one_more = storm_rule;

	one_more.failures_max++;
	shared_fixture_threads(storm, &address);
	ck_assert_int_eq(lockouts_retry_after(shared, &one_more, &address,
	    FIXTURE_NOW_MS), 0);
	ck_assert_int_eq(lockouts_retry_after(shared, &storm_rule, &address,
	    FIXTURE_NOW_MS), 60);
}
END_TEST

enum { CROWD_FAILURES = 40000, CROWD_ADDRESSES = 150000 };
static atomic_int crowd_faults;

static void *
crowd(void *arg)
{
	static atomic_uint next;
	struct address good = parse("192.0.2.1");

	(void)arg;
	for (int i = 0; i < CROWD_FAILURES; i++) {
		struct address address = number_address(0x0a000000 +
		    atomic_fetch_add(&next, 1) % CROWD_ADDRESSES);

		lockouts_count(shared, &ten_a_minute, &address,
		    FIXTURE_NOW_MS);
		if (lockouts_retry_after(shared, &ten_a_minute, &good,
		    FIXTURE_NOW_MS) != 0)
			atomic_fetch_add(&crowd_faults, 1);
	}
	return NULL;
}

START_TEST(more_addresses_than_places_do_no_harm)
{
	shared_fixture_threads(crowd, NULL);
	ck_assert_int_eq(crowd_faults, 0);
	offend("192.0.2.1", 10, FIXTURE_NOW_MS);
	ck_assert_int_eq(retry_after("192.0.2.1", FIXTURE_NOW_MS), 60);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lockouts");
	TCase *tcase = tcase_create("lockouts");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_rule_is_read_as_the_setting_is, 0,
	    COUNT_OF(rule_rows));
	tcase_add_loop_test(tcase,
	    an_address_is_locked_out_until_its_window_ends, 0,
	    COUNT_OF(time_rows));
	tcase_add_test(tcase,
	    a_new_window_begins_with_a_failure_after_the_last);
	tcase_add_loop_test(tcase, an_ipv6_address_counts_by_its_64, 0,
	    COUNT_OF(address_rows));
	tcase_add_test(tcase, off_locks_nobody_out);
	tcase_add_loop_test(tcase, the_least_harmful_is_forgotten_first, 0,
	    COUNT_OF(forget_rows));
	tcase_add_test(tcase,
	    who_takes_a_place_over_is_not_locked_out_for_the_last_owner);
	tcase_add_test(tcase, a_flood_locks_out_nobody_else);
	tcase_add_test(tcase, threads_lose_no_failure);
	tcase_add_test(tcase, more_addresses_than_places_do_no_harm);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
