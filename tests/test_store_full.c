/* test_store_full.c - a map that fills up, is pruned, and fills up again. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "store/events.h"
#include "store/txn.h"
#include "store_fixture.h"
#include "suite.h"

enum { FILLINGS = 12, BATCHES_MAX = 100000, PRUNE_CALLS_MAX = 100000 };

static const struct {
	int64_t map_bytes;
	unsigned int batch_events;
	size_t padding;
	unsigned int prune_blocks;
} rows[] = {
	{ 1 << 20, 1,    100,  2 },
	{ 1 << 20, 1,    3800, 2 },
	{ 1 << 20, 10,   300,  256 },
	{ 1 << 20, 100,  100,  2 },
	{ 1 << 20, 1000, 10,   2 },
	{ 1 << 22, 7,    1000, 3 },
	{ 1 << 22, 100,  200,  16 },
	{ 1 << 22, 1000, 200,  256 },
	{ 1 << 24, 1000, 1000, 256 },
};

struct filling {
	struct store *store;
	uint32_t organizations[3];
	int64_t now_ms;
	uint64_t random;
	uint64_t stored;	/* events, and those that were pruned */
	uint64_t pruned;
};

static struct store *
open_with(const char *path, int64_t map_bytes)
{
	struct detail detail = { "" };
	struct store *store = NULL;

	ck_assert_msg(store_open(path, STORE_WRITE, map_bytes, &store,
	    &detail) == ERR_NONE, "%s", detail.text);
	/* Pages are counted here, not kept over a crash. */
	mdb_env_set_flags(store->env, MDB_NOSYNC, 1);
	return store;
}

static void
begin_filling(struct filling *filling, const char *path, int64_t map_bytes)
{
	struct detail detail = { "" };
	char *pepper = NULL;
	struct store_txn *txn;
	bool is_made;

	ck_assert_int_gt(asprintf(&pepper, "%s/pepper", path), 0);
	ck_assert_msg(store_init(path, pepper, map_bytes, &is_made,
	    &detail) == ERR_NONE, "%s", detail.text);
	free(pepper);
	*filling = (struct filling){ .now_ms = BASE_MS, .random = 1 };
	filling->store = open_with(path, map_bytes);
	txn = fixture_write_begin(filling->store);
	filling->organizations[0] = fixture_organization(txn, "a");
	filling->organizations[1] = fixture_organization(txn, "b");
	filling->organizations[2] = fixture_organization(txn, "c");
	fixture_commit(txn);
}

static enum error
add_batch(struct filling *filling, unsigned int events, size_t padding)
{
	struct store_txn *txn = NULL;
	struct event_draft draft;
	enum error err = store_write_begin(filling->store, true, &txn);

	if (err != ERR_NONE)
		return err;
	for (unsigned int i = 0; i < events && err == ERR_NONE; i++) {
		fixture_draft(&draft, (enum category)fixture_random(
		    &filling->random, CATEGORY_COUNT), padding);
		err = store_event_append(txn, filling->organizations[
		    fixture_random(&filling->random, 3)], &draft,
		    filling->now_ms++);
	}
	if (err == ERR_NONE)
		err = store_write_commit(txn);
	else
		store_write_abort(txn);
	if (err == ERR_NONE)
		filling->stored += events;
	return err;
}

static void
fill(struct filling *filling, unsigned int events, size_t padding)
{
	enum error err = ERR_NONE;
	int n = 0;

	while (err == ERR_NONE && n++ < BATCHES_MAX)
		err = add_batch(filling, events, padding);
	ck_assert_int_eq(err, ERR_FULL);
	/* It says so again, and nothing breaks. */
	for (int i = 0; i < 3; i++)
		add_batch(filling, events, padding);
}

static void
prune_older(struct filling *filling, int64_t oldest_ms, unsigned int blocks)
{
	struct prune_result result = { 0 };

	for (int i = 0; i < PRUNE_CALLS_MAX && !result.is_done; i++) {
		struct store_txn *txn = NULL;

		ck_assert_int_eq(store_write_begin(filling->store, false,
		    &txn), ERR_NONE);
		ck_assert_int_eq(store_event_prune(txn, oldest_ms, blocks,
		    &result), ERR_NONE);
		fixture_commit(txn);
		filling->pruned += result.events;
	}
	ck_assert(result.is_done);
}

