/* test_senders.c - whose keys may record, each looked up once. */
#include "record/senders.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "record/changes.h"
#include "record_fixture.h"
#include "store/api_keys.h"
#include "store/store.h"
#include "suite.h"

#define NOW_MS INT64_C(1700000000000)

struct test {
	struct record_fixture fixture;
	struct senders *senders;
};

static void
open_test(struct test *test)
{
	record_fixture_open(&test->fixture, FIXTURE_MAP_BYTES);
	test->senders = malloc(sizeof(*test->senders));
	ck_assert_ptr_nonnull(test->senders);
	senders_init(test->senders);
}

static void
close_test(struct test *test)
{
	free(test->senders);
	record_fixture_close(&test->fixture);
}

static struct message_request
request_of(uint32_t organization, const char *id)
{
	struct message_request request = { .organization = organization };

	snprintf(request.api_key_id, sizeof(request.api_key_id), "%s", id);
	return request;
}

static enum message_outcome
check(struct test *test, const struct message_request *request)
{
	struct store_txn *txn = NULL;
	enum message_outcome outcome;

	ck_assert_int_eq(store_read_begin(test->fixture.store, &txn),
	    ERR_NONE);
	ck_assert_int_eq(senders_check(test->senders, txn, request, NOW_MS,
	    &outcome), ERR_NONE);
	store_read_end(txn);
	return outcome;
}

static const struct {
	enum api_key_status status;
	unsigned int scopes;
	int64_t expires_ms;
	bool is_others;
	bool is_removed;
	enum message_outcome outcome;
} rows[] = {
	{ .outcome = MESSAGE_RECORDED },
	{ .scopes = SCOPE_EVENTS_READ | SCOPE_EVENTS_WRITE,
	    .outcome = MESSAGE_RECORDED },
	{ .expires_ms = NOW_MS + 1, .outcome = MESSAGE_RECORDED },
	{ .expires_ms = NOW_MS, .outcome = MESSAGE_GONE },
	{ .status = API_KEY_DISABLED, .outcome = MESSAGE_GONE },
	{ .scopes = SCOPE_EVENTS_READ, .outcome = MESSAGE_GONE },
	{ .is_others = true, .outcome = MESSAGE_GONE },
	{ .is_removed = true, .outcome = MESSAGE_GONE },
};

START_TEST(a_key_records_while_it_may_write)
{
	struct api_key key = {
		.status = rows[_i].status,
		.scopes = rows[_i].scopes,
		.expires_ms = rows[_i].expires_ms,
	};
	struct message_request request;
	struct store_txn *txn;
	struct test test;

	open_test(&test);
	record_fixture_add_key(&test.fixture, rows[_i].is_others ?
	    &test.fixture.other : &test.fixture.acme, &key);
	if (rows[_i].is_removed) {
		txn = record_fixture_write(&test.fixture);
		ck_assert_int_eq(store_api_key_remove(txn, key.id), ERR_NONE);
		record_fixture_commit(txn);
	}
	request = request_of(test.fixture.acme.number, key.id);
	ck_assert_int_eq(check(&test, &request), rows[_i].outcome);
	ck_assert_int_eq(check(&test, &request), rows[_i].outcome);
	ck_assert_uint_eq(test.senders->count, 1);
	close_test(&test);
}
END_TEST

START_TEST(an_organization_that_goes_takes_its_keys_along)
{
	struct api_key key = { .organization = 0 };
	struct message_request request;
	struct store_txn *txn;
	struct test test;

	open_test(&test);
	record_fixture_add_key(&test.fixture, &test.fixture.acme, &key);
	txn = record_fixture_write(&test.fixture);
	ck_assert_int_eq(change_organization_remove(txn,
	    test.fixture.acme.number), ERR_NONE);
	record_fixture_commit(txn);
	request = request_of(test.fixture.acme.number, key.id);
	ck_assert_int_eq(check(&test, &request), MESSAGE_GONE);
	request = request_of(99, key.id);
	ck_assert_int_eq(check(&test, &request), MESSAGE_GONE);
	close_test(&test);
}
END_TEST

START_TEST(what_is_damaged_is_looked_up_once_as_well)
{
	struct api_key key = { .name = "a name of its own" };
	struct message_request request;
	struct test test;

	open_test(&test);
	record_fixture_add_key(&test.fixture, &test.fixture.acme, &key);
	record_fixture_damage(&test.fixture, key.name);
	request = request_of(test.fixture.acme.number, key.id);
	ck_assert_int_eq(check(&test, &request), MESSAGE_FAILED);
	ck_assert_int_eq(check(&test, &request), MESSAGE_FAILED);
	ck_assert_uint_eq(test.senders->count, 1);
	close_test(&test);
}
END_TEST

START_TEST(many_requests_of_one_key_are_one_look_up)
{
	struct message_request requests[64];
	struct api_key keys[2] = { { .organization = 0 } };
	struct test test;

	open_test(&test);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		record_fixture_add_key(&test.fixture, &test.fixture.acme,
		    &keys[i]);
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		requests[i] = request_of(test.fixture.acme.number,
		    keys[0].id);
		ck_assert_int_eq(check(&test, &requests[i]),
		    MESSAGE_RECORDED);
	}
	ck_assert_uint_eq(test.senders->count, 1);

	/* The same key for another organization is another sender. */
	requests[1] = request_of(test.fixture.acme.number, keys[1].id);
	ck_assert_int_eq(check(&test, &requests[1]), MESSAGE_RECORDED);
	requests[2] = request_of(test.fixture.other.number, keys[0].id);
	ck_assert_int_eq(check(&test, &requests[2]), MESSAGE_GONE);
	ck_assert_int_eq(check(&test, &requests[0]), MESSAGE_RECORDED);
	ck_assert_uint_eq(test.senders->count, 3);

	senders_init(test.senders);
	ck_assert_int_eq(check(&test, &requests[1]), MESSAGE_RECORDED);
	ck_assert_uint_eq(test.senders->count, 1);
	close_test(&test);
}
END_TEST

START_TEST(as_many_as_a_group_can_have_are_told_apart)
{
	struct message_request *requests = calloc(GROUP_REQUESTS_MAX,
	    sizeof(*requests));
	struct api_key key = { .organization = 0 };
	struct test test;
	char id[EVENT_ID_LEN + 1];

	ck_assert_ptr_nonnull(requests);
	open_test(&test);
	record_fixture_add_key(&test.fixture, &test.fixture.acme, &key);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < GROUP_REQUESTS_MAX; i++) {
			bool is_known = i == GROUP_REQUESTS_MAX / 2;

			snprintf(id, sizeof(id), "%021zu", i);
			requests[i] = request_of(test.fixture.acme.number,
			    is_known ? key.id : id);
			ck_assert_int_eq(check(&test, &requests[i]),
			    is_known ? MESSAGE_RECORDED : MESSAGE_GONE);
		}
	ck_assert_uint_eq(test.senders->count, GROUP_REQUESTS_MAX);
	close_test(&test);
	free(requests);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("senders");
	TCase *tcase = tcase_create("senders");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_key_records_while_it_may_write, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase, an_organization_that_goes_takes_its_keys_along);
	tcase_add_test(tcase, what_is_damaged_is_looked_up_once_as_well);
	tcase_add_test(tcase, many_requests_of_one_key_are_one_look_up);
	tcase_add_test(tcase, as_many_as_a_group_can_have_are_told_apart);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
