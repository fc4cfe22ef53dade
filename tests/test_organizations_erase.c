/* test_organizations_erase.c - what an organization owns goes with it. */
#include "store/organizations.h"

#include <stdio.h>

#include "model/api_key.h"
#include "record/changes.h"
#include "record_fixture.h"
#include "store/api_keys.h"
#include "store/check.h"
#include "store/idempotency.h"
#include "store/store.h"
#include "suite.h"

#define NOW_MS INT64_C(1700000000000)

static const struct pepper pepper = { { 1 } };

/* A key, and the event that tells of it. */
static void
add_key(struct record_fixture *fixture, const char *name,
    char id_out[EVENT_ID_LEN + 1])
{
	struct api_key key = { .organization = fixture->acme.number };
	struct store_txn *txn = record_fixture_write(fixture);
	char clear[API_KEY_LEN + 1];

	api_key_make(clear);
	api_key_describe(&key, &pepper, clear);
	snprintf(key.name, sizeof(key.name), "%s", name);
	ck_assert_int_eq(change_api_key_add(txn, &key, NOW_MS), ERR_NONE);
	record_fixture_commit(txn);
	snprintf(id_out, EVENT_ID_LEN + 1, "%s", key.id);
}

static void
mark_removed(struct record_fixture *fixture)
{
	struct store_txn *txn = record_fixture_write(fixture);

	ck_assert_int_eq(change_organization_remove(txn,
	    fixture->acme.number), ERR_NONE);
	record_fixture_commit(txn);
}

static void
report(const char *fault, void *arg)
{
	(void)arg;
	ck_abort_msg("%s", fault);
}

static void
check_whole(struct record_fixture *fixture)
{
	struct check_result result;
	struct store_txn *txn = NULL;

	ck_assert_int_eq(store_read_begin(fixture->store, &txn), ERR_NONE);
	ck_assert_int_eq(store_check(txn, report, NULL, NULL, &result),
	    ERR_NONE);
	store_read_end(txn);
}

static void
put_idempotency(struct record_fixture *fixture, uint32_t organization)
{
	struct idempotency_record record = {
		.created_ms = NOW_MS,
		.place_count = 1,
	};
	struct cursor place = { NOW_MS, "000000000000000000000" };
	struct store_txn *txn = record_fixture_write(fixture);

	ck_assert_int_eq(store_idempotency_put(txn, organization, "key",
	    &record, &place), ERR_NONE);
	record_fixture_commit(txn);
}

static enum error
erase(struct record_fixture *fixture, unsigned int max,
    struct erase_result *result)
{
	struct store_txn *txn = record_fixture_write(fixture);
	enum error err = store_organization_erase_some(txn,
	    fixture->acme.number, max, result);

	record_fixture_commit(txn);
	return err;
}

START_TEST(an_organization_is_erased_in_steps_and_alone)
{
	struct record_fixture fixture;
	struct erase_result result;
	struct organization found;
	struct store_txn *txn = NULL;
	struct api_key key;
	char id[EVENT_ID_LEN + 1];
	int steps = 0;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	for (int i = 0; i < 30; i++)
		add_key(&fixture, "name", id);
	put_idempotency(&fixture, fixture.acme.number);
	put_idempotency(&fixture, fixture.other.number);
	ck_assert_int_eq(erase(&fixture, 5, &result), ERR_MEANING);
	mark_removed(&fixture);
	do {
		ck_assert_int_eq(erase(&fixture, 5, &result), ERR_NONE);
		/* Whatever a crash leaves is whole. */
		check_whole(&fixture);
		steps++;
	} while (!result.is_done && steps < 100);
	ck_assert_int_gt(steps, 6);
	ck_assert(result.is_done);
	ck_assert_int_eq(erase(&fixture, 5, &result), ERR_NOT_FOUND);

	ck_assert_int_eq(store_read_begin(fixture.store, &txn), ERR_NONE);
	ck_assert_int_eq(store_api_key_get(txn, id, &key), ERR_NOT_FOUND);
	ck_assert_int_eq(store_organization_find(txn, "acme", &found),
	    ERR_NOT_FOUND);
	ck_assert_int_eq(store_organization_find(txn, "other", &found),
	    ERR_NONE);
	store_read_end(txn);
	ck_assert_uint_eq(record_fixture_count(&fixture,
	    fixture.acme.number), 0);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(what_is_damaged_is_erased_too)
{
	struct record_fixture fixture;
	struct erase_result result;
	char id[EVENT_ID_LEN + 1];

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	add_key(&fixture, "a name of its own", id);
	record_fixture_damage(&fixture, "a name of its own");
	mark_removed(&fixture);
	ck_assert_int_eq(erase(&fixture, 100, &result), ERR_NONE);
	ck_assert(result.is_done);
	ck_assert_uint_eq(result.api_keys, 1);
	ck_assert_uint_eq(result.blocks, 1);
	ck_assert_uint_eq(result.events, 0);
	check_whole(&fixture);
	record_fixture_close(&fixture);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("organizations_erase");
	TCase *tcase = tcase_create("organizations_erase");

	tcase_add_test(tcase, an_organization_is_erased_in_steps_and_alone);
	tcase_add_test(tcase, what_is_damaged_is_erased_too);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
