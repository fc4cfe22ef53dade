/* test_chores.c - what the recorder does beside taking events in. */
#include "recorder/chores.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/api_key.h"
#include "record/changes.h"
#include "record_fixture.h"
#include "shared/last_used.h"
#include "shared/shared.h"
#include "store/api_keys.h"
#include "store/check.h"
#include "store/idempotency.h"
#include "store/organizations.h"
#include "store/store.h"
#include "suite.h"

enum { ROUNDS_MAX = 1000, KEYS = 400 };

static const struct pepper pepper = { { 1 } };

struct test {
	struct record_fixture fixture;
	struct shared *shared;
	struct chores chores;
	int64_t now_ms;
};

static void
open_test(struct test *test, int64_t retention_ms)
{
	*test = (struct test){ .now_ms = 1000 };
	record_fixture_open(&test->fixture, FIXTURE_MAP_BYTES);
	ck_assert_int_eq(shared_new(test->fixture.directory, &test->shared),
	    ERR_NONE);
	chores_init(&test->chores, test->fixture.store, test->shared,
	    retention_ms);
}

static void
close_test(struct test *test)
{
	shared_free(test->shared);
	record_fixture_close(&test->fixture);
}

/* Everything that is due for so long, in the time of the test. */
static void
work(struct test *test, int64_t for_ms)
{
	int64_t end_ms = test->now_ms + for_ms;

	for (int i = 0; i < ROUNDS_MAX && test->now_ms < end_ms; i++) {
		ck_assert_int_eq(chores_work(&test->chores, test->now_ms),
		    ERR_NONE);
		ck_assert_int_gt(chores_due_ms(&test->chores),
		    test->now_ms);
		test->now_ms = chores_due_ms(&test->chores);
	}
	ck_assert_int_ge(test->now_ms, end_ms);
}

static void
add_keys(struct test *test, struct api_key *keys, size_t count)
{
	struct store_txn *txn = record_fixture_write(&test->fixture);

	for (size_t i = 0; i < count; i++) {
		char clear[API_KEY_LEN + 1];

		keys[i] = (struct api_key){
			.organization = test->fixture.acme.number,
			.name = "name",
		};
		api_key_make(clear);
		api_key_describe(&keys[i], &pepper, clear);
		ck_assert_int_eq(change_api_key_add(txn, &keys[i],
		    clock_now_ms()), ERR_NONE);
	}
	record_fixture_commit(txn);
}

static struct store_stat
stat_of(struct test *test)
{
	struct store_txn *txn = NULL;
	struct store_stat stat;

	ck_assert_int_eq(store_read_begin(test->fixture.store, &txn),
	    ERR_NONE);
	ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
	store_read_end(txn);
	return stat;
}

static void
report(const char *fault, void *arg)
{
	(void)arg;
	ck_abort_msg("%s", fault);
}

static void
put_idempotency(struct store_txn *txn, uint32_t organization, int number,
    int64_t created_ms)
{
	struct idempotency_record record = {
		.created_ms = created_ms,
		.place_count = 1,
	};
	struct cursor place = { 1657027948150, "000000000000000000000" };
	char key[16];

	snprintf(key, sizeof(key), "k%d", number);
	ck_assert_int_eq(store_idempotency_put(txn, organization, key,
	    &record, &place), ERR_NONE);
}

START_TEST(removals_that_a_crash_left_are_finished)
{
	struct api_key *keys = calloc(KEYS, sizeof(*keys));
	struct check_result result;
	struct store_txn *txn;
	struct test test;

	open_test(&test, DAY_MS);
	add_keys(&test, keys, KEYS);
	txn = record_fixture_write(&test.fixture);
	for (int i = 0; i < KEYS; i++)
		put_idempotency(txn, test.fixture.acme.number, i,
		    clock_now_ms());
	ck_assert_int_eq(change_organization_remove(txn,
	    test.fixture.acme.number), ERR_NONE);
	ck_assert_int_eq(change_organization_remove(txn,
	    test.fixture.other.number), ERR_NONE);
	record_fixture_commit(txn);

	work(&test, 5 * SECOND_MS);
	ck_assert_uint_eq(stat_of(&test).organizations, 0);
	ck_assert_uint_eq(stat_of(&test).api_keys, 0);
	ck_assert_uint_eq(stat_of(&test).events, 0);
	ck_assert_uint_eq(stat_of(&test).idempotency_keys, 0);
	txn = NULL;
	ck_assert_int_eq(store_read_begin(test.fixture.store, &txn),
	    ERR_NONE);
	ck_assert_int_eq(store_check(txn, report, NULL, NULL, &result),
	    ERR_NONE);
	store_read_end(txn);
	free(keys);
	close_test(&test);
}
END_TEST

