/* test_trays.c - memory goes with work, and not with connections. */
#include <stdlib.h>

#include "responder/trays.h"
#include "suite.h"

enum { MANY = 4 * TRAYS_KEPT_MAX };

static atomic_size_t body_bytes;
static struct trays trays;

static void
start(void)
{
	trays_init(&trays, &body_bytes);
}

static void
end(void)
{
	trays_clear(&trays);
}

START_TEST(a_tray_that_was_given_back_is_taken_again)
{
	struct tray *tray = trays_take(&trays);
	const char *bytes;

	buffer_add_text(&tray->params, "params");
	bytes = tray->params.bytes;
	trays_give(&trays, tray);
	ck_assert_ptr_eq(trays_take(&trays), tray);
	ck_assert_ptr_eq(tray->params.bytes, bytes);
	ck_assert(outgoing_is_sent(&tray->outgoing));
	trays_give(&trays, tray);
	trays_give(&trays, NULL);
}
END_TEST

START_TEST(only_some_are_kept)
{
	struct tray *taken[MANY];

	for (int i = 0; i < MANY; i++)
		taken[i] = trays_take(&trays);
	for (int i = 0; i < MANY; i++)
		trays_give(&trays, taken[i]);
	ck_assert_uint_eq(trays.count, TRAYS_KEPT_MAX);
}
END_TEST

START_TEST(what_a_client_sent_is_not_kept)
{
	struct tray *tray = trays_take(&trays);

	body_begin(&tray->body, true);
	body_add(&tray->body, "body", 4);
	ck_assert_uint_gt(body_bytes, 0);
	trays_give(&trays, tray);
	ck_assert_uint_eq(body_bytes, 0);
	ck_assert_ptr_eq(trays_take(&trays), tray);
	ck_assert_uint_eq(tray->body.bytes.size, 0);
	trays_give(&trays, tray);
}
END_TEST

START_TEST(a_large_body_is_not_kept)
{
	struct tray *tray = trays_take(&trays);

	ck_assert_ptr_nonnull(buffer_reserve(&tray->response.body,
	    TRAY_BUFFER_BYTES_MAX + 1));
	trays_give(&trays, tray);
	ck_assert_ptr_eq(trays_take(&trays), tray);
	ck_assert_uint_le(tray->response.body.size, TRAY_BUFFER_BYTES_MAX);
	trays_give(&trays, tray);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("trays");
	TCase *tcase = tcase_create("trays");

	tcase_add_checked_fixture(tcase, start, end);
	tcase_add_test(tcase, a_tray_that_was_given_back_is_taken_again);
	tcase_add_test(tcase, only_some_are_kept);
	tcase_add_test(tcase, what_a_client_sent_is_not_kept);
	tcase_add_test(tcase, a_large_body_is_not_kept);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
