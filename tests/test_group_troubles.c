/* test_group_troubles.c - what goes wrong with some requests of a group. */
#include <string.h>

#include "group_fixture.h"
#include "record/changes.h"
#include "store/api_keys.h"
#include "store/store.h"
#include "suite.h"

START_TEST(an_organization_that_is_gone_harms_no_other)
{
	struct record_ask ask = { .organization = 99 };
	struct store_txn *txn;
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	txn = record_fixture_write(&test.fixture);
	ck_assert_int_eq(change_organization_remove(txn,
	    test.fixture.other.number), ERR_NONE);
	record_fixture_commit(txn);
	ck_assert(group_fixture_add(&test, &ask));
	ask.organization = test.fixture.acme.number;
	ck_assert(group_fixture_add(&test, &ask));
	ask.organization = test.fixture.other.number;
	ck_assert(group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	ck_assert_int_eq(test.answers[0].outcome, MESSAGE_GONE);
	ck_assert_int_eq(test.answers[1].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(test.answers[2].outcome, MESSAGE_GONE);
	ck_assert_uint_eq(test.result.recorded, 1);
	ck_assert_uint_eq(group_fixture_count(&test,
	    test.fixture.other.number), 0);
	group_fixture_close(&test);
}
END_TEST

/* Nor does it get the first answer again. */
START_TEST(a_key_that_is_revoked_harms_no_other)
{
	struct record_ask ask = { .key = "k" };
	struct api_key revoked = { .organization = 0 };
	struct store_txn *txn;
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	record_fixture_add_key(&test.fixture, &test.fixture.acme, &revoked);
	ask.organization = test.fixture.acme.number;
	ask.api_key_id = revoked.id;
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_RECORDED);
	txn = record_fixture_write(&test.fixture);
	ck_assert_int_eq(store_api_key_remove(txn, revoked.id), ERR_NONE);
	record_fixture_commit(txn);

	ck_assert(group_fixture_add(&test, &ask));
	ask.api_key_id = NULL;
	ck_assert(group_fixture_add(&test, &ask));
	ask.key = NULL;
	ck_assert(group_fixture_add(&test, &ask));
	ask.api_key_id = revoked.id;
	ck_assert(group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	ck_assert_int_eq(test.answers[0].outcome, MESSAGE_GONE);
	ck_assert_int_eq(test.answers[1].outcome, MESSAGE_REPLAYED);
	ck_assert_int_eq(test.answers[2].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(test.answers[3].outcome, MESSAGE_GONE);
	ck_assert_uint_eq(group_fixture_count(&test, ask.organization), 2);
	group_fixture_close(&test);
}
END_TEST

/* As when a restore brings a store in which others have the numbers. */
START_TEST(a_message_records_for_no_other_of_the_same_number)
{
	struct record_ask ask = { .event_count = 1 };
	struct api_key key_before;
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	key_before = test.acme_key;
	group_fixture_close(&test);
	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	ask.organization = key_before.organization;
	ck_assert_uint_eq(test.fixture.acme.number, ask.organization);
	ask.api_key_id = key_before.id;
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_GONE);
	ck_assert_uint_eq(group_fixture_count(&test, ask.organization), 0);
	group_fixture_close(&test);
}
END_TEST

START_TEST(a_damaged_block_fails_its_own_requests_alone)
{
	struct record_ask ask = { .type = "queue_broken" };
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_RECORDED);
	group_fixture_damage(&test, "queue_broken");

	ck_assert(group_fixture_add(&test, &ask));
	ask.type = "message_added";
	ck_assert(group_fixture_add(&test, &ask));
	ask.type = "queue_added";
	ask.organization = test.fixture.other.number;
	ck_assert(group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	ck_assert_int_eq(test.answers[0].outcome, MESSAGE_FAILED);
	ck_assert_int_eq(test.answers[1].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(test.answers[2].outcome, MESSAGE_RECORDED);
	ck_assert_uint_eq(test.result.commits, 1);
	ck_assert(!test.result.is_broken);
	group_fixture_close(&test);
}
END_TEST

START_TEST(a_damaged_key_fails_its_own_request_alone)
{
	struct record_ask ask = { .key = "broken-key" };
	struct group_fixture test;
	char id[EVENT_ID_LEN + 1];

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_RECORDED);
	/* The event's id is in its block, too, so that this request goes
	 * into another category. */
	memcpy(id, test.answers[0].places[0].id, sizeof(id));
	group_fixture_damage(&test, id);
	ask.type = "message_added";
	ck_assert(group_fixture_add(&test, &ask));
	ask.key = "whole-key";
	ck_assert(group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	ck_assert_int_eq(test.answers[0].outcome, MESSAGE_FAILED);
	ck_assert_int_eq(test.answers[1].outcome, MESSAGE_RECORDED);
	group_fixture_close(&test);
}
END_TEST

START_TEST(a_full_store_refuses_and_keeps_what_it_has)
{
	struct record_ask ask = { .event_count = RECORD_EVENTS_MAX };
	struct group_fixture test;
	size_t recorded = 0;

	group_fixture_open(&test, 2 * 1024 * 1024);
	ask.organization = test.fixture.acme.number;
	while (recorded < 100 &&
	    group_fixture_ask(&test, &ask) == MESSAGE_RECORDED)
		recorded++;
	ck_assert_uint_gt(recorded, 2);
	ck_assert_uint_lt(recorded, 100);
	ck_assert_int_eq(test.answers[0].outcome, MESSAGE_FULL);
	ck_assert(test.result.is_full);
	ck_assert(!test.result.is_broken);
	ck_assert_uint_eq(group_fixture_count(&test, ask.organization),
	    recorded * RECORD_EVENTS_MAX);
	group_fixture_close(&test);
}
END_TEST

START_TEST(a_group_that_is_too_much_is_put_as_far_as_there_is_room)
{
	struct record_ask ask = { .event_count = RECORD_EVENTS_MAX };
	struct group_fixture test;
	size_t recorded = 0;

	group_fixture_open(&test, 1024 * 1024);
	ask.organization = test.fixture.acme.number;
	for (size_t i = 0; i < 8; i++)
		ck_assert(group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	for (size_t i = 0; i < 8; i++) {
		ck_assert(test.answers[i].outcome == MESSAGE_RECORDED ||
		    test.answers[i].outcome == MESSAGE_FULL);
		recorded += test.answers[i].outcome == MESSAGE_RECORDED;
	}
	ck_assert_uint_gt(recorded, 0);
	ck_assert_uint_lt(recorded, 8);
	ck_assert_uint_eq(test.result.recorded, recorded);
	ck_assert_uint_eq(group_fixture_count(&test, ask.organization),
	    recorded * RECORD_EVENTS_MAX);
	group_fixture_close(&test);
}
END_TEST

/* Both in a group that meets a full store, and in one that is refused while
 * it is left alone. */
static void
check_what_needs_no_room(struct group_fixture *test, bool is_left_alone)
{
	struct record_ask repeat = { .key = "k" };
	struct record_ask reuse = { .key = "k", .body = "another" };
	struct record_ask new = { .key = "new" };
	uint32_t gone = 99;

	repeat.organization = test->fixture.acme.number;
	reuse.organization = new.organization = repeat.organization;
	ck_assert(group_fixture_add(test, &new));
	ck_assert(group_fixture_add(test, &repeat));
	ck_assert(group_fixture_add(test, &reuse));
	/* It has the key of one that was not recorded either. */
	new.body = "another";
	ck_assert(group_fixture_add(test, &new));
	new.organization = gone;
	ck_assert(group_fixture_add(test, &new));
	if (is_left_alone)
		group_fixture_refuse_full(test);
	else
		group_fixture_commit(test);
	ck_assert_int_eq(test->answers[0].outcome, MESSAGE_FULL);
	ck_assert_int_eq(test->answers[1].outcome, MESSAGE_REPLAYED);
	ck_assert_uint_eq(test->answers[1].place_count, 1);
	ck_assert_int_eq(test->answers[2].outcome, MESSAGE_MISMATCH);
	ck_assert_int_eq(test->answers[3].outcome, MESSAGE_FULL);
	ck_assert_int_eq(test->answers[4].outcome, MESSAGE_GONE);
}

START_TEST(what_needs_no_room_is_answered_by_a_full_store)
{
	struct record_ask first = { .key = "k" };
	struct record_ask fill = { .event_count = RECORD_EVENTS_MAX };
	struct group_fixture test;
	struct cursor place;

	group_fixture_open(&test, 2 * 1024 * 1024);
	first.organization = fill.organization = test.fixture.acme.number;
	ck_assert_int_eq(group_fixture_ask(&test, &first), MESSAGE_RECORDED);
	place = test.answers[0].places[0];
	while (group_fixture_ask(&test, &fill) == MESSAGE_RECORDED)
		continue;
	/* Until nothing at all fits any more. */
	fill.event_count = 1;
	while (group_fixture_ask(&test, &fill) == MESSAGE_RECORDED)
		continue;

	check_what_needs_no_room(&test, false);
	ck_assert(test.result.is_full);
	ck_assert_int_eq(cursor_compare(&test.answers[1].places[0], &place),
	    0);
	check_what_needs_no_room(&test, true);
	ck_assert_int_eq(cursor_compare(&test.answers[1].places[0], &place),
	    0);
	ck_assert_int_eq(group_fixture_ask(&test, &first), MESSAGE_REPLAYED);
	first.event_count = 2;
	ck_assert_int_eq(group_fixture_ask(&test, &first), MESSAGE_MISMATCH);
	group_fixture_close(&test);
}
END_TEST

/* What comes behind those that are not tried any more. */
START_TEST(a_repeat_in_a_group_that_is_too_much_is_answered)
{
	struct record_ask ask = { .key = "k" };
	struct group_fixture test;

	group_fixture_open(&test, 1024 * 1024);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(group_fixture_ask(&test, &ask), MESSAGE_RECORDED);
	ask = (struct record_ask){
		.organization = ask.organization,
		.event_count = RECORD_EVENTS_MAX,
	};
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(group_fixture_ask(&test, &ask),
		    MESSAGE_RECORDED);
	for (size_t i = 0; i < 7; i++)
		ck_assert(group_fixture_add(&test, &ask));
	ask.key = "k";
	ask.event_count = 1;
	ck_assert(group_fixture_add(&test, &ask));
	group_fixture_commit(&test);
	for (size_t i = 4; i < 7; i++)
		ck_assert_int_eq(test.answers[i].outcome, MESSAGE_FULL);
	ck_assert_int_eq(test.answers[7].outcome, MESSAGE_REPLAYED);
	group_fixture_close(&test);
}
END_TEST

START_TEST(a_refused_group_puts_nothing)
{
	struct record_ask ask = { 0 };
	struct group_fixture test;

	group_fixture_open(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert(group_fixture_add(&test, &ask));
	ck_assert(group_fixture_add(&test, &ask));
	test.answer_count = 0;
	group_refuse(test.group, MESSAGE_STOPPING, group_fixture_note,
	    &test);
	ck_assert_uint_eq(test.answer_count, 2);
	ck_assert_int_eq(test.answers[1].outcome, MESSAGE_STOPPING);
	ck_assert_uint_eq(group_count(test.group), 0);
	ck_assert_uint_eq(group_fixture_count(&test, ask.organization), 0);
	buffer_clear(&test.messages[0]);
	buffer_clear(&test.messages[1]);
	group_fixture_close(&test);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("group_troubles");
	TCase *tcase = tcase_create("group_troubles");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, an_organization_that_is_gone_harms_no_other);
	tcase_add_test(tcase, a_key_that_is_revoked_harms_no_other);
	tcase_add_test(tcase,
	    a_message_records_for_no_other_of_the_same_number);
	tcase_add_test(tcase, a_damaged_block_fails_its_own_requests_alone);
	tcase_add_test(tcase, a_damaged_key_fails_its_own_request_alone);
	tcase_add_test(tcase, a_full_store_refuses_and_keeps_what_it_has);
	tcase_add_test(tcase,
	    a_group_that_is_too_much_is_put_as_far_as_there_is_room);
	tcase_add_test(tcase, what_needs_no_room_is_answered_by_a_full_store);
	tcase_add_test(tcase,
	    a_repeat_in_a_group_that_is_too_much_is_answered);
	tcase_add_test(tcase, a_refused_group_puts_nothing);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
