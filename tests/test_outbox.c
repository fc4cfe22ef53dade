/* test_outbox.c - messages on their way to the log, by a publisher of ours. */
#include "cluster/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/api_key.h"
#include "model/cluster_secrets.h"
#include "suite.h"

#define SUBJECT "apitrail.events.o"

enum { SENT_MAX = 3 * OUTBOX_MESSAGES_MAX, LATER_MS = 100 * 1000 };

/* What the outbox has published, and what it is answered. */
static struct {
	enum error err;		/* of who sends */
	size_t sent_count;
	uint64_t sent[SENT_MAX];	/* numbers */
	size_t sent_len;		/* of the last one */
	char sent_bytes[256];
	size_t answer_count;
	size_t answer_next;
	struct publisher_answer answers[SENT_MAX];
} publisher;

/* What its owners were told. */
static struct {
	size_t count;
	enum outbox_outcome outcome;
	uint64_t number;
	uint64_t sequence;
	void *owner;
} told;

static const struct pepper pepper = { { 1, 2, 3 } };
static struct cluster_secrets secrets;
static struct outbox *outbox;
static int64_t begin_ms;
static int owner;

enum error
publisher_send(struct publisher *unused,
    const struct publication *publication)
{
	(void)unused;
	if (publisher.err != ERR_NONE)
		return publisher.err;
	ck_assert_uint_lt(publisher.sent_count, SENT_MAX);
	publisher.sent[publisher.sent_count++] = publication->number;
	publisher.sent_len = publication->payload_len;
	ck_assert_uint_le(publisher.sent_len, sizeof(publisher.sent_bytes));
	memcpy(publisher.sent_bytes, publication->payload,
	    publication->payload_len);
	return ERR_NONE;
}

bool
publisher_next(struct publisher *unused, struct publisher_answer *answer)
{
	(void)unused;
	if (publisher.answer_next == publisher.answer_count)
		return false;
	*answer = publisher.answers[publisher.answer_next++];
	return true;
}

static void
set_up(void)
{
	cluster_secrets_derive(&pepper, &secrets);
	memset(&publisher, 0, sizeof(publisher));
	memset(&told, 0, sizeof(told));
	ck_assert_int_eq(outbox_new(NULL, &secrets, &outbox), ERR_NONE);
	begin_ms = clock_steady_ms();
}

static void
tear_down(void)
{
	outbox_free(outbox);
}

static struct ticket
add(void)
{
	struct outbox_letter letter = {
		.kind = ENVELOPE_RECORD,
		.subject = SUBJECT,
		.carried = "carried",
		.carried_len = 7,
		.until_ms = begin_ms + LATER_MS,
		.owner = &owner,
	};
	struct ticket ticket;

	ck_assert_int_eq(outbox_add(outbox, &letter, &ticket), ERR_NONE);
	return ticket;
}

static void
note(void *owner_of, const struct ticket *ticket,
    enum outbox_outcome outcome, uint64_t sequence, void *arg)
{
	(void)arg;
	told.count++;
	told.owner = owner_of;
	told.number = ticket->number;
	told.outcome = outcome;
	told.sequence = sequence;
}

static void
work(int64_t after_ms)
{
	outbox_work(outbox, begin_ms + after_ms, note, NULL);
}

static void
answer(uint64_t number, enum publisher_outcome outcome, uint64_t sequence)
{
	ck_assert_uint_lt(publisher.answer_count, SENT_MAX);
	publisher.answers[publisher.answer_count++] =
	    (struct publisher_answer){ number, outcome, sequence };
}

START_TEST(a_letter_is_published_at_once)
{
	ck_assert_uint_eq(add().number, 1);
	ck_assert_uint_eq(add().number, 2);
	ck_assert_uint_eq(publisher.sent_count, 2);
	ck_assert_uint_eq(publisher.sent[1], 2);
	ck_assert_uint_eq(outbox_waiting(outbox), 2);
	work(0);
	ck_assert_uint_eq(publisher.sent_count, 2);
	ck_assert_uint_eq(told.count, 0);
}
END_TEST

