/* test_idempotency.c - requests that were recorded under a client's key. */
#include "store/idempotency.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/idempotency_key.h"
#include "record_fixture.h"
#include "store/check.h"
#include "store/store.h"
#include "suite.h"

#define A16 "aaaaaaaaaaaaaaaa"
#define NOW_MS INT64_C(1700000000000)

static struct cursor places[RECORD_EVENTS_MAX];
static struct cursor found[RECORD_EVENTS_MAX];

static void
put(struct record_fixture *fixture, uint32_t organization, const char *key,
    uint16_t count, int64_t now_ms)
{
	struct idempotency_record record = {
		.created_ms = now_ms,
		.body_digest = { 1, 2, 3 },
		.place_count = count,
	};
	struct store_txn *txn = record_fixture_write(fixture);

	for (size_t i = 0; i < count; i++) {
		places[i].stored_at_ms = now_ms + (int64_t)i;
		snprintf(places[i].id, sizeof(places[i].id), "%021zu", i);
	}
	ck_assert_int_eq(store_idempotency_put(txn, organization, key,
	    &record, places), ERR_NONE);
	record_fixture_commit(txn);
}

static enum error
find(struct record_fixture *fixture, uint32_t organization, const char *key,
    int64_t now_ms, struct idempotency_record *record)
{
	struct store_txn *txn = NULL;
	enum error err;

	ck_assert_int_eq(store_read_begin(fixture->store, &txn), ERR_NONE);
	err = store_idempotency_find(txn, organization, key, now_ms, record,
	    found);
	store_read_end(txn);
	return err;
}

static void
report(const char *fault, void *arg)
{
	(void)arg;
	ck_abort_msg("%s", fault);
}

/* Nothing is wrong, and so many keys are there. */
static void
check(struct record_fixture *fixture, uint64_t key_count)
{
	struct check_result result;
	struct store_stat stat;
	struct store_txn *txn = NULL;

	ck_assert_int_eq(store_read_begin(fixture->store, &txn), ERR_NONE);
	ck_assert_int_eq(store_check(txn, report, NULL, NULL, &result),
	    ERR_NONE);
	ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
	ck_assert_uint_eq(stat.idempotency_keys, key_count);
	store_read_end(txn);
}

/* Around where a record needs another part. */
static const uint16_t count_rows[] = { 1, 2, 68, 138, 139, 140, 278, 279, 999,
	RECORD_EVENTS_MAX };

