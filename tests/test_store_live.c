/* test_store_live.c - a store that comes, goes, grows and is replaced. */
#include "store/live_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/events.h"
#include "store/organizations.h"
#include "live_fixture.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	READERS = 4,
	GROWTHS = 5,
	/* A look a second, and some time to get at it. */
	LOOK_TRIES = 300,
	LOOK_TRY_US = 10000,
	LARGE_MAP_BYTES = 16 << 20
};

/* A process that fills when it is told to.  Once there are threads it is too
 * late to fork: one of them may hold the lock of the memory's allocator. */
struct filler {
	pid_t pid;
	int begin_fd;
};

static struct filler
filler_fork(const char *path, const char *name, int64_t map_bytes, int events)
{
	struct live_filling filling = { path, name, map_bytes, events };
	struct filler filler;
	int ends[2];
	char word;

	ck_assert_int_eq(pipe(ends), 0);
	filler.begin_fd = ends[1];
	filler.pid = fork();
	ck_assert_int_ge(filler.pid, 0);
	if (filler.pid == 0) {
		ck_assert_int_eq(read(ends[0], &word, 1), 1);
		live_fixture_fill_here(&filling);
		_exit(EXIT_SUCCESS);
	}
	close(ends[0]);
	return filler;
}

static void
filler_run(struct filler filler)
{
	int status = -1;

	ck_assert_int_eq(write(filler.begin_fd, "", 1), 1);
	close(filler.begin_fd);
	ck_assert_int_eq(waitpid(filler.pid, &status, 0), filler.pid);
	ck_assert_int_eq(status, 0);
}

START_TEST(a_store_that_is_made_later_is_found)
{
	char *path = fixture_path();
	struct live_store *live = live_fixture_new(path);

	ck_assert_int_eq(live_fixture_find(live, "acme"), ERR_STORE);
	live_fixture_fill(path, "acme", LIVE_SMALL_MAP_BYTES, 1);
	live_fixture_await(live, "acme", ERR_NONE);
	live_store_free(live);
	free(path);
}
END_TEST

START_TEST(a_store_that_is_replaced_is_reopened)
{
	char *path = fixture_path();
	char *other = fixture_path();
	char *from = NULL;
	char *to = NULL;
	struct live_store *live = live_fixture_new(path);

	live_fixture_fill(path, "old", LIVE_SMALL_MAP_BYTES, 1);
	live_fixture_fill(other, "new", LIVE_SMALL_MAP_BYTES, 1);
	ck_assert_int_eq(live_fixture_find(live, "old"), ERR_NONE);
	ck_assert_int_gt(asprintf(&from, "%s/data.mdb", other), 0);
	ck_assert_int_gt(asprintf(&to, "%s/data.mdb", path), 0);
	ck_assert_int_eq(rename(from, to), 0);
	live_fixture_await(live, "new", ERR_NONE);
	ck_assert_int_eq(live_fixture_find(live, "old"), ERR_NOT_FOUND);
	live_store_free(live);
	free(from);
	free(to);
	free(other);
	free(path);
}
END_TEST

START_TEST(a_store_that_goes_is_away_until_it_comes_back)
{
	char *path = fixture_path();
	char *other = fixture_path();
	struct live_store *live = live_fixture_new(path);

	live_fixture_fill(path, "acme", LIVE_SMALL_MAP_BYTES, 1);
	ck_assert_int_eq(live_fixture_find(live, "acme"), ERR_NONE);
	ck_assert_int_eq(rename(path, other), 0);
	live_fixture_await(live, "acme", ERR_STORE);
	ck_assert_int_eq(rename(other, path), 0);
	live_fixture_await(live, "acme", ERR_NONE);
	live_store_free(live);
	free(other);
	free(path);
}
END_TEST

START_TEST(a_store_that_is_cut_off_is_corrupt)
{
	char *path = fixture_path();
	char *file = NULL;
	struct live_store *live = live_fixture_new(path);

	live_fixture_fill(path, "acme", LIVE_SMALL_MAP_BYTES, 50);
	ck_assert_int_eq(live_fixture_find(live, "acme"), ERR_NONE);
	ck_assert_int_gt(asprintf(&file, "%s/data.mdb", path), 0);
	ck_assert_int_eq(truncate(file, 8 * 4096), 0);
	/* Its first pages are still there to be looked at meanwhile. */
	for (int i = 0; i < LOOK_TRIES; i++) {
		struct store_txn *txn;
		const struct pepper *pepper;
		enum error err = live_store_begin(live, &txn, &pepper);

		live_store_end(live, txn);
		if (err == ERR_CORRUPT)
			break;
		ck_assert_int_eq(err, ERR_NONE);
		usleep(LOOK_TRY_US);
		ck_assert_int_lt(i, LOOK_TRIES - 1);
	}
	live_store_free(live);
	free(file);
	free(path);
}
END_TEST

