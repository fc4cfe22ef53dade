/* test_group.c - many requests in one commit. */
#include "record/group.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "record/changes.h"
#include "record_fixture.h"
#include "store/store.h"
#include "suite.h"

enum { ASKS_MAX = 64, RETENTION_MS = DAY_MS };

/* What a request of a test was answered. */
struct answer {
	uint64_t sequence;
	enum message_outcome outcome;
	size_t place_count;
	struct cursor places[RECORD_EVENTS_MAX];
};

static struct answer answers[ASKS_MAX];
static size_t answer_count;

struct test {
	struct record_fixture fixture;
	struct group *group;
	struct group_result result;
	struct buffer messages[ASKS_MAX];
	size_t message_count;
};

static void
open_test(struct test *test, int64_t map_bytes)
{
	memset(test, 0, sizeof(*test));
	record_fixture_open(&test->fixture, map_bytes);
	ck_assert_int_eq(group_new(test->fixture.store, RETENTION_MS,
	    &test->group), ERR_NONE);
}

static void
close_test(struct test *test)
{
	group_free(test->group);
	record_fixture_close(&test->fixture);
}

/* The answers come in the order of the requests, each to its own asker. */
static void
note(void *asker, uint64_t sequence, enum message_outcome outcome,
    const struct cursor *places, size_t place_count, void *arg)
{
	struct answer *answer = asker;

	ck_assert_ptr_eq(arg, answers);
	ck_assert_ptr_eq(answer, &answers[answer_count++]);
	*answer = (struct answer){
		.sequence = sequence,
		.outcome = outcome,
		.place_count = place_count,
	};
	memcpy(answer->places, places, place_count * sizeof(places[0]));
}

static bool
add(struct test *test, const struct record_ask *ask)
{
	struct buffer *message = &test->messages[test->message_count];
	struct message_request request;
	bool is_added;

	record_fixture_message(message, ask);
	message_set_sequence(message, test->message_count);
	ck_assert_int_eq(message_read_request(message->bytes, message->len,
	    &request), ERR_NONE);
	is_added = group_add(test->group, &request,
	    &answers[test->message_count]);
	if (is_added)
		test->message_count++;
	else
		buffer_clear(message);
	return is_added;
}

static void
commit(struct test *test)
{
	answer_count = 0;
	group_commit(test->group, note, answers, &test->result);
	ck_assert_uint_eq(answer_count, test->message_count);
	ck_assert_uint_eq(group_count(test->group), 0);
	for (size_t i = 0; i < test->message_count; i++) {
		ck_assert_uint_eq(answers[i].sequence, i);
		buffer_clear(&test->messages[i]);
	}
	test->message_count = 0;
}

/* One request alone, and what came of it. */
static enum message_outcome
ask_one(struct test *test, const struct record_ask *ask)
{
	ck_assert(add(test, ask));
	commit(test);
	return answers[0].outcome;
}

static size_t
count(struct test *test, uint32_t organization)
{
	return record_fixture_count(&test->fixture, organization);
}

START_TEST(many_requests_are_one_commit)
{
	struct record_ask ask = { .event_count = 3 };
	struct test test;

	open_test(&test, FIXTURE_MAP_BYTES);
	for (size_t i = 0; i < ASKS_MAX; i++) {
		ask.organization = i % 2 == 0 ? test.fixture.acme.number :
		    test.fixture.other.number;
		ck_assert(add(&test, &ask));
	}
	commit(&test);
	ck_assert_uint_eq(test.result.commits, 1);
	ck_assert_uint_eq(test.result.requests, ASKS_MAX);
	ck_assert_uint_eq(test.result.recorded, ASKS_MAX);
	ck_assert_uint_eq(test.result.events, 3 * ASKS_MAX);
	ck_assert_uint_eq(count(&test, test.fixture.acme.number),
	    3 * ASKS_MAX / 2);
	close_test(&test);
}
END_TEST

