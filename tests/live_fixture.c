/* live_fixture.c - stores that are made and looked at by other processes. */
#include "live_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/event.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	/* A look a second, and some time to get at it. */
	LOOK_TRIES = 300,
	LOOK_TRY_US = 10000
};

void
live_fixture_fill_here(void *arg)
{
	const struct live_filling *filling = arg;
	struct detail detail = { "" };
	struct event_draft draft;
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	char *pepper = NULL;
	bool is_made;
	uint32_t organization;

	ck_assert_int_gt(asprintf(&pepper, "%s/pepper", filling->path), 0);
	ck_assert_int_eq(store_init(filling->path, pepper,
	    filling->map_bytes, &is_made, &detail), ERR_NONE);
	ck_assert_int_eq(store_open(filling->path, STORE_WRITE,
	    filling->map_bytes, &store, &detail), ERR_NONE);
	ck_assert_int_eq(store_write_begin(store, true, &txn), ERR_NONE);
	organization = fixture_organization(txn, filling->name);
	fixture_draft(&draft, CATEGORY_QUEUES, 2000);
	for (int i = 0; i < filling->events; i++)
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	ck_assert_int_eq(store_write_commit(txn), ERR_NONE);
	store_close(store);
	free(pepper);
}

void
live_fixture_fill(const char *path, const char *name, int64_t map_bytes,
    int events)
{
	struct live_filling filling = { path, name, map_bytes, events };

	ck_assert_int_eq(fixture_run_child(live_fixture_fill_here, &filling),
	    0);
}

struct live_store *
live_fixture_new(const char *path)
{
	struct live_store *live = NULL;
	char *pepper = NULL;

	ck_assert_int_gt(asprintf(&pepper, "%s/pepper", path), 0);
	ck_assert_int_eq(live_store_new(path, pepper, LIVE_SMALL_MAP_BYTES,
	    &live), ERR_NONE);
	free(pepper);
	return live;
}

enum error
live_fixture_find(struct live_store *live, const char *name)
{
	struct organization organization;
	const struct pepper *pepper;
	struct store_txn *txn;
	enum error err = live_store_begin(live, &txn, &pepper);

	if (err != ERR_NONE)
		return err;
	ck_assert_ptr_nonnull(pepper);
	err = store_organization_find(txn, name, &organization);
	live_store_end(live, txn);
	return err;
}

void
live_fixture_await(struct live_store *live, const char *name, enum error err)
{
	for (int i = 0; i < LOOK_TRIES; i++) {
		if (live_fixture_find(live, name) == err)
			return;
		usleep(LOOK_TRY_US);
	}
	ck_abort_msg("%s: never got error %d", name, err);
}

struct store_moment
live_fixture_moment(struct live_store *live)
{
	const struct pepper *pepper;
	struct store_txn *txn;
	struct store_moment moment;

	ck_assert_int_eq(live_store_begin(live, &txn, &pepper), ERR_NONE);
	moment = live_store_moment(live, txn);
	live_store_end(live, txn);
	return moment;
}