static size_t
count_of(const char *text, const char *wanted)
{
	size_t count = 0;

	for (text = strstr(text, wanted); text != NULL;
	    text = strstr(text + 1, wanted))
		count++;
	return count;
}

START_TEST(a_damaged_organization_keeps_no_other_from_its_removal)
{
	char log[4096] = "";
	int saved = dup(STDERR_FILENO);
	int ends[2];
	struct store_txn *txn;
	struct test test;

	open_test(&test, DAY_MS);
	txn = record_fixture_write(&test.fixture);
	ck_assert_int_eq(change_organization_remove(txn,
	    test.fixture.other.number), ERR_NONE);
	record_fixture_commit(txn);
	record_fixture_damage(&test.fixture, test.fixture.acme.name);
	ck_assert_int_lt(test.fixture.acme.number,
	    test.fixture.other.number);
	chores_init(&test.chores, test.fixture.store, test.shared, DAY_MS);

	/* Several searches; the damage is told by the first of them. */
	ck_assert_int_eq(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	work(&test, 25 * SECOND_MS);
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	ck_assert_int_gt(read(ends[0], log, sizeof(log) - 1), 0);
	ck_assert_uint_eq(count_of(log, "a stored record is damaged"), 1);
	ck_assert_uint_eq(count_of(log, "removal is finished"), 1);
	ck_assert_uint_eq(stat_of(&test).organizations, 1);
	close(ends[0]);
	close(ends[1]);
	close(saved);
	close_test(&test);
}
END_TEST

START_TEST(what_is_too_old_leaves_in_steps)
{
	struct api_key *keys = calloc(KEYS, sizeof(*keys));
	struct store_txn *txn;
	struct test test;

	/* Of events; idempotency keys have a day. */
	open_test(&test, -HOUR_MS);
	add_keys(&test, keys, KEYS);
	txn = record_fixture_write(&test.fixture);
	for (int i = 0; i < 2 * KEYS; i++)
		put_idempotency(txn, test.fixture.acme.number, i,
		    clock_now_ms() - (i < KEYS ? 2 : 0) * DAY_MS);
	record_fixture_commit(txn);
	work(&test, 5 * SECOND_MS);
	ck_assert_uint_eq(stat_of(&test).events, 0);
	ck_assert_uint_eq(test.chores.pruned, KEYS);
	ck_assert_uint_eq(stat_of(&test).idempotency_keys, KEYS);
	ck_assert_uint_eq(stat_of(&test).api_keys, KEYS);
	free(keys);
	close_test(&test);
}
END_TEST

START_TEST(uses_of_keys_come_into_the_store)
{
	struct api_key *keys = calloc(KEYS, sizeof(*keys));
	struct store_txn *txn = NULL;
	struct api_key key;
	struct test test;
	int64_t used_ms = clock_now_ms() - HOUR_MS;
	size_t saved = 0;

	open_test(&test, DAY_MS);
	add_keys(&test, keys, KEYS);
	for (size_t i = 0; i < KEYS; i++)
		last_used_touch(test.shared, keys[i].id, used_ms);
	last_used_touch(test.shared, "nobodynobodynobody000", used_ms);
	work(&test, 5 * SECOND_MS);
	ck_assert_int_eq(store_read_begin(test.fixture.store, &txn),
	    ERR_NONE);
	for (size_t i = 0; i < KEYS; i++) {
		ck_assert_int_eq(store_api_key_get(txn, keys[i].id, &key),
		    ERR_NONE);
		saved += key.last_used_ms == used_ms;
	}
	store_read_end(txn);
	ck_assert_uint_eq(saved, KEYS);
	free(keys);
	close_test(&test);
}
END_TEST

START_TEST(a_use_before_the_end_is_kept)
{
	struct store_txn *txn = NULL;
	struct api_key made;
	struct api_key key;
	struct test test;
	int64_t used_ms = clock_now_ms();

	open_test(&test, DAY_MS);
	add_keys(&test, &made, 1);
	work(&test, SECOND_MS);
	last_used_touch(test.shared, made.id, used_ms);
	chores_finish(&test.chores);
	ck_assert_int_eq(store_read_begin(test.fixture.store, &txn),
	    ERR_NONE);
	ck_assert_int_eq(store_api_key_get(txn, made.id, &key), ERR_NONE);
	store_read_end(txn);
	ck_assert_int_eq(key.last_used_ms, used_ms);
	close_test(&test);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chores");
	TCase *tcase = tcase_create("chores");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, removals_that_a_crash_left_are_finished);
	tcase_add_test(tcase,
	    a_damaged_organization_keeps_no_other_from_its_removal);
	tcase_add_test(tcase, what_is_too_old_leaves_in_steps);
	tcase_add_test(tcase, uses_of_keys_come_into_the_store);
	tcase_add_test(tcase, a_use_before_the_end_is_kept);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