START_TEST(places_are_those_of_the_events_in_order)
{
	struct record_ask ask = { .event_count = 10 };
	struct test test;
	struct cursor last = { 0 };

	open_test(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert(add(&test, &ask));
	ck_assert(add(&test, &ask));
	commit(&test);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(answers[i].outcome, MESSAGE_RECORDED);
		ck_assert_uint_eq(answers[i].place_count, 10);
		for (size_t k = 0; k < 10; k++) {
			ck_assert_int_gt(cursor_compare(
			    &answers[i].places[k], &last), 0);
			last = answers[i].places[k];
		}
	}
	close_test(&test);
}
END_TEST

START_TEST(a_repeat_is_answered_as_before_and_records_nothing)
{
	struct record_ask ask = { .key = "retry", .event_count = 5 };
	static struct answer first;
	struct test test;

	open_test(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(ask_one(&test, &ask), MESSAGE_RECORDED);
	first = answers[0];
	ck_assert_int_eq(ask_one(&test, &ask), MESSAGE_REPLAYED);
	ck_assert_uint_eq(answers[0].place_count, 5);
	ck_assert_mem_eq(answers[0].places, first.places,
	    sizeof(first.places));
	ck_assert_uint_eq(test.result.commits, 0);
	ck_assert_uint_eq(test.result.recorded, 0);
	ck_assert_uint_eq(count(&test, ask.organization), 5);
	close_test(&test);
}
END_TEST

START_TEST(a_key_is_remembered_by_the_next_process)
{
	struct record_ask ask = { .key = "retry" };
	struct test test;
	struct detail detail;

	open_test(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(ask_one(&test, &ask), MESSAGE_RECORDED);
	group_free(test.group);
	store_close(test.fixture.store);
	ck_assert_int_eq(store_open(test.fixture.directory, STORE_WRITE,
	    FIXTURE_MAP_BYTES, &test.fixture.store, &detail), ERR_NONE);
	ck_assert_int_eq(group_new(test.fixture.store, RETENTION_MS,
	    &test.group), ERR_NONE);
	ck_assert_int_eq(ask_one(&test, &ask), MESSAGE_REPLAYED);
	close_test(&test);
}
END_TEST

/* A second request under the first one's key: in the same group, and in the
 * next one. */
static const struct {
	const char *body;
	size_t event_count;
	bool is_others;		/* another organization's */
	enum message_outcome together;
	enum message_outcome later;
} key_rows[] = {
	{ "a body", 2, false, MESSAGE_REPLAYED, MESSAGE_REPLAYED },
	{ "another", 2, false, MESSAGE_CONFLICT, MESSAGE_MISMATCH },
	{ "another", 1, false, MESSAGE_CONFLICT, MESSAGE_MISMATCH },
	{ "a body", 3, false, MESSAGE_CONFLICT, MESSAGE_MISMATCH },
	{ "a body", 2, true, MESSAGE_RECORDED, MESSAGE_RECORDED },
	{ "another", 2, true, MESSAGE_RECORDED, MESSAGE_RECORDED },
};

START_TEST(a_key_names_one_request)
{
	struct record_ask first = { .key = "k", .event_count = 2 };
	struct record_ask second = {
		.key = "k",
		.body = key_rows[_i].body,
		.event_count = key_rows[_i].event_count,
	};
	struct test test;

	open_test(&test, FIXTURE_MAP_BYTES);
	first.organization = test.fixture.acme.number;
	second.organization = key_rows[_i].is_others ?
	    test.fixture.other.number : first.organization;
	ck_assert(add(&test, &first));
	ck_assert(add(&test, &second));
	commit(&test);
	ck_assert_int_eq(answers[0].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(answers[1].outcome, key_rows[_i].together);
	ck_assert_uint_eq(count(&test, first.organization), 2);

	first.key = second.key = "later";
	ck_assert_int_eq(ask_one(&test, &first), MESSAGE_RECORDED);
	ck_assert_int_eq(ask_one(&test, &second), key_rows[_i].later);
	ck_assert_uint_eq(count(&test, first.organization), 4);
	close_test(&test);
}
END_TEST

START_TEST(an_organization_that_is_gone_harms_no_other)
{
	struct record_ask ask = { .organization = 99 };
	struct store_txn *txn;
	struct test test;

	open_test(&test, FIXTURE_MAP_BYTES);
	txn = record_fixture_write(&test.fixture);
	ck_assert_int_eq(change_organization_remove(txn,
	    test.fixture.other.number), ERR_NONE);
	record_fixture_commit(txn);
	ck_assert(add(&test, &ask));
	ask.organization = test.fixture.acme.number;
	ck_assert(add(&test, &ask));
	ask.organization = test.fixture.other.number;
	ck_assert(add(&test, &ask));
	commit(&test);
	ck_assert_int_eq(answers[0].outcome, MESSAGE_GONE);
	ck_assert_int_eq(answers[1].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(answers[2].outcome, MESSAGE_GONE);
	ck_assert_uint_eq(test.result.recorded, 1);
	ck_assert_uint_eq(count(&test, test.fixture.other.number), 0);
	close_test(&test);
}
END_TEST

START_TEST(a_damaged_block_fails_its_own_requests_alone)
{
	struct record_ask ask = { .type = "queue_broken" };
	struct test test;

	open_test(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(ask_one(&test, &ask), MESSAGE_RECORDED);
	group_free(test.group);
	record_fixture_damage(&test.fixture, "queue_broken");
	ck_assert_int_eq(group_new(test.fixture.store, RETENTION_MS,
	    &test.group), ERR_NONE);

	ck_assert(add(&test, &ask));
	ask.type = "message_added";
	ck_assert(add(&test, &ask));
	ask.type = "queue_added";
	ask.organization = test.fixture.other.number;
	ck_assert(add(&test, &ask));
	commit(&test);
	ck_assert_int_eq(answers[0].outcome, MESSAGE_FAILED);
	ck_assert_int_eq(answers[1].outcome, MESSAGE_RECORDED);
	ck_assert_int_eq(answers[2].outcome, MESSAGE_RECORDED);
	ck_assert_uint_eq(test.result.commits, 1);
	ck_assert(!test.result.is_broken);
	close_test(&test);
}
END_TEST

START_TEST(a_damaged_key_fails_its_own_request_alone)
{
	struct record_ask ask = { .key = "broken-key" };
	struct test test;
	char id[EVENT_ID_LEN + 1];

	open_test(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert_int_eq(ask_one(&test, &ask), MESSAGE_RECORDED);
	/* The event's id is in its block, too, so that this request goes
	 * into another category. */
	memcpy(id, answers[0].places[0].id, sizeof(id));
	group_free(test.group);
	record_fixture_damage(&test.fixture, id);
	ck_assert_int_eq(group_new(test.fixture.store, RETENTION_MS,
	    &test.group), ERR_NONE);
	ask.type = "message_added";
	ck_assert(add(&test, &ask));
	ask.key = "whole-key";
	ck_assert(add(&test, &ask));
	commit(&test);
	ck_assert_int_eq(answers[0].outcome, MESSAGE_FAILED);
	ck_assert_int_eq(answers[1].outcome, MESSAGE_RECORDED);
	close_test(&test);
}
END_TEST

START_TEST(a_full_store_refuses_and_keeps_what_it_has)
{
	struct record_ask ask = { .event_count = RECORD_EVENTS_MAX };
	struct test test;
	size_t recorded = 0;

	open_test(&test, 2 * 1024 * 1024);
	ask.organization = test.fixture.acme.number;
	while (recorded < 100 && ask_one(&test, &ask) == MESSAGE_RECORDED)
		recorded++;
	ck_assert_uint_gt(recorded, 2);
	ck_assert_uint_lt(recorded, 100);
	ck_assert_int_eq(answers[0].outcome, MESSAGE_FULL);
	ck_assert(test.result.is_full);
	ck_assert(!test.result.is_broken);
	ck_assert_uint_eq(count(&test, ask.organization),
	    recorded * RECORD_EVENTS_MAX);
	close_test(&test);
}
END_TEST

START_TEST(a_group_that_is_too_much_is_put_as_far_as_there_is_room)
{
	struct record_ask ask = { .event_count = RECORD_EVENTS_MAX };
	struct test test;
	size_t recorded = 0;

	open_test(&test, 1024 * 1024);
	ask.organization = test.fixture.acme.number;
	for (size_t i = 0; i < 8; i++)
		ck_assert(add(&test, &ask));
	commit(&test);
	for (size_t i = 0; i < 8; i++) {
		ck_assert(answers[i].outcome == MESSAGE_RECORDED ||
		    answers[i].outcome == MESSAGE_FULL);
		recorded += answers[i].outcome == MESSAGE_RECORDED;
	}
	ck_assert_uint_gt(recorded, 0);
	ck_assert_uint_lt(recorded, 8);
	ck_assert_uint_eq(test.result.recorded, recorded);
	ck_assert_uint_eq(count(&test, ask.organization),
	    recorded * RECORD_EVENTS_MAX);
	close_test(&test);
}
END_TEST

START_TEST(a_group_has_a_bound_and_begins_anew)
{
	struct record_ask ask = { .event_count = RECORD_EVENTS_MAX };
	struct test test;

	open_test(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	for (size_t i = 0; i < GROUP_EVENTS_MAX / RECORD_EVENTS_MAX; i++)
		ck_assert(add(&test, &ask));
	ask.event_count = 1;
	ck_assert(!add(&test, &ask));
	commit(&test);
	ck_assert(add(&test, &ask));
	commit(&test);
	ck_assert_uint_eq(count(&test, ask.organization),
	    GROUP_EVENTS_MAX + 1);
	close_test(&test);
}
END_TEST

START_TEST(nothing_to_commit_is_no_commit)
{
	struct test test;

	open_test(&test, FIXTURE_MAP_BYTES);
	commit(&test);
	ck_assert_uint_eq(test.result.commits, 0);
	close_test(&test);
}
END_TEST

START_TEST(a_refused_group_fails_whole_and_puts_nothing)
{
	struct record_ask ask = { 0 };
	struct test test;

	open_test(&test, FIXTURE_MAP_BYTES);
	ask.organization = test.fixture.acme.number;
	ck_assert(add(&test, &ask));
	ck_assert(add(&test, &ask));
	answer_count = 0;
	group_refuse(test.group, note, answers);
	ck_assert_uint_eq(answer_count, 2);
	ck_assert_int_eq(answers[1].outcome, MESSAGE_FAILED);
	ck_assert_uint_eq(group_count(test.group), 0);
	ck_assert_uint_eq(count(&test, ask.organization), 0);
	buffer_clear(&test.messages[0]);
	buffer_clear(&test.messages[1]);
	close_test(&test);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("group");
	TCase *tcase = tcase_create("group");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, many_requests_are_one_commit);
	tcase_add_test(tcase, places_are_those_of_the_events_in_order);
	tcase_add_test(tcase,
	    a_repeat_is_answered_as_before_and_records_nothing);
	tcase_add_test(tcase, a_key_is_remembered_by_the_next_process);
	tcase_add_loop_test(tcase, a_key_names_one_request, 0,
	    COUNT_OF(key_rows));
	tcase_add_test(tcase, an_organization_that_is_gone_harms_no_other);
	tcase_add_test(tcase, a_damaged_block_fails_its_own_requests_alone);
	tcase_add_test(tcase, a_damaged_key_fails_its_own_request_alone);
	tcase_add_test(tcase, a_full_store_refuses_and_keeps_what_it_has);
	tcase_add_test(tcase,
	    a_group_that_is_too_much_is_put_as_far_as_there_is_room);
	tcase_add_test(tcase, a_group_has_a_bound_and_begins_anew);
	tcase_add_test(tcase, nothing_to_commit_is_no_commit);
	tcase_add_test(tcase, a_refused_group_fails_whole_and_puts_nothing);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
