/* test_log_digest.c - what stands for the messages that a machine took. */
#include "model/log_digest.h"

#include <string.h>

#include "suite.h"

static struct log_digest one;
static struct log_digest other;

static void
set_up(void)
{
	one = (struct log_digest){ 0 };
	other = (struct log_digest){ 0 };
}

static void
add(struct log_digest *digest, uint64_t sequence)
{
	log_digest_add(digest, sequence, (int64_t)sequence, "message", 7);
}

static void
add_all(struct log_digest *digest, uint64_t first, uint64_t last)
{
	for (uint64_t i = first; i <= last; i++)
		add(digest, i);
}

START_TEST(who_took_the_same_does_not_differ)
{
	add_all(&one, 1, 3000);
	add_all(&other, 1, 3000);
	ck_assert(!log_digest_differs(&one, &other));
	ck_assert_uint_eq(one.running, other.running);
	ck_assert_uint_ne(one.whole, 0);
}
END_TEST

/* What the second machine took at place 7. */
static const struct {
	uint64_t sequence;
	int64_t timestamp_ms;
	const char *payload;
} rows[] = {
	{ 7, 7, "messagE" },	/* another message */
	{ 7, 7, "message " },	/* a longer one */
	{ 7, 8, "message" },	/* at another time */
	{ 7, 7, NULL },		/* none */
};

START_TEST(who_took_another_message_differs)
{
	const char *payload = rows[_i].payload;

	add_all(&one, 1, 7);
	add_all(&other, 1, 6);
	ck_assert(!log_digest_differs(&one, &other));
	log_digest_add(&other, rows[_i].sequence, rows[_i].timestamp_ms,
	    payload, payload == NULL ? 0 : strlen(payload));
	ck_assert(log_digest_differs(&one, &other));
	/* And goes on to, whatever comes. */
	add_all(&one, 8, 9);
	add_all(&other, 8, 9);
	ck_assert(log_digest_differs(&one, &other));
	/* Also when one is ahead, for as long as a block lasts. */
	add_all(&one, 10, LOG_DIGEST_BLOCK + 8);
	add_all(&other, 10, LOG_DIGEST_BLOCK + 3);
	ck_assert(log_digest_differs(&one, &other));
	ck_assert(log_digest_differs(&other, &one));
}
END_TEST

START_TEST(whoever_is_ahead_cannot_be_compared)
{
	add_all(&one, 1, 7);
	add_all(&other, 1, 8);
	ck_assert(!log_digest_differs(&one, &other));
}
END_TEST

START_TEST(who_began_later_is_compared_from_the_next_block_on)
{
	add_all(&one, 1, 2 * LOG_DIGEST_BLOCK);
	add_all(&other, 100, 2 * LOG_DIGEST_BLOCK);
	ck_assert(!log_digest_differs(&one, &other));
	ck_assert_uint_eq(one.whole, other.whole);
	ck_assert_uint_eq(one.running, other.running);
	set_up();
	add_all(&one, 1, LOG_DIGEST_BLOCK - 1);
	add_all(&other, 100, LOG_DIGEST_BLOCK - 1);
	ck_assert(!log_digest_differs(&one, &other));
	ck_assert_uint_ne(one.running, other.running);
}
END_TEST

/* The alarm for that is another one. */
START_TEST(behind_a_gap_it_begins_anew)
{
	add_all(&one, 1, 7);
	add_all(&other, 1, 5);
	add(&other, 7);
	ck_assert(!log_digest_differs(&one, &other));
	ck_assert_uint_eq(other.first, 7);
	/* Nor does a block end with a gap at its end. */
	add_all(&one, 8, LOG_DIGEST_BLOCK - 2);
	add(&one, LOG_DIGEST_BLOCK);
	ck_assert_uint_eq(one.whole_first, 0);
	ck_assert_uint_eq(one.first, LOG_DIGEST_BLOCK);
}
END_TEST

START_TEST(who_took_nothing_is_like_all)
{
	add_all(&one, 1, 7);
	ck_assert(!log_digest_differs(&one, &other));
	ck_assert(!log_digest_differs(&other, &other));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log_digest");
	TCase *tests = tcase_create("log_digest");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, who_took_the_same_does_not_differ);
	tcase_add_loop_test(tests, who_took_another_message_differs, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tests, whoever_is_ahead_cannot_be_compared);
	tcase_add_test(tests,
	    who_began_later_is_compared_from_the_next_block_on);
	tcase_add_test(tests, behind_a_gap_it_begins_anew);
	tcase_add_test(tests, who_took_nothing_is_like_all);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