START_TEST(what_is_lost_is_published_again_as_it_was)
{
	char bytes[sizeof(publisher.sent_bytes)];
	size_t len;

	add();
	len = publisher.sent_len;
	memcpy(bytes, publisher.sent_bytes, len);
	answer(1, PUBLISH_LOST, 0);
	work(0);
	ck_assert_uint_eq(publisher.sent_count, 1);
	work(5000);
	ck_assert_uint_eq(publisher.sent_count, 2);
	ck_assert_uint_eq(publisher.sent[1], 1);
	ck_assert_uint_eq(publisher.sent_len, len);
	ck_assert_int_eq(memcmp(publisher.sent_bytes, bytes, len), 0);
	ck_assert_uint_eq(told.count, 0);
}
END_TEST

START_TEST(what_is_acknowledged_waits_for_the_store)
{
	struct ticket ticket = add();

	ck_assert(!outbox_is_stored(outbox, &ticket, 100));
	answer(1, PUBLISHED, 17);
	work(0);
	ck_assert_uint_eq(told.count, 1);
	ck_assert_int_eq(told.outcome, OUTBOX_STORED);
	ck_assert_uint_eq(told.sequence, 17);
	ck_assert_ptr_eq(told.owner, &owner);
	ck_assert_uint_eq(outbox_waiting(outbox), 0);
	ck_assert(outbox_is_stored(outbox, &ticket, 17));
	ck_assert(!outbox_is_stored(outbox, &ticket, 16));
	/* Up to the place before its own, nothing is known. */
	outbox_pass(outbox, 16, NULL);
	work(5000);
	ck_assert_uint_eq(publisher.sent_count, 1);
	outbox_forget(outbox, &ticket);
	ck_assert(!outbox_is_stored(outbox, &ticket, 17));
	outbox_pass(outbox, 17, NULL);
	work(10000);
	ck_assert_uint_eq(publisher.sent_count, 1);
	ck_assert_uint_eq(told.count, 1);
}
END_TEST

START_TEST(what_was_acknowledged_and_is_not_there_is_published_again)
{
	struct ticket ticket = add();

	answer(1, PUBLISHED, 17);
	work(0);
	outbox_pass(outbox, 17, NULL);
	ck_assert(!outbox_is_stored(outbox, &ticket, 17));
	ck_assert_uint_eq(outbox_waiting(outbox), 1);
	work(5000);
	ck_assert_uint_eq(publisher.sent_count, 2);
	answer(1, PUBLISHED, 18);
	work(5000);
	ck_assert_uint_eq(told.count, 2);
	ck_assert_uint_eq(told.sequence, 18);
	ck_assert(outbox_is_stored(outbox, &ticket, 18));
}
END_TEST

START_TEST(what_the_store_has_leaves)
{
	struct producer_window window = { 0 };

	add();
	add();
	answer(1, PUBLISHED, 17);
	answer(2, PUBLISHED, 18);
	work(0);
	/* The second one came, whatever became of the first. */
	ck_assert(producer_window_take(&window, 2, begin_ms));
	outbox_pass(outbox, 18, &window);
	work(5000);
	ck_assert_uint_eq(publisher.sent_count, 3);
	ck_assert_uint_eq(publisher.sent[2], 1);
}
END_TEST

START_TEST(a_message_that_was_acknowledged_is_not_kept_for_ever)
{
	struct ticket ticket = add();

	answer(1, PUBLISHED, 17);
	work(0);
	work(OUTBOX_KEPT_MS - 1);
	ck_assert(outbox_is_stored(outbox, &ticket, 17));
	work(OUTBOX_KEPT_MS + 1);
	ck_assert(!outbox_is_stored(outbox, &ticket, 17));
	ck_assert_uint_eq(told.count, 1);
}
END_TEST

