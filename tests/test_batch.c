/* test_batch.c - the one way that events get into the store. */
#include "record/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/limits.h"
#include "store/events.h"
#include "store_fixture.h"
#include "suite.h"

static char *path;
static struct store *store;
static uint32_t organization;

static void
setup(void)
{
	struct store_txn *txn;

	path = fixture_make();
	store = fixture_open(path, STORE_WRITE);
	txn = fixture_write_begin(store);
	organization = fixture_organization(txn, "here");
	fixture_commit(txn);
}

static void
teardown(void)
{
	store_close(store);
	free(path);
}

static struct batch *
make_batch(enum event_source source)
{
	struct batch *batch = NULL;

	ck_assert_int_eq(batch_new(store, organization, source, DAY_MS,
	    &batch), ERR_NONE);
	return batch;
}

static enum error
commit(struct batch *batch, struct batch_result *result)
{
	return batches_commit(&batch, 1, NULL, NULL, result);
}

static uint64_t
count_events(void)
{
	struct store_txn *txn = fixture_read_begin(store);
	struct store_stat stat;

	ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
	store_read_end(txn);
	return stat.events;
}

START_TEST(a_batch_is_committed_as_a_whole_and_empty_after_it)
{
	struct batch *batch = make_batch(EVENT_RECORDED);
	struct batch_result result;

	for (int i = 0; i < 100; i++) {
		fixture_draft(batch_next(batch), CATEGORY_QUEUES, 10);
		ck_assert_uint_eq(batch_count(batch), i);
		batch_add(batch, 0);
	}
	ck_assert_uint_eq(count_events(), 0);
	ck_assert_int_eq(commit(batch, &result), ERR_NONE);
	ck_assert_uint_eq(result.added, 100);
	ck_assert_uint_eq(result.repeated, 0);
	ck_assert_uint_eq(result.pruned, 0);
	ck_assert_uint_eq(batch_count(batch), 0);
	ck_assert_uint_eq(count_events(), 100);
	batch_free(batch);
	batch_free(NULL);
}
END_TEST

START_TEST(an_empty_batch_commits_nothing)
{
	struct batch *batch = make_batch(EVENT_RECORDED);
	struct batch_result result;

	ck_assert_int_eq(commit(batch, &result), ERR_NONE);
	ck_assert_uint_eq(result.added, 0);
	batch_free(batch);
}
END_TEST

START_TEST(a_full_batch_gives_no_more_room)
{
	struct batch *batch = make_batch(EVENT_RECORDED);
	struct batch_result result;

	for (int i = 0; i < APPEND_BATCH_EVENTS; i++) {
		struct event_draft *draft = batch_next(batch);

		ck_assert_ptr_nonnull(draft);
		fixture_draft(draft, CATEGORY_QUEUES, 0);
		batch_add(batch, 0);
	}
	ck_assert_ptr_null(batch_next(batch));
	ck_assert_int_eq(commit(batch, &result), ERR_NONE);
	ck_assert_uint_eq(result.added, APPEND_BATCH_EVENTS);
	ck_assert_ptr_nonnull(batch_next(batch));
	batch_free(batch);
}
END_TEST

START_TEST(a_draft_that_is_not_added_does_not_count)
{
	struct batch *batch = make_batch(EVENT_RECORDED);
	struct batch_result result;

	fixture_draft(batch_next(batch), CATEGORY_QUEUES, 0);
	fixture_draft(batch_next(batch), CATEGORY_MESSAGES, 0);
	batch_add(batch, 0);
	ck_assert_int_eq(commit(batch, &result), ERR_NONE);
	ck_assert_uint_eq(result.added, 1);
	batch_free(batch);
}
END_TEST

static void
note_refused(size_t batch, uint64_t line_number, void *arg)
{
	uint64_t *lines = arg;

	*lines = *lines * 10 + batch;
	*lines = *lines * 10 + line_number;
}

