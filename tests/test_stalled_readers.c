/* test_stalled_readers.c - read transactions that live too long. */
#include "recorder/stalled_readers.h"

#include <unistd.h>

#include "base/text.h"
#include "record_fixture.h"
#include "store/store.h"
#include "suite.h"

enum { BEGIN_MS = 1000 };

static const struct reader one = { 10, 1, 5 };

/* What each look finds, and how many it tells of. */
static const struct {
	int64_t at_ms;
	struct reader reader;
	size_t count;
	size_t told;
} rows[] = {
	{ 0, { 10, 1, 5 }, 1, 0 },
	{ READER_STALLED_MS - 1, { 10, 1, 5 }, 1, 0 },
	{ READER_STALLED_MS, { 10, 1, 5 }, 1, 1 },
	/* Once. */
	{ 2 * READER_STALLED_MS, { 10, 1, 5 }, 1, 0 },
	/* Another transaction of the same, then of another process. */
	{ 3 * READER_STALLED_MS, { 10, 1, 6 }, 1, 0 },
	{ 4 * READER_STALLED_MS, { 11, 1, 6 }, 1, 0 },
	{ 5 * READER_STALLED_MS, { 11, 1, 6 }, 1, 1 },
	/* One that went is forgotten. */
	{ 6 * READER_STALLED_MS, { 0, 0, 0 }, 0, 0 },
	{ 7 * READER_STALLED_MS, { 11, 1, 6 }, 1, 0 },
};

START_TEST(who_stays_too_long_is_told_once)
{
	struct stalled_readers stalled = { .count = 0 };

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		ck_assert_uint_eq(stalled_readers_look(&stalled,
		    &rows[i].reader, rows[i].count,
		    BEGIN_MS + rows[i].at_ms), rows[i].told);
}
END_TEST

START_TEST(more_than_fit_are_left_out)
{
	static struct reader many[STALLED_READERS_MAX + 1];
	struct stalled_readers stalled = { .count = 0 };

	for (size_t i = 0; i < COUNT_OF(many); i++) {
		many[i] = one;
		many[i].pid = (pid_t)i + 1;
	}
	ck_assert_uint_eq(stalled_readers_look(&stalled, many,
	    COUNT_OF(many), BEGIN_MS), 0);
	ck_assert_uint_eq(stalled_readers_look(&stalled, many,
	    COUNT_OF(many), BEGIN_MS + READER_STALLED_MS),
	    STALLED_READERS_MAX);
}
END_TEST

START_TEST(an_open_transaction_is_listed_with_its_process)
{
	struct record_fixture fixture;
	struct reader readers[2];
	struct store_txn *txn = NULL;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	ck_assert_uint_eq(store_readers(fixture.store, readers, 2), 0);
	ck_assert_int_eq(store_read_begin(fixture.store, &txn), ERR_NONE);
	ck_assert_uint_eq(store_readers(fixture.store, readers, 2), 1);
	ck_assert_int_eq(readers[0].pid, getpid());
	ck_assert_uint_eq(store_readers(fixture.store, readers, 0), 0);
	store_read_end(txn);
	ck_assert_uint_eq(store_readers(fixture.store, readers, 2), 0);
	record_fixture_close(&fixture);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stalled_readers");
	TCase *tcase = tcase_create("stalled_readers");

	tcase_add_test(tcase, who_stays_too_long_is_told_once);
	tcase_add_test(tcase, more_than_fit_are_left_out);
	tcase_add_test(tcase, an_open_transaction_is_listed_with_its_process);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
