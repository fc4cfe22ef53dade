/* test_store_derived.c - events that every machine records alike. */
#include <stdlib.h>
#include <string.h>

#include "model/random_id.h"
#include "store/events.h"
#include "store_fixture.h"
#include "suite.h"

enum { EVENTS = 6 };

static struct store *store;
static struct store_txn *txn;
static uint32_t organization;

static void
setup(void)
{
	store = fixture_store();
	txn = fixture_write_begin(store);
	organization = fixture_organization(txn, "here");
	fixture_commit(txn);
	txn = fixture_write_begin(store);
}

static void
teardown(void)
{
	store_write_abort(txn);
	store_close(store);
}

static struct cursor
append(const struct event_origin *origin, int64_t now_ms)
{
	struct event_draft draft;
	struct event_json event;
	struct cursor place;

	fixture_draft(&draft, CATEGORY_QUEUES, 100);
	event = (struct event_json){
		.category = draft.category,
		.stored_at_offset = draft.stored_at_offset,
		.json_len = draft.json_len,
		.json = draft.json,
	};
	ck_assert_int_eq(store_event_append_derived(txn, organization,
	    &event, now_ms, origin, &place), ERR_NONE);
	return place;
}

/* Messages of two events each, whose clocks stand, step back and go on. */
static void
append_all(struct cursor places[EVENTS])
{
	static const int offsets_ms[EVENTS] = { 0, 0, 0, -5000, 1, 7 };

	for (unsigned int i = 0; i < EVENTS; i++) {
		const struct event_origin origin = {
			.key = { 1, 2, 3 },
			.sequence = 1 + i / 2,
			.index = i % 2,
		};

		places[i] = append(&origin, BASE_MS + offsets_ms[i]);
	}
}

START_TEST(the_same_messages_give_the_same_places)
{
	struct cursor ours[EVENTS];
	struct cursor theirs[EVENTS];

	append_all(ours);
	/* As if this were another machine. */
	store_write_abort(txn);
	txn = fixture_write_begin(store);
	append_all(theirs);
	for (int i = 0; i < EVENTS; i++)
		ck_assert_int_eq(cursor_compare(&ours[i], &theirs[i]), 0);
}
END_TEST

START_TEST(places_are_in_commit_order_and_ids_all_differ)
{
	struct cursor places[EVENTS];

	append_all(places);
	for (int i = 1; i < EVENTS; i++) {
		ck_assert_int_gt(cursor_compare(&places[i], &places[i - 1]),
		    0);
		ck_assert_str_ne(places[i].id + 4, places[i - 1].id + 4);
	}
	ck_assert_int_eq(places[3].stored_at_ms, BASE_MS);
	ck_assert_mem_eq(places[3].id, "0--2", 4);
	ck_assert_int_eq(places[5].stored_at_ms, BASE_MS + 7);
	ck_assert_mem_eq(places[5].id, "0---", 4);
}
END_TEST

static bool
keep_json(const struct event_view *view, void *arg)
{
	char *json = arg;

	memcpy(json, view->json, view->json_len);
	json[view->json_len] = '\0';
	return true;
}

START_TEST(the_stored_event_has_the_place_that_was_told)
{
	const struct event_origin origin = { .sequence = 9 };
	const struct event_range range = {
		.organization = organization,
		.filter = filter_all(),
	};
	struct cursor place = append(&origin, BASE_MS);
	char json[EVENT_STORED_BYTES_MAX + 1] = "";

	ck_assert_int_eq(store_event_scan(txn, &range, keep_json, json),
	    ERR_NONE);
	ck_assert_ptr_nonnull(strstr(json, place.id));
	ck_assert_ptr_nonnull(strstr(json, "\"stored_at\":1657027948150,"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store derived");
	TCase *tcase = tcase_create("derived");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_same_messages_give_the_same_places);
	tcase_add_test(tcase, places_are_in_commit_order_and_ids_all_differ);
	tcase_add_test(tcase, the_stored_event_has_the_place_that_was_told);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