static const struct {
	enum error sent;	/* what became of sending it */
	bool is_answered;
	enum publisher_outcome answer;
	enum outbox_outcome outcome;
} rows[] = {
	{ ERR_AWAY, false, PUBLISH_LOST, OUTBOX_UNSENT },
	{ ERR_NONE, false, PUBLISH_LOST, OUTBOX_UNKNOWN },
	{ ERR_NONE, true, PUBLISH_LOST, OUTBOX_UNKNOWN },
	{ ERR_NONE, true, PUBLISH_FULL, OUTBOX_FULL },
};

START_TEST(when_its_time_is_over_its_owner_is_told)
{
	publisher.err = rows[_i].sent;
	add();
	if (rows[_i].is_answered)
		answer(1, rows[_i].answer, 0);
	work(LATER_MS - 1);
	ck_assert_uint_eq(told.count, 0);
	work(LATER_MS);
	ck_assert_uint_eq(told.count, 1);
	ck_assert_int_eq(told.outcome, rows[_i].outcome);
	ck_assert_uint_eq(outbox_waiting(outbox), 0);
	/* An answer that comes after all is nobody's. */
	answer(1, PUBLISHED, 17);
	work(LATER_MS + 1);
	ck_assert_uint_eq(told.count, 1);
}
END_TEST

/* A leader that was cut off keeps what it gets: that should be little. */
START_TEST(servers_that_are_silent_get_one_message_now_and_then)
{
	for (int i = 0; i < 20; i++)
		add();
	for (int i = 1; i <= 20; i++)
		answer((uint64_t)i, PUBLISH_LOST, 0);
	work(1000);
	publisher.sent_count = 0;
	for (int64_t ms = 1000; ms <= 11000; ms += 100) {
		size_t before = publisher.sent_count;

		work(ms);
		if (publisher.sent_count > before)
			answer(1, PUBLISH_LOST, 0);
	}
	ck_assert_uint_ge(publisher.sent_count, 2);
	ck_assert_uint_le(publisher.sent_count, 5);
	ck_assert_uint_eq(publisher.sent[0], 1);
	/* All go once one was answered. */
	answer(1, PUBLISHED, 1);
	work(11100);
	work(12000);
	ck_assert_uint_ge(publisher.sent_count, 2 + 19);
}
END_TEST

START_TEST(as_many_wait_as_others_remember)
{
	for (int i = 0; i < OUTBOX_MESSAGES_MAX; i++) {
		ck_assert(outbox_has_room(outbox, 7));
		add();
	}
	ck_assert(!outbox_has_room(outbox, 7));
	/* Any but the oldest makes no room. */
	answer(2, PUBLISHED, 17);
	work(0);
	ck_assert(!outbox_has_room(outbox, 7));
	/* One that is stored gives its place to the next. */
	answer(1, PUBLISHED, 18);
	work(0);
	ck_assert(outbox_has_room(outbox, 7));
	ck_assert_uint_eq(add().number, OUTBOX_MESSAGES_MAX + 1);
	ck_assert_uint_eq(outbox_waiting(outbox), OUTBOX_MESSAGES_MAX - 1);
	ck_assert_uint_eq(outbox_added(outbox), OUTBOX_MESSAGES_MAX + 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("outbox");
	TCase *tests = tcase_create("outbox");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_letter_is_published_at_once);
	tcase_add_test(tests, what_is_lost_is_published_again_as_it_was);
	tcase_add_test(tests, what_is_acknowledged_waits_for_the_store);
	tcase_add_test(tests,
	    what_was_acknowledged_and_is_not_there_is_published_again);
	tcase_add_test(tests, what_the_store_has_leaves);
	tcase_add_test(tests,
	    a_message_that_was_acknowledged_is_not_kept_for_ever);
	tcase_add_loop_test(tests, when_its_time_is_over_its_owner_is_told, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tests,
	    servers_that_are_silent_get_one_message_now_and_then);
	tcase_add_test(tests, as_many_wait_as_others_remember);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