static void
check_counts(const struct filling *filling)
{
	struct store_txn *txn = fixture_read_begin(filling->store);
	struct store_stat stat;

	ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
	ck_assert_uint_eq(stat.events, filling->stored - filling->pruned);
	store_read_end(txn);
}

START_TEST(a_full_store_says_so_and_pruning_frees_it_every_time)
{
	char *path = fixture_path();
	struct filling filling;

	begin_filling(&filling, path, rows[_i].map_bytes);
	for (int n = 0; n < FILLINGS; n++) {
		uint64_t before = filling.stored;

		fill(&filling, rows[_i].batch_events, rows[_i].padding);
		ck_assert_uint_gt(filling.stored, before);
		check_counts(&filling);
		/* All, or the older half. */
		prune_older(&filling, n % 2 == 0 ? filling.now_ms :
		    filling.now_ms - (int64_t)(filling.stored - before) / 2,
		    rows[_i].prune_blocks);
		check_counts(&filling);
	}
	store_close(filling.store);
	free(path);
}
END_TEST

START_TEST(what_pruning_frees_is_used_again)
{
	char *path = fixture_path();
	struct filling filling;

	begin_filling(&filling, path, 4 << 20);
	/* Several times what fits, with a window that does. */
	for (int n = 0; n < 3000; n++) {
		ck_assert_int_eq(add_batch(&filling, 10, 1000), ERR_NONE);
		if (n % 10 == 9)
			prune_older(&filling, filling.now_ms - 1000, 20);
	}
	check_counts(&filling);
	store_close(filling.store);
	free(path);
}
END_TEST

/* Holds a read transaction until it is killed. */
static void
read_for_ever(const char *path, int ready)
{
	struct store *store = fixture_open(path, STORE_READ);
	struct store_txn *txn = fixture_read_begin(store);
	struct store_stat stat;

	store_stat_read(txn, &stat);
	ck_assert_int_eq(write(ready, "r", 1), 1);
	for (;;)
		pause();
}

static pid_t
start_reader(const char *path)
{
	int ends[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		read_for_ever(path, ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	close(ends[1]);
	return pid;
}

START_TEST(a_reader_that_stalls_stops_intake_before_the_map_is_full)
{
	char *path = fixture_make();
	struct filling filling;
	enum error err = ERR_NONE;
	pid_t reader;
	int status;
	int n = 0;

	/* The child comes first: fork after open is forbidden. */
	reader = start_reader(path);
	begin_filling(&filling, path, 4 << 20);
	/* Far less is stored than fits, but no page is free again. */
	while (err == ERR_NONE && n++ < 3000) {
		err = add_batch(&filling, 10, 1000);
		if (err == ERR_NONE && n % 10 == 9)
			prune_older(&filling, filling.now_ms - 500, 20);
	}
	ck_assert_int_eq(err, ERR_FULL);
	prune_older(&filling, filling.now_ms - 200, 20);

	/* A dead one is cleared by whoever writes. */
	kill(reader, SIGKILL);
	ck_assert_int_eq(waitpid(reader, &status, 0), reader);
	ck_assert_int_eq(add_batch(&filling, 10, 1000), ERR_NONE);
	check_counts(&filling);
	store_close(filling.store);
	free(path);
}
END_TEST

START_TEST(a_dead_reader_is_cleared_when_asked)
{
	char *path = fixture_make();
	pid_t reader = start_reader(path);
	struct store *store = fixture_open(path, STORE_WRITE);
	int status;

	ck_assert_uint_eq(store_clear_dead_readers(store), 0);
	kill(reader, SIGKILL);
	ck_assert_int_eq(waitpid(reader, &status, 0), reader);
	ck_assert_uint_eq(store_clear_dead_readers(store), 1);
	ck_assert_uint_eq(store_clear_dead_readers(store), 0);
	store_close(store);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store full");
	TCase *tcase = tcase_create("full");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase,
	    a_full_store_says_so_and_pruning_frees_it_every_time, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase, what_pruning_frees_is_used_again);
	tcase_add_test(tcase,
	    a_reader_that_stalls_stops_intake_before_the_map_is_full);
	tcase_add_test(tcase, a_dead_reader_is_cleared_when_asked);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