START_TEST(a_record_reads_as_it_was_written)
{
	struct idempotency_record record;
	struct record_fixture fixture;
	uint16_t count = count_rows[_i];

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	put(&fixture, fixture.acme.number, "key", count, NOW_MS);
	ck_assert_int_eq(find(&fixture, fixture.acme.number, "key", NOW_MS,
	    &record), ERR_NONE);
	ck_assert_int_eq(record.created_ms, NOW_MS);
	ck_assert_uint_eq(record.body_digest[2], 3);
	ck_assert_uint_eq(record.place_count, count);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(cursor_compare(&found[i], &places[i]), 0);
	check(&fixture, 1);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(keys_are_an_organizations_own_and_exact)
{
	static const char *const others[] = { "ke", "key2", "KEY", "k", "~" };
	struct idempotency_record record;
	struct record_fixture fixture;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	put(&fixture, fixture.acme.number, "key", 1, NOW_MS);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		ck_assert_int_eq(find(&fixture, fixture.acme.number,
		    others[i], NOW_MS, &record), ERR_NOT_FOUND);
	ck_assert_int_eq(find(&fixture, fixture.other.number, "key", NOW_MS,
	    &record), ERR_NOT_FOUND);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(the_longest_key_is_kept)
{
	struct idempotency_record record;
	struct record_fixture fixture;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	put(&fixture, UINT32_MAX, A16 A16 A16 A16, RECORD_EVENTS_MAX,
	    NOW_MS);
	ck_assert_int_eq(find(&fixture, UINT32_MAX, A16 A16 A16 A16, NOW_MS,
	    &record), ERR_NONE);
	record_fixture_close(&fixture);
}
END_TEST

static const struct {
	int64_t later_ms;
	enum error err;
} age_rows[] = {
	{ 0,                  ERR_NONE },
	{ -HOUR_MS,           ERR_NONE },	/* a clock that was set back */
	{ IDEMPOTENCY_MS - 1, ERR_NONE },
	{ IDEMPOTENCY_MS,     ERR_NOT_FOUND },
	{ IDEMPOTENCY_MS * 2, ERR_NOT_FOUND },
};

START_TEST(a_key_counts_for_24_hours)
{
	struct idempotency_record record;
	struct record_fixture fixture;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	put(&fixture, fixture.acme.number, "key", 3, NOW_MS);
	ck_assert_int_eq(find(&fixture, fixture.acme.number, "key",
	    NOW_MS + age_rows[_i].later_ms, &record), age_rows[_i].err);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(a_key_that_is_too_old_is_written_over)
{
	struct idempotency_record record;
	struct record_fixture fixture;
	int64_t later_ms = NOW_MS + IDEMPOTENCY_MS;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	put(&fixture, fixture.acme.number, "key", RECORD_EVENTS_MAX, NOW_MS);
	put(&fixture, fixture.acme.number, "key", 2, later_ms);
	ck_assert_int_eq(find(&fixture, fixture.acme.number, "key", later_ms,
	    &record), ERR_NONE);
	ck_assert_uint_eq(record.place_count, 2);
	check(&fixture, 1);
	record_fixture_close(&fixture);
}
END_TEST

static unsigned int
expire(struct record_fixture *fixture, int64_t now_ms, unsigned int max,
    bool *is_done_out)
{
	struct store_txn *txn = record_fixture_write(fixture);
	unsigned int expired;

	ck_assert_int_eq(store_idempotency_expire(txn, now_ms, max, &expired,
	    is_done_out), ERR_NONE);
	record_fixture_commit(txn);
	return expired;
}

START_TEST(the_oldest_keys_go_first_and_no_more_than_asked)
{
	struct idempotency_record record;
	struct record_fixture fixture;
	uint32_t acme;
	bool is_done;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	acme = fixture.acme.number;
	put(&fixture, acme, "c", 1, NOW_MS + 2);
	put(&fixture, acme, "b", RECORD_EVENTS_MAX, NOW_MS);
	put(&fixture, fixture.other.number, "a", 1, NOW_MS + 1);
	ck_assert_uint_eq(expire(&fixture, NOW_MS, 9, &is_done), 0);
	ck_assert(is_done);
	ck_assert_uint_eq(expire(&fixture, NOW_MS + 1 + IDEMPOTENCY_MS, 1,
	    &is_done), 1);
	ck_assert(!is_done);
	ck_assert_int_eq(find(&fixture, acme, "b", NOW_MS, &record),
	    ERR_NOT_FOUND);
	check(&fixture, 2);
	ck_assert_uint_eq(expire(&fixture, NOW_MS + 1 + IDEMPOTENCY_MS, 9,
	    &is_done), 1);
	ck_assert(is_done);
	check(&fixture, 1);
	ck_assert_int_eq(find(&fixture, acme, "c", NOW_MS, &record),
	    ERR_NONE);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(erasing_takes_one_organizations_keys_alone)
{
	struct record_fixture fixture;
	struct store_txn *txn;
	unsigned int erased;
	bool is_done;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	put(&fixture, fixture.acme.number, "a", RECORD_EVENTS_MAX, NOW_MS);
	put(&fixture, fixture.acme.number, "b", 1, NOW_MS);
	put(&fixture, fixture.other.number, "a", 1, NOW_MS);
	txn = record_fixture_write(&fixture);
	ck_assert_int_eq(store_idempotency_erase(txn, fixture.acme.number, 1,
	    &erased, &is_done), ERR_NONE);
	ck_assert_uint_eq(erased, 1);
	ck_assert(!is_done);
	ck_assert_int_eq(store_idempotency_erase(txn, fixture.acme.number, 9,
	    &erased, &is_done), ERR_NONE);
	ck_assert_uint_eq(erased, 1);
	ck_assert(is_done);
	record_fixture_commit(txn);
	check(&fixture, 1);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(a_damaged_record_is_corrupt_and_expires)
{
	struct idempotency_record record;
	struct record_fixture fixture;
	bool is_done;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	put(&fixture, fixture.acme.number, "key", 200, NOW_MS);
	record_fixture_damage(&fixture, "000000000000000000150");
	ck_assert_int_eq(find(&fixture, fixture.acme.number, "key", NOW_MS,
	    &record), ERR_CORRUPT);
	ck_assert_uint_eq(expire(&fixture, NOW_MS + IDEMPOTENCY_MS, 9,
	    &is_done), 1);
	check(&fixture, 0);
	put(&fixture, fixture.acme.number, "key", 1, NOW_MS);
	record_fixture_damage(&fixture, "000000000000000000000");
	ck_assert_int_eq(find(&fixture, fixture.acme.number, "key", NOW_MS,
	    &record), ERR_CORRUPT);
	ck_assert_uint_eq(expire(&fixture, NOW_MS + IDEMPOTENCY_MS, 9,
	    &is_done), 1);
	check(&fixture, 0);
	record_fixture_close(&fixture);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("idempotency");
	TCase *tcase = tcase_create("idempotency");

	tcase_add_loop_test(tcase, a_record_reads_as_it_was_written, 0,
	    COUNT_OF(count_rows));
	tcase_add_test(tcase, keys_are_an_organizations_own_and_exact);
	tcase_add_test(tcase, the_longest_key_is_kept);
	tcase_add_loop_test(tcase, a_key_counts_for_24_hours, 0,
	    COUNT_OF(age_rows));
	tcase_add_test(tcase, a_key_that_is_too_old_is_written_over);
	tcase_add_test(tcase,
	    the_oldest_keys_go_first_and_no_more_than_asked);
	tcase_add_test(tcase, erasing_takes_one_organizations_keys_alone);
	tcase_add_test(tcase, a_damaged_record_is_corrupt_and_expires);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
