/* test_store_stat.c - what is in the store, in numbers. */
#include <stdlib.h>

#include "model/limits.h"
#include "store/events.h"
#include "store_fixture.h"
#include "suite.h"

START_TEST(an_empty_store_has_a_format_and_nothing_else)
{
	struct store *store = fixture_store();
	struct store_txn *txn = fixture_read_begin(store);
	struct store_stat stat;

	ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
	ck_assert_uint_eq(stat.format, 1);
	ck_assert_int_eq(stat.map_bytes, FIXTURE_MAP_BYTES);
	ck_assert_int_gt(stat.file_bytes, 0);
	ck_assert_int_gt(stat.used_bytes, 0);
	ck_assert_uint_eq(stat.events, 0);
	ck_assert_uint_eq(stat.blocks, 0);
	ck_assert_uint_eq(stat.organizations, 0);
	ck_assert_uint_eq(stat.api_keys, 0);
	ck_assert_int_eq(stat.oldest_ms, 0);
	ck_assert_int_eq(stat.newest_ms, 0);
	ck_assert_int_eq(stat.last_stamp_ms, 0);
	ck_assert_uint_eq(stat.readers_max, STORE_READERS_MAX);
	store_read_end(txn);
	store_close(store);
}
END_TEST

START_TEST(events_are_counted_and_their_moments_told)
{
	struct store *store = fixture_store();
	struct store_txn *txn = fixture_write_begin(store);
	uint32_t organization = fixture_organization(txn, "here");
	struct event_draft draft;
	struct cursor place = fixture_place(BASE_MS - 5000, 1);
	enum import_outcome outcome;
	struct store_stat stat;
	uint64_t old;

	for (int i = 0; i < 100; i++) {
		fixture_draft(&draft, (enum category)(i % CATEGORY_COUNT),
		    200);
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	}
	fixture_import_draft(&draft, CATEGORY_OTHER, &place, 0);
	ck_assert_int_eq(fixture_put_import(txn, organization, &draft,
	    &outcome), ERR_NONE);

	/* In the write transaction as well as after it. */
	ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
	ck_assert_uint_eq(stat.events, 101);
	fixture_commit(txn);
	txn = fixture_read_begin(store);
	ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
	ck_assert_uint_eq(stat.events, 101);
	ck_assert_uint_eq(stat.organizations, 1);
	ck_assert_int_eq(stat.oldest_ms, BASE_MS - 5000);
	ck_assert_int_eq(stat.newest_ms, BASE_MS + 99);
	ck_assert_int_eq(stat.last_stamp_ms, BASE_MS + 99);
	ck_assert_int_gt(stat.used_bytes, (int64_t)stat.blocks * 1000);
	ck_assert_uint_eq(stat.open_reads, 1);
	ck_assert_int_eq(store_count_old_blocks(txn, BASE_MS - 5000, &old),
	    ERR_NONE);
	ck_assert_uint_eq(old, 0);
	ck_assert_int_eq(store_count_old_blocks(txn, BASE_MS + 100, &old),
	    ERR_NONE);
	ck_assert_uint_eq(old, stat.blocks);
	ck_assert_uint_ge(stat.readers, 1);
	store_read_end(txn);
	store_close(store);
}
END_TEST

/* The bytes of a full block are those of one page, no more and no less. */
START_TEST(a_full_block_takes_one_page)
{
	struct store *store = fixture_store();
	struct store_txn *txn = fixture_write_begin(store);
	uint32_t organization = fixture_organization(txn, "here");
	struct event_draft draft;
	struct store_stat before;
	struct store_stat after;

	fixture_draft(&draft, CATEGORY_QUEUES, 180);
	ck_assert_int_eq(store_stat_read(txn, &before), ERR_NONE);
	for (int i = 0; i < 13000; i++)
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	ck_assert_int_eq(store_stat_read(txn, &after), ERR_NONE);
	ck_assert_int_lt(after.used_bytes - before.used_bytes,
	    (int64_t)after.blocks * 4096 * 105 / 100);
	ck_assert_int_ge(after.used_bytes - before.used_bytes,
	    (int64_t)(after.blocks - 1) * 4096);
	/* All but the last are full. */
	ck_assert_uint_eq(after.blocks - 1, (after.events - 1) /
	    ((4080 - 16) / ((uint64_t)draft.json_len + 8)));
	store_write_abort(txn);
	store_close(store);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store stat");
	TCase *tcase = tcase_create("stat");

	tcase_add_test(tcase,
	    an_empty_store_has_a_format_and_nothing_else);
	tcase_add_test(tcase, events_are_counted_and_their_moments_told);
	tcase_add_test(tcase, a_full_block_takes_one_page);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
