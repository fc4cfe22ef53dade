/* test_ballot.c - what most replicas of a log say of one of its places. */
#include "stream/ballot.h"

#include "stream/decisions.h"
#include "suite.h"

/* A vote for the message of this digest, for none, or not cast yet. */
#define FOR(which) { .is_cast = true, .has_message = true, .digest = (which) }
#define NONE { .is_cast = true }
#define OPEN { .is_cast = false }

static enum ballot_result
count(const struct vote *votes, size_t replica_count, size_t winner)
{
	size_t found = winner;
	enum ballot_result result = ballot_count(votes, replica_count,
	    &found);

	ck_assert_uint_eq(found, winner);
	return result;
}

START_TEST(one_replica_is_most_of_one)
{
	const struct vote message[] = { FOR(7) };
	const struct vote nothing[] = { NONE };
	const struct vote open[] = { OPEN };

	ck_assert_int_eq(count(message, 1, 0), BALLOT_MESSAGE);
	ck_assert_int_eq(count(nothing, 1, 0), BALLOT_NOTHING);
	ck_assert_int_eq(count(open, 1, 0), BALLOT_OPEN);
}
END_TEST

START_TEST(two_of_three_decide)
{
	const struct vote agreed[] = { OPEN, FOR(7), FOR(7) };
	const struct vote stale[] = { FOR(8), FOR(7), FOR(7) };
	const struct vote lost[] = { FOR(7), NONE, FOR(7) };
	const struct vote nothing[] = { NONE, FOR(7), NONE };

	ck_assert_int_eq(count(agreed, 3, 1), BALLOT_MESSAGE);
	ck_assert_int_eq(count(stale, 3, 1), BALLOT_MESSAGE);
	ck_assert_int_eq(count(lost, 3, 0), BALLOT_MESSAGE);
	ck_assert_int_eq(count(nothing, 3, 0), BALLOT_NOTHING);
}
END_TEST

START_TEST(fewer_than_most_wait)
{
	const struct vote one[] = { FOR(7), OPEN, OPEN };
	const struct vote differ[] = { FOR(7), FOR(8), OPEN };
	const struct vote half[] = { FOR(7), FOR(7), OPEN, OPEN };

	ck_assert_int_eq(count(one, 3, 0), BALLOT_OPEN);
	ck_assert_int_eq(count(differ, 3, 0), BALLOT_OPEN);
	ck_assert_int_eq(count(half, 4, 0), BALLOT_OPEN);
}
END_TEST

START_TEST(replicas_of_which_no_two_agree_are_split)
{
	const struct vote three[] = { FOR(7), FOR(8), FOR(9) };
	const struct vote lacking[] = { FOR(7), NONE, FOR(9) };
	const struct vote two[] = { FOR(7), NONE };
	const struct vote four[] = { FOR(7), FOR(7), FOR(8), FOR(8) };

	ck_assert_int_eq(count(three, 3, 0), BALLOT_SPLIT);
	ck_assert_int_eq(count(lacking, 3, 0), BALLOT_SPLIT);
	ck_assert_int_eq(count(two, 2, 0), BALLOT_SPLIT);
	ck_assert_int_eq(count(four, 4, 0), BALLOT_SPLIT);
}
END_TEST

START_TEST(who_is_missing_cannot_make_most_agree)
{
	const struct vote five[] = { FOR(7), FOR(8), NONE, FOR(9), OPEN };
	const struct vote pair[] = { FOR(7), FOR(8), FOR(7), FOR(9), OPEN };
	const struct vote two_away[] = { FOR(7), FOR(8), NONE, OPEN, OPEN };
	const struct vote pairs[] = { FOR(7), FOR(8), FOR(7), FOR(8),
	    FOR(9) };

	ck_assert_int_eq(count(five, 5, 0), BALLOT_SPLIT);
	ck_assert_int_eq(count(pair, 5, 0), BALLOT_OPEN);
	ck_assert_int_eq(count(two_away, 5, 0), BALLOT_OPEN);
	ck_assert_int_eq(count(pairs, 5, 0), BALLOT_SPLIT);
}
END_TEST

START_TEST(a_digest_without_a_message_says_nothing)
{
	const struct vote votes[] = {
		{ .is_cast = true, .digest = 7 },
		{ .is_cast = true, .digest = 8 },
		FOR(7),
	};

	ck_assert_int_eq(count(votes, 3, 0), BALLOT_NOTHING);
}
END_TEST

START_TEST(who_comes_late_is_compared_with_what_was_decided)
{
	static struct decisions decisions;

	decisions_put(&decisions, 5, 77);
	decisions_put(&decisions, 6, 0);
	ck_assert(!decisions_differ(&decisions, 5, 77));
	ck_assert(decisions_differ(&decisions, 5, 78));
	/* None may be so because a later one of its subject came. */
	ck_assert(!decisions_differ(&decisions, 6, 78));
	decisions_put(&decisions, 5 + DECISIONS_MAX, 79);
	ck_assert(!decisions_differ(&decisions, 5, 78));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ballot");
	TCase *tests = tcase_create("ballot");

	tcase_add_test(tests, one_replica_is_most_of_one);
	tcase_add_test(tests, two_of_three_decide);
	tcase_add_test(tests, fewer_than_most_wait);
	tcase_add_test(tests, replicas_of_which_no_two_agree_are_split);
	tcase_add_test(tests, who_is_missing_cannot_make_most_agree);
	tcase_add_test(tests, a_digest_without_a_message_says_nothing);
	tcase_add_test(tests,
	    who_comes_late_is_compared_with_what_was_decided);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