static void
add_import(struct batch *batch, uint64_t line_number, unsigned int number,
    size_t padding)
{
	struct cursor place = fixture_place(clock_now_ms() / DAY_MS * DAY_MS,
	    number);

	fixture_import_draft(batch_next(batch), CATEGORY_QUEUES, &place,
	    padding);
	batch_add(batch, line_number);
}

START_TEST(an_import_counts_what_was_there_and_names_what_differs)
{
	struct batch *batch = make_batch(EVENT_IMPORTED);
	struct batch_result result;
	uint64_t lines = 0;

	add_import(batch, 1, 1, 5);
	add_import(batch, 2, 2, 5);
	add_import(batch, 3, 1, 5);	/* the same */
	add_import(batch, 4, 2, 6);	/* another */
	add_import(batch, 5, 1, 7);	/* another */
	ck_assert_int_eq(batches_commit(&batch, 1, note_refused, &lines,
	    &result), ERR_NONE);
	ck_assert_uint_eq(result.added, 2);
	ck_assert_uint_eq(result.repeated, 1);
	ck_assert_uint_eq(lines, 405);
	ck_assert_uint_eq(count_events(), 2);
	batch_free(batch);
}
END_TEST

START_TEST(batches_are_committed_together_in_their_order)
{
	struct batch *batches[] = {
		make_batch(EVENT_IMPORTED),
		make_batch(EVENT_IMPORTED),	/* empty */
		make_batch(EVENT_IMPORTED),
	};
	struct batch_result result;
	uint64_t lines = 0;

	add_import(batches[0], 1, 1, 5);
	add_import(batches[2], 2, 2, 5);
	add_import(batches[2], 3, 1, 5);	/* the same as the first */
	add_import(batches[2], 4, 1, 6);	/* another */
	ck_assert_int_eq(batches_commit(batches, COUNT_OF(batches),
	    note_refused, &lines, &result), ERR_NONE);
	ck_assert_uint_eq(result.added, 2);
	ck_assert_uint_eq(result.repeated, 1);
	ck_assert_uint_eq(lines, 24);
	ck_assert_uint_eq(count_events(), 2);
	for (size_t i = 0; i < COUNT_OF(batches); i++) {
		ck_assert_uint_eq(batch_count(batches[i]), 0);
		batch_free(batches[i]);
	}
}
END_TEST

static void
reopen(int64_t map_bytes)
{
	struct detail detail = { "" };

	store_close(store);
	ck_assert_int_eq(store_open(path, STORE_WRITE, map_bytes, &store,
	    &detail), ERR_NONE);
}

START_TEST(batches_that_find_no_room_keep_what_they_have)
{
	struct batch *batches[] = {
		make_batch(EVENT_RECORDED),
		make_batch(EVENT_RECORDED),
	};
	struct batch_result result;

	reopen(1 << 20);
	for (size_t i = 0; i < COUNT_OF(batches); i++) {
		batch_free(batches[i]);
		batches[i] = make_batch(EVENT_RECORDED);
		for (int n = 0; n < 150; n++) {
			fixture_draft(batch_next(batches[i]),
			    CATEGORY_QUEUES, 3000);
			batch_add(batches[i], 0);
		}
	}
	ck_assert_int_eq(batches_commit(batches, 2, NULL, NULL, &result),
	    ERR_FULL);
	ck_assert_uint_eq(count_events(), 0);
	/* There is room for the first alone. */
	ck_assert_int_eq(commit(batches[0], &result), ERR_NONE);
	ck_assert_uint_eq(result.added, 150);
	ck_assert_uint_eq(count_events(), 150);
	for (size_t i = 0; i < COUNT_OF(batches); i++)
		batch_free(batches[i]);
}
END_TEST

