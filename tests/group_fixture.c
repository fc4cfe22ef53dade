/* group_fixture.c - a group over a store, and what it answered. */
#include "group_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/store.h"
#include "suite.h"

static void
check_answered(struct group_fixture *test)
{
	ck_assert_uint_eq(test->answer_count, test->message_count);
	ck_assert_uint_eq(group_count(test->group), 0);
	for (size_t i = 0; i < test->message_count; i++) {
		ck_assert_uint_eq(test->answers[i].sequence, i);
		buffer_clear(&test->messages[i]);
	}
	test->message_count = 0;
}

static void
make_group(struct group_fixture *test)
{
	ck_assert_int_eq(group_new(test->fixture.store, DAY_MS,
	    &test->group), ERR_NONE);
}

void
group_fixture_open(struct group_fixture *test, int64_t map_bytes)
{
	memset(test, 0, sizeof(*test));
	record_fixture_open(&test->fixture, map_bytes);
	record_fixture_add_key(&test->fixture, &test->fixture.acme,
	    &test->acme_key);
	record_fixture_add_key(&test->fixture, &test->fixture.other,
	    &test->other_key);
	make_group(test);
	for (size_t i = 0; i < ASKS_MAX; i++) {
		test->answers[i].places = calloc(RECORD_EVENTS_MAX,
		    sizeof(struct cursor));
		ck_assert_ptr_nonnull(test->answers[i].places);
	}
}

void
group_fixture_close(struct group_fixture *test)
{
	for (size_t i = 0; i < ASKS_MAX; i++)
		free(test->answers[i].places);
	group_free(test->group);
	record_fixture_close(&test->fixture);
}

void
group_fixture_damage(struct group_fixture *test, const char *text)
{
	group_free(test->group);
	record_fixture_damage(&test->fixture, text);
	make_group(test);
}

void
group_fixture_reopen(struct group_fixture *test)
{
	struct detail detail;

	group_free(test->group);
	store_close(test->fixture.store);
	ck_assert_int_eq(store_open(test->fixture.directory, STORE_WRITE,
	    FIXTURE_MAP_BYTES, &test->fixture.store, &detail), ERR_NONE);
	make_group(test);
}

bool
group_fixture_add(struct group_fixture *test, const struct record_ask *ask)
{
	struct buffer *message = &test->messages[test->message_count];
	struct record_ask whole = *ask;
	struct message_request request;
	bool is_added;

	if (ask->api_key_id == NULL)
		whole.api_key_id = ask->organization ==
		    test->fixture.other.number ? test->other_key.id :
		    test->acme_key.id;
	record_fixture_message(message, &whole);
	message_set_sequence(message, test->message_count);
	ck_assert_int_eq(message_read_request(message->bytes, message->len,
	    &request), ERR_NONE);
	is_added = group_add(test->group, &request,
	    &test->answers[test->message_count]);
	if (is_added)
		test->message_count++;
	else
		buffer_clear(message);
	return is_added;
}

void
group_fixture_commit(struct group_fixture *test)
{
	test->answer_count = 0;
	group_commit(test->group, group_fixture_note, test, &test->result);
	check_answered(test);
}

void
group_fixture_refuse_full(struct group_fixture *test)
{
	test->answer_count = 0;
	group_refuse_full(test->group, group_fixture_note, test);
	check_answered(test);
}

void
group_fixture_note(void *asker, uint64_t sequence,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count, void *arg)
{
	struct group_fixture *test = arg;
	struct answer *answer = asker;

	ck_assert_ptr_eq(answer, &test->answers[test->answer_count++]);
	answer->sequence = sequence;
	answer->outcome = outcome;
	answer->place_count = place_count;
	memcpy(answer->places, places, place_count * sizeof(places[0]));
}

enum message_outcome
group_fixture_ask(struct group_fixture *test, const struct record_ask *ask)
{
	ck_assert(group_fixture_add(test, ask));
	group_fixture_commit(test);
	return test->answers[0].outcome;
}

size_t
group_fixture_count(struct group_fixture *test, uint32_t organization)
{
	return record_fixture_count(&test->fixture, organization);
}