START_TEST(a_store_without_its_pepper_is_away)
{
	char *path = fixture_path();
	char *pepper = NULL;
	struct live_store *live = live_fixture_new(path);

	live_fixture_fill(path, "acme", LIVE_SMALL_MAP_BYTES, 1);
	ck_assert_int_gt(asprintf(&pepper, "%s/pepper", path), 0);
	ck_assert_int_eq(unlink(pepper), 0);
	ck_assert_int_eq(live_fixture_find(live, "acme"), ERR_STORE);
	/* It is not looked for again within the second. */
	ck_assert_int_eq(live_fixture_find(live, "acme"), ERR_STORE);
	live_store_free(live);
	free(pepper);
	free(path);
}
END_TEST

START_TEST(a_map_that_another_grew_is_followed)
{
	char *path = fixture_path();
	struct live_store *live = live_fixture_new(path);

	live_fixture_fill(path, "small", LIVE_SMALL_MAP_BYTES, 1);
	ck_assert_int_eq(live_fixture_find(live, "small"), ERR_NONE);
	/* Beyond the map that is open here, at once and not in a second. */
	live_fixture_fill(path, "large", LARGE_MAP_BYTES, 2000);
	ck_assert_int_eq(live_fixture_find(live, "large"), ERR_NONE);
	ck_assert_int_eq(live_fixture_find(live, "small"), ERR_NONE);
	live_store_free(live);
	free(path);
}
END_TEST

struct reading {
	struct live_store *live;
	atomic_bool is_over;
	atomic_int wrong;
	atomic_int reads;
};

static bool
count_one(const struct event_view *view, void *arg)
{
	size_t *count = arg;

	(void)view;
	return ++*count < 1000;
}

static void *
read_on(void *arg)
{
	struct reading *reading = arg;

	while (!reading->is_over) {
		struct event_range range = {
			.organization = 1,
			.filter = filter_all(),
		};
		const struct pepper *pepper;
		struct store_txn *txn;
		size_t count = 0;

		if (live_store_begin(reading->live, &txn, &pepper) !=
		    ERR_NONE) {
			reading->wrong++;
			continue;
		}
		if (store_event_scan(txn, &range, count_one, &count) !=
		    ERR_NONE || count != 100)
			reading->wrong++;
		live_store_end(reading->live, txn);
		reading->reads++;
	}
	return NULL;
}

START_TEST(threads_read_on_while_the_map_grows_and_the_store_is_replaced)
{
	char *path = fixture_path();
	char *other = fixture_path();
	char *from = NULL;
	char *to = NULL;
	struct reading reading = { .live = live_fixture_new(path) };
	pthread_t threads[READERS];
	struct filler fillers[GROWTHS];

	live_fixture_fill(path, "first", LIVE_SMALL_MAP_BYTES, 100);
	live_fixture_fill(other, "first", LIVE_SMALL_MAP_BYTES, 100);
	for (int i = 0; i < GROWTHS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", i + 1);
		fillers[i] = filler_fork(path, name,
		    (int64_t)(i + 1) * (8 << 20), 1200);
	}
	for (int i = 0; i < READERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, read_on,
		    &reading), 0);
	for (int i = 0; i < GROWTHS; i++) {
		filler_run(fillers[i]);
		usleep(50000);
	}
	ck_assert_int_gt(asprintf(&from, "%s/data.mdb", other), 0);
	ck_assert_int_gt(asprintf(&to, "%s/data.mdb", path), 0);
	ck_assert_int_eq(rename(from, to), 0);
	live_fixture_await(reading.live, "n1", ERR_NOT_FOUND);
	reading.is_over = true;
	for (int i = 0; i < READERS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(reading.wrong, 0);
	ck_assert_int_gt(reading.reads, READERS);
	live_store_free(reading.live);
	free(from);
	free(to);
	free(other);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("live store");
	TCase *tcase = tcase_create("live store");

	tcase_set_timeout(tcase, 240);
	tcase_add_test(tcase, a_store_that_is_made_later_is_found);
	tcase_add_test(tcase, a_store_that_is_replaced_is_reopened);
	tcase_add_test(tcase, a_store_that_goes_is_away_until_it_comes_back);
	tcase_add_test(tcase, a_store_that_is_cut_off_is_corrupt);
	tcase_add_test(tcase, a_store_without_its_pepper_is_away);
	tcase_add_test(tcase, a_map_that_another_grew_is_followed);
	tcase_add_test(tcase,
	    threads_read_on_while_the_map_grows_and_the_store_is_replaced);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
