/* test_store_cursor.c - the promise of the cursor, against a plain array. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/events.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	CASES = 1000,
	COMMITTED_CASES = 60,
	STEPS_MAX = 120,
	QUERIES = 12,
	EVENTS_MAX = 4 * STEPS_MAX,
	MOMENTS = 40
};

#define SEED UINT64_C(0x61706974)

/* What is known of an event that was put. */
struct known {
	struct cursor place;
	enum category category;
};

struct world {
	struct store *store;
	struct store_txn *txn;
	uint64_t random;
	uint32_t organization;
	uint32_t stranger;	/* whose events must not be seen */
	int64_t pruned_ms;	/* older ones may have gone */
	size_t count;
	struct known events[EVENTS_MAX];	/* by place */
};

static void
note(struct world *world, const struct event_draft *draft)
{
	size_t i = world->count;

	ck_assert_uint_lt(world->count, EVENTS_MAX);
	while (i > 0 && cursor_compare(&world->events[i - 1].place,
	    &draft->place) > 0) {
		world->events[i] = world->events[i - 1];
		i--;
	}
	world->events[i] = (struct known){ draft->place, draft->category };
	world->count++;
}

static size_t
random_padding(struct world *world)
{
	static const size_t paddings[] = { 0, 10, 100, 190, 190, 600, 3800 };

	return paddings[fixture_random(&world->random, COUNT_OF(paddings))];
}

static enum category
random_category(struct world *world)
{
	return (enum category)fixture_random(&world->random, CATEGORY_COUNT);
}

static struct cursor
random_place(struct world *world)
{
	if (world->count > 0 && fixture_random(&world->random, 2) == 0)
		return world->events[fixture_random(&world->random,
		    (uint32_t)world->count)].place;
	return fixture_place(BASE_MS +
	    fixture_random(&world->random, MOMENTS),
	    fixture_random(&world->random, 4));
}

static void
append_one(struct world *world)
{
	struct event_draft draft;
	uint32_t owner = fixture_random(&world->random, 4) == 0 ?
	    world->stranger : world->organization;

	fixture_draft(&draft, random_category(world), random_padding(world));
	/* The clock steps back and forth. */
	ck_assert_int_eq(store_event_append(world->txn, owner, &draft,
	    BASE_MS + fixture_random(&world->random, MOMENTS)), ERR_NONE);
	if (owner != world->organization)
		return;
	if (world->count > 0)
		ck_assert_int_gt(cursor_compare(&draft.place,
		    &world->events[world->count - 1].place), 0);
	note(world, &draft);
}

static void
import_one(struct world *world)
{
	struct cursor place = random_place(world);
	struct event_draft draft;
	enum import_outcome outcome;
	bool is_there = false;

	/* What was pruned may or may not be there to refuse a repeat. */
	if (place.stored_at_ms < world->pruned_ms)
		return;
	for (size_t i = 0; i < world->count; i++)
		is_there |= cursor_compare(&world->events[i].place, &place) ==
		    0;
	fixture_import_draft(&draft, random_category(world), &place,
	    random_padding(world));
	ck_assert_int_eq(fixture_put_import(world->txn, world->organization,
	    &draft, &outcome), ERR_NONE);
	if (is_there) {
		ck_assert_int_ne(outcome, IMPORT_ADDED);
		return;
	}
	ck_assert_int_eq(outcome, IMPORT_ADDED);
	note(world, &draft);
}

static void
prune_some(struct world *world)
{
	struct prune_result result;
	int64_t oldest_ms = BASE_MS + fixture_random(&world->random, MOMENTS);

	ck_assert_int_eq(store_event_prune(world->txn, oldest_ms,
	    1 + fixture_random(&world->random, 4), &result), ERR_NONE);
	if (oldest_ms > world->pruned_ms)
		world->pruned_ms = oldest_ms;
}

/* Compares what a scan visits with the array. */
struct comparison {
	struct world *world;
	const struct event_range *range;
	size_t next;	/* in the array; newest first, from its end */
	size_t visited;
	size_t visited_max;
	struct cursor last;
};

static bool
is_wanted(const struct event_range *range, const struct known *known)
{
	int order = range->after == NULL ? 0 :
	    cursor_compare(&known->place, range->after);

	if (!filter_wants(&range->filter, known->category) ||
	    known->place.stored_at_ms < range->oldest_ms)
		return false;
	if (range->after == NULL)
		return true;
	return range->order == OLDEST_FIRST ? order > 0 : order < 0;
}

