/* test_store_producers.c - which messages of the log a store has. */
#include "store/producers.h"

#include "store/meta.h"
#include "store_fixture.h"
#include "suite.h"

static struct store *store;
static struct store_txn *txn;

static void
set_up(void)
{
	store = fixture_store();
	txn = fixture_write_begin(store);
}

static void
tear_down(void)
{
	store_write_abort(txn);
	store_close(store);
}

static void
put(uint8_t name, int64_t now_ms)
{
	const struct producer producer = { { name } };
	struct producer_window window = { 0 };

	ck_assert(producer_window_take(&window, 1, now_ms));
	ck_assert_int_eq(store_producer_put(txn, &producer, &window),
	    ERR_NONE);
}

static bool
is_there(uint8_t name)
{
	const struct producer producer = { { name } };
	struct producer_window window;

	ck_assert_int_eq(store_producer_get(txn, &producer, &window),
	    ERR_NONE);
	return window.count == 1;
}

START_TEST(a_new_producer_has_sent_nothing)
{
	ck_assert(!is_there(1));
	put(2, BASE_MS);
	ck_assert(!is_there(1));
	ck_assert(is_there(2));
}
END_TEST

START_TEST(those_that_are_over_go_a_few_at_a_time)
{
	struct producer place = { { 0 } };

	for (uint8_t i = 1; i <= 5; i++)
		put(i, i == 3 ? BASE_MS + 1 : BASE_MS);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(store_producers_expire(txn,
				     BASE_MS + PRODUCER_MS, 2, &place),
		    ERR_NONE);
		ck_assert_int_eq(is_there(4), i == 0);
		ck_assert_int_eq(is_there(5), i < 2);
	}
	ck_assert(!is_there(1));
	ck_assert(!is_there(2));
	ck_assert(is_there(3));
	/* And again from the beginning. */
	ck_assert_int_eq(store_producers_expire(txn,
			     BASE_MS + PRODUCER_MS + 1, 2, &place),
	    ERR_NONE);
	ck_assert(!is_there(3));
}
END_TEST

START_TEST(the_other_records_of_the_store_stay)
{
	struct producer place = { { 0 } };
	uint32_t format;

	ck_assert_int_eq(store_producers_expire(txn, INT64_MAX, 100, &place),
	    ERR_NONE);
	ck_assert_int_eq(meta_get_format(txn, &format), ERR_NONE);
}
END_TEST

START_TEST(check_reads_what_is_there)
{
	put(1, BASE_MS);
	ck_assert_uint_eq(fixture_count_faults(txn), 0);
	ck_assert_int_eq(meta_put(txn, "producer 12345678",
			     (const uint8_t *)"short", 5),
	    ERR_NONE);
	ck_assert_uint_eq(fixture_count_faults(txn), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_producers");
	TCase *tests = tcase_create("store_producers");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_new_producer_has_sent_nothing);
	tcase_add_test(tests, those_that_are_over_go_a_few_at_a_time);
	tcase_add_test(tests, the_other_records_of_the_store_stay);
	tcase_add_test(tests, check_reads_what_is_there);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