START_TEST(an_organization_that_is_gone_is_not_found)
{
	struct batch *batch = NULL;
	struct batch_result result;

	ck_assert_int_eq(batch_new(store, organization + 1, EVENT_RECORDED,
	    DAY_MS, &batch), ERR_NONE);
	fixture_draft(batch_next(batch), CATEGORY_QUEUES, 0);
	batch_add(batch, 0);
	ck_assert_int_eq(commit(batch, &result),
	    ERR_NOT_FOUND);
	/* It keeps what was not stored. */
	ck_assert_uint_eq(batch_count(batch), 1);
	ck_assert_uint_eq(result.added, 0);
	batch_free(batch);
}
END_TEST

/* Old events, as they are there after a day. */
static void
append_old(int events, size_t padding)
{
	struct store_txn *txn = fixture_write_begin(store);
	struct event_draft draft;

	fixture_draft(&draft, CATEGORY_MESSAGES, padding);
	for (int i = 0; i < events; i++)
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	fixture_commit(txn);
}

START_TEST(a_commit_removes_a_little_of_what_is_old)
{
	struct batch *batch = make_batch(EVENT_RECORDED);
	struct batch_result result;
	uint64_t pruned = 0;

	append_old(2000, 300);
	for (int n = 0; n < 40; n++) {
		for (int i = 0; i < 100; i++) {
			fixture_draft(batch_next(batch), CATEGORY_QUEUES,
			    300);
			batch_add(batch, 0);
		}
		ck_assert_int_eq(commit(batch, &result), ERR_NONE);
		/* About twice what it adds. */
		ck_assert_uint_le(result.pruned, 250);
		pruned += result.pruned;
	}
	ck_assert_uint_eq(pruned, 2000);
	ck_assert_uint_eq(count_events(), 4000);
	batch_free(batch);
}
END_TEST

START_TEST(a_store_full_of_old_events_takes_new_ones)
{
	struct batch *batch;
	struct batch_result result;

	append_old(3000, 2000);
	reopen(1 << 20);
	batch = make_batch(EVENT_RECORDED);
	fixture_draft(batch_next(batch), CATEGORY_QUEUES, 0);
	batch_add(batch, 0);
	for (int i = 0; i < 20; i++)
		if (commit(batch, &result) == ERR_NONE)
			break;
	ck_assert_uint_eq(batch_count(batch), 0);
	batch_free(batch);
}
END_TEST

START_TEST(a_store_full_of_new_events_is_full)
{
	struct batch *batch = make_batch(EVENT_IMPORTED);
	struct batch_result result;
	enum error err = ERR_NONE;
	unsigned int number = 0;

	reopen(1 << 20);
	batch_free(batch);
	batch = make_batch(EVENT_IMPORTED);
	for (int n = 0; n < 100 && err == ERR_NONE; n++) {
		for (int i = 0; i < 20; i++)
			add_import(batch, 1, number++, 1000);
		err = commit(batch, &result);
	}
	ck_assert_int_eq(err, ERR_FULL);
	ck_assert_uint_eq(batch_count(batch), 20);
	batch_free(batch);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("batch");
	TCase *tcase = tcase_create("batch");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase,
	    a_batch_is_committed_as_a_whole_and_empty_after_it);
	tcase_add_test(tcase, an_empty_batch_commits_nothing);
	tcase_add_test(tcase, a_full_batch_gives_no_more_room);
	tcase_add_test(tcase, a_draft_that_is_not_added_does_not_count);
	tcase_add_test(tcase,
	    an_import_counts_what_was_there_and_names_what_differs);
	tcase_add_test(tcase, batches_are_committed_together_in_their_order);
	tcase_add_test(tcase, batches_that_find_no_room_keep_what_they_have);
	tcase_add_test(tcase, an_organization_that_is_gone_is_not_found);
	tcase_add_test(tcase, a_commit_removes_a_little_of_what_is_old);
	tcase_add_test(tcase, a_store_full_of_old_events_takes_new_ones);
	tcase_add_test(tcase, a_store_full_of_new_events_is_full);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