/* The next wanted one, NULL behind the last. */
static const struct known *
next_wanted(struct comparison *comparison)
{
	struct world *world = comparison->world;

	while (comparison->next < world->count) {
		size_t i = comparison->range->order == OLDEST_FIRST ?
		    comparison->next : world->count - 1 - comparison->next;

		comparison->next++;
		if (is_wanted(comparison->range, &world->events[i]))
			return &world->events[i];
	}
	return NULL;
}

static bool
compare_one(const struct event_view *view, void *arg)
{
	struct comparison *comparison = arg;
	const struct known *known = next_wanted(comparison);

	ck_assert_ptr_nonnull(known);
	ck_assert_int_eq(cursor_compare(&view->place, &known->place), 0);
	ck_assert_int_eq(view->category, known->category);
	ck_assert_mem_eq(view->json + EVENT_ID_OFFSET, view->place.id,
	    EVENT_ID_LEN);
	comparison->last = view->place;
	return ++comparison->visited < comparison->visited_max;
}

/* Every page of a walk, each begun where the one before ended. */
static void
walk(struct world *world, struct store_txn *txn, struct event_range range)
{
	struct comparison comparison = { .world = world, .range = &range };
	struct event_range page = range;
	size_t page_max = 1 + fixture_random(&world->random, 30);

	do {
		comparison.visited = 0;
		comparison.visited_max = page_max;
		ck_assert_int_eq(store_event_scan(txn, &page, compare_one,
		    &comparison), ERR_NONE);
		page.after = &comparison.last;
	} while (comparison.visited == page_max);
	ck_assert_ptr_null(next_wanted(&comparison));
}

static void
query(struct world *world, struct store_txn *txn)
{
	struct cursor after = random_place(world);
	struct event_range range = {
		.organization = world->organization,
		.filter.categories = 1 + fixture_random(&world->random,
		    (1 << CATEGORY_COUNT) - 1),
		.order = fixture_random(&world->random, 2) == 0 ?
		    OLDEST_FIRST : NEWEST_FIRST,
		.after = fixture_random(&world->random, 3) == 0 ? NULL :
		    &after,
		.oldest_ms = world->pruned_ms,
	};

	switch (fixture_random(&world->random, 6)) {
	case 0:
		after.stored_at_ms = INT64_MAX;
		break;
	case 1:
		after.stored_at_ms = 0;
		break;
	case 2:
		range.oldest_ms += fixture_random(&world->random, MOMENTS);
		break;
	default:
		break;
	}
	walk(world, txn, range);
}

static void
run_steps(struct world *world, uint32_t steps)
{
	while (steps-- > 0) {
		switch (fixture_random(&world->random, 12)) {
		case 0:
			prune_some(world);
			break;
		case 1:
		case 2:
		case 3:
		case 4:
		case 5:
			import_one(world);
			break;
		default:
			append_one(world);
			break;
		}
	}
}

static struct world *
make_world(uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));

	ck_assert_ptr_nonnull(world);
	world->random = seed;
	world->store = fixture_store();
	world->txn = fixture_write_begin(world->store);
	world->organization = fixture_organization(world->txn, "here");
	world->stranger = fixture_organization(world->txn, "there");
	fixture_commit(world->txn);
	return world;
}

/* Nothing is committed, so each case begins with an empty store. */
START_TEST(a_cursor_neither_skips_nor_repeats)
{
	struct world *world = make_world(SEED);

	for (int n = 0; n < CASES; n++) {
		world->count = 0;
		world->pruned_ms = 0;
		/* It is what a failure is looked for with. */
		world->random = SEED + (uint64_t)n;
		world->txn = fixture_write_begin(world->store);
		run_steps(world, 1 + fixture_random(&world->random,
		    STEPS_MAX));
		for (int i = 0; i < QUERIES; i++)
			query(world, world->txn);
		store_write_abort(world->txn);
	}
	store_close(world->store);
	free(world);
}
END_TEST

START_TEST(a_reader_sees_what_was_committed_and_no_more)
{
	struct world *world = make_world(SEED);
	struct store_txn *early = fixture_read_begin(world->store);

	for (int n = 0; n < COMMITTED_CASES; n++) {
		struct store_txn *txn;

		if (world->count > EVENTS_MAX - 10)
			break;
		world->txn = fixture_write_begin(world->store);
		run_steps(world, 10);
		fixture_commit(world->txn);
		txn = fixture_read_begin(world->store);
		for (int i = 0; i < QUERIES; i++)
			query(world, txn);
		store_read_end(txn);
	}
	world->count = 0;
	query(world, early);
	store_read_end(early);
	store_close(world->store);
	free(world);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store cursor");
	TCase *tcase = tcase_create("cursor");

	tcase_set_timeout(tcase, 300);
	tcase_add_test(tcase, a_cursor_neither_skips_nor_repeats);
	tcase_add_test(tcase, a_reader_sees_what_was_committed_and_no_more);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
