/* test_seen.c - which messages were applied already. */
#include "cluster/seen.h"

#include <stdlib.h>

#include "store/producers.h"
#include "store_fixture.h"
#include "suite.h"

static struct store *store;
static struct store_txn *txn;
static struct seen seen;
static struct producer producer;

static void
set_up(void)
{
	store = fixture_store();
	txn = fixture_write_begin(store);
	seen = (struct seen){ 0 };
	seen_begin(&seen);
	producer_make(&producer);
}

static void
tear_down(void)
{
	store_write_abort(txn);
	store_close(store);
}

static bool
take(const struct producer *of, uint64_t number, int64_t now_ms)
{
	const struct ticket ticket = { .producer = *of, .number = number };
	bool is_first;

	ck_assert_int_eq(seen_take(&seen, txn, &ticket, now_ms, &is_first),
	    ERR_NONE);
	return is_first;
}

/* Ends the transaction and begins the next one. */
static void
commit(int64_t now_ms)
{
	ck_assert_int_eq(seen_end(&seen, txn, now_ms), ERR_NONE);
	fixture_commit(txn);
	txn = fixture_write_begin(store);
	seen_begin(&seen);
}

START_TEST(a_ticket_comes_once_in_a_transaction)
{
	struct producer other;

	producer_make(&other);
	ck_assert(take(&producer, 1, BASE_MS));
	ck_assert(!take(&producer, 1, BASE_MS));
	ck_assert(take(&other, 1, BASE_MS));
	ck_assert(take(&producer, 2, BASE_MS));
}
END_TEST

START_TEST(a_ticket_comes_once_in_all_transactions)
{
	ck_assert(take(&producer, 7, BASE_MS));
	commit(BASE_MS);
	ck_assert(!take(&producer, 7, BASE_MS));
	ck_assert(take(&producer, 6, BASE_MS));
	commit(BASE_MS);
	ck_assert(!take(&producer, 6, BASE_MS));
}
END_TEST

START_TEST(what_was_taken_in_vain_comes_again)
{
	ck_assert(take(&producer, 1, BASE_MS));
	store_write_abort(txn);
	txn = fixture_write_begin(store);
	seen_begin(&seen);
	ck_assert(take(&producer, 1, BASE_MS));
}
END_TEST

START_TEST(a_transaction_has_room_for_so_many_producers)
{
	struct ticket ticket = { .number = 1 };
	bool is_first;

	for (int i = 0; i < SEEN_PRODUCERS_MAX; i++) {
		ck_assert(seen_has_room(&seen));
		producer_make(&ticket.producer);
		ck_assert(take(&ticket.producer, 1, BASE_MS));
	}
	ck_assert(!seen_has_room(&seen));
	/* Those that are there may send more. */
	ck_assert(take(&ticket.producer, 2, BASE_MS));
	producer_make(&ticket.producer);
	ck_assert_int_eq(seen_take(&seen, txn, &ticket, BASE_MS, &is_first),
	    ERR_OVERLOAD);
	ck_assert(!is_first);
	commit(BASE_MS);
	ck_assert(take(&ticket.producer, 1, BASE_MS));
}
END_TEST

/* By the log's time, which other producers move. */
START_TEST(a_producer_that_is_silent_is_forgotten)
{
	struct producer other;
	struct producer_window window;

	producer_make(&other);
	take(&producer, 1, BASE_MS);
	commit(BASE_MS);
	take(&other, 1, BASE_MS + PRODUCER_MS);
	commit(BASE_MS + PRODUCER_MS);
	ck_assert_int_eq(store_producer_get(txn, &producer, &window),
	    ERR_NONE);
	ck_assert_uint_eq(window.highest, 0);
	ck_assert_int_eq(store_producer_get(txn, &other, &window), ERR_NONE);
	ck_assert_uint_eq(window.highest, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("seen");
	TCase *tests = tcase_create("seen");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_ticket_comes_once_in_a_transaction);
	tcase_add_test(tests, a_ticket_comes_once_in_all_transactions);
	tcase_add_test(tests, what_was_taken_in_vain_comes_again);
	tcase_add_test(tests, a_transaction_has_room_for_so_many_producers);
	tcase_add_test(tests, a_producer_that_is_silent_is_forgotten);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
