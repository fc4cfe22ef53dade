/* test_store_opening.c - when a store is opened that is followed. */
#include <pthread.h>
#include <stdio.h>
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

START_TEST(a_store_is_opened_before_the_first_read)
{
	char *path = fixture_path();
	char *other = fixture_path();
	struct live_store *live = live_fixture_new(path);

	live_fixture_fill(path, "acme", LIVE_SMALL_MAP_BYTES, 1);
	live_store_open(live);
	ck_assert_int_eq(rename(path, other), 0);
	/* It is not looked for again within the second. */
	ck_assert_int_eq(live_fixture_find(live, "acme"), ERR_NONE);
	ck_assert_uint_eq(live_fixture_moment(live).opening, 1);
	live_store_free(live);
	free(other);
	free(path);
}
END_TEST

START_TEST(a_store_that_was_not_there_to_open_is_found_at_once)
{
	char *path = fixture_path();
	struct live_store *live = live_fixture_new(path);

	live_store_open(live);
	live_fixture_fill(path, "acme", LIVE_SMALL_MAP_BYTES, 1);
	ck_assert_int_eq(live_fixture_find(live, "acme"), ERR_NONE);
	live_store_free(live);
	free(path);
}
END_TEST

static void *
find_new(void *arg)
{
	live_fixture_await((struct live_store *)arg, "new", ERR_NONE);
	return NULL;
}

/* A reader that hangs keeps whoever reopens waiting, but not the thread that
 * tells of it. */
START_TEST(nobody_waits_to_map_ahead)
{
	char *path = fixture_path();
	char *other = fixture_path();
	char *from = NULL;
	char *to = NULL;
	struct live_store *live = live_fixture_new(path);
	const struct pepper *pepper;
	struct store_txn *txn;
	pthread_t reopens;

	live_fixture_fill(path, "old", LIVE_SMALL_MAP_BYTES, 1);
	live_fixture_fill(other, "new", LIVE_SMALL_MAP_BYTES, 1);
	ck_assert_int_eq(live_store_begin(live, &txn, &pepper), ERR_NONE);
	ck_assert_int_gt(asprintf(&from, "%s/data.mdb", other), 0);
	ck_assert_int_gt(asprintf(&to, "%s/data.mdb", path), 0);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_eq(pthread_create(&reopens, NULL, find_new, live), 0);
	usleep(NEXT_LOOK_US);
	live_store_map_ahead(live);
	live_store_end(live, txn);
	ck_assert_int_eq(pthread_join(reopens, NULL), 0);
	live_store_map_ahead(live);
	live_store_free(live);
	free(from);
	free(to);
	free(other);
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
	tcase_add_test(tcase, a_store_is_opened_before_the_first_read);
	tcase_add_test(tcase,
	    a_store_that_was_not_there_to_open_is_found_at_once);
	tcase_add_test(tcase, nobody_waits_to_map_ahead);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
