/* test_store_opening.c - when a store is opened that is followed. */
#include <stdlib.h>
#include <unistd.h>

#include "live_fixture.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	/* The look of a second ago is over, and the next one is due. */
	NEXT_LOOK_US = 1100000
};

/* What is mapped of it, and kept of its pages, is lost otherwise. */
START_TEST(a_store_that_stays_is_opened_once)
{
	char *path = fixture_path();
	struct live_store *live = live_fixture_new(path);
	struct store_moment moment;

	live_fixture_fill(path, "acme", LIVE_SMALL_MAP_BYTES, 1);
	moment = live_fixture_moment(live);
	usleep(NEXT_LOOK_US);
	ck_assert_uint_eq(live_fixture_moment(live).opening, moment.opening);
	/* Another commit, and more pages, are no other file. */
	live_fixture_fill(path, "globex", LIVE_SMALL_MAP_BYTES, 50);
	usleep(NEXT_LOOK_US);
	ck_assert_uint_eq(live_fixture_moment(live).opening, moment.opening);
	ck_assert_uint_gt(live_fixture_moment(live).commit, moment.commit);
	live_store_free(live);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store opening");
	TCase *tcase = tcase_create("store opening");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_store_that_stays_is_opened_once);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
