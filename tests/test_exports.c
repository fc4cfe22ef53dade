/* test_exports.c - which export has its turn. */
#include <stddef.h>

#include "responder/connection.h"
#include "responder/exports.h"
#include "suite.h"

enum { CONNECTIONS = 3, LONG_MS = 60000 };

static struct exports exports;
static struct connection connections[CONNECTIONS];

static void
start(void)
{
	exports = (struct exports){ .beginner = NULL };
	for (size_t i = 0; i < CONNECTIONS; i++)
		connections[i] = (struct connection){ .fd = -1 };
}

START_TEST(nobody_is_waited_for_where_none_is)
{
	ck_assert_ptr_null(exports_take_going(&exports));
	ck_assert_ptr_null(exports_take_beginner(&exports, 0));
	ck_assert_int_eq(exports_wait_ms(&exports, 0, LONG_MS), LONG_MS);
}
END_TEST

START_TEST(one_begins_while_it_has_turns)
{
	exports_put(&exports, &connections[0]);
	exports_put(&exports, &connections[1]);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(exports_wait_ms(&exports, i, LONG_MS), 0);
		ck_assert_ptr_eq(exports_take_beginner(&exports, i),
		    &connections[0]);
		exports_put(&exports, &connections[0]);
	}
}
END_TEST

START_TEST(the_next_waits_for_one_whose_web_server_takes_no_more)
{
	exports_put(&exports, &connections[0]);
	exports_put(&exports, &connections[1]);
	ck_assert_ptr_eq(exports_take_beginner(&exports, 10),
	    &connections[0]);
	ck_assert_int_eq(exports_wait_ms(&exports, 10, LONG_MS),
	    EXPORT_WAIT_MS);
	ck_assert_ptr_null(exports_take_beginner(&exports,
	    10 + EXPORT_WAIT_MS - 1));
	ck_assert_ptr_eq(exports_take_beginner(&exports, 10 + EXPORT_WAIT_MS),
	    &connections[1]);

	/* The first comes again, behind. */
	exports_put(&exports, &connections[0]);
	exports_put(&exports, &connections[1]);
	ck_assert_ptr_eq(exports_take_beginner(&exports, 20),
	    &connections[1]);
}
END_TEST

START_TEST(one_that_ends_makes_room_at_once)
{
	exports_put(&exports, &connections[0]);
	exports_put(&exports, &connections[1]);
	ck_assert_ptr_eq(exports_take_beginner(&exports, 0), &connections[0]);
	exports_forget(&exports, &connections[0]);
	ck_assert_int_eq(exports_wait_ms(&exports, 0, LONG_MS), 0);
	ck_assert_ptr_eq(exports_take_beginner(&exports, 0), &connections[1]);
}
END_TEST

START_TEST(those_that_have_begun_go_on_by_turns)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		connections[i].export_bytes = EXPORT_BEGIN_BYTES;
		exports_put(&exports, &connections[i]);
	}
	for (size_t i = 0; i < 2 * CONNECTIONS; i++) {
		struct connection *next = exports_take_going(&exports);

		ck_assert_ptr_eq(next, &connections[i % CONNECTIONS]);
		ck_assert_int_eq(exports_wait_ms(&exports, 0, LONG_MS), 0);
		exports_put(&exports, next);
	}
	ck_assert_ptr_null(exports_take_beginner(&exports, 0));
}
END_TEST

START_TEST(one_that_has_begun_leaves_its_place_to_the_next)
{
	exports_put(&exports, &connections[0]);
	exports_put(&exports, &connections[1]);
	ck_assert_ptr_eq(exports_take_beginner(&exports, 0), &connections[0]);
	connections[0].export_bytes = EXPORT_BEGIN_BYTES;
	exports_put(&exports, &connections[0]);
	ck_assert_ptr_eq(exports_take_beginner(&exports, 0), &connections[1]);
	ck_assert_ptr_eq(exports_take_going(&exports), &connections[0]);
}
END_TEST

START_TEST(all_that_want_a_turn_are_found_once)
{
	connections[2].export_bytes = EXPORT_BEGIN_BYTES;
	for (size_t i = 0; i < CONNECTIONS; i++)
		exports_put(&exports, &connections[i]);
	ck_assert_ptr_eq(exports_take_beginner(&exports, 0), &connections[0]);
	exports_put(&exports, &connections[0]);
	for (size_t i = 0; i < CONNECTIONS; i++)
		ck_assert_ptr_eq(exports_take_any(&exports), &connections[i]);
	ck_assert_ptr_null(exports_take_any(&exports));
	ck_assert_ptr_null(exports_take_beginner(&exports, 0));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("exports");
	TCase *tcase = tcase_create("exports");

	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_add_test(tcase, nobody_is_waited_for_where_none_is);
	tcase_add_test(tcase, one_begins_while_it_has_turns);
	tcase_add_test(tcase,
	    the_next_waits_for_one_whose_web_server_takes_no_more);
	tcase_add_test(tcase, one_that_ends_makes_room_at_once);
	tcase_add_test(tcase, those_that_have_begun_go_on_by_turns);
	tcase_add_test(tcase,
	    one_that_has_begun_leaves_its_place_to_the_next);
	tcase_add_test(tcase, all_that_want_a_turn_are_found_once);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
