/* test_changes.c - changes to keys and organizations, with their events. */
#include "record/changes.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/api_key.h"
#include "model/event.h"
#include "record_fixture.h"
#include "store/api_keys.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"
#include "suite.h"

#define NOW_MS INT64_C(1700000000000)

static const struct pepper pepper = { { 1 } };

static struct api_key
make_key(const struct record_fixture *fixture, const char *name)
{
	struct api_key key = {
		.organization = fixture->acme.number,
		.scopes = SCOPE_EVENTS_READ,
	};
	char clear[API_KEY_LEN + 1];

	api_key_make(clear);
	api_key_describe(&key, &pepper, clear);
	snprintf(key.name, sizeof(key.name), "%s", name);
	return key;
}

/* A key that is there, and told of. */
static struct api_key
add_key(struct record_fixture *fixture, const char *name)
{
	struct api_key key = make_key(fixture, name);
	struct store_txn *txn = record_fixture_write(fixture);

	ck_assert_int_eq(change_api_key_add(txn, &key, NOW_MS), ERR_NONE);
	record_fixture_commit(txn);
	return key;
}

static enum error
put_key(struct record_fixture *fixture, const struct api_key *key)
{
	struct store_txn *txn = record_fixture_write(fixture);
	enum error err = change_api_key_put(txn, key, NOW_MS);

	record_fixture_commit(txn);
	return err;
}

static enum error
remove_key(struct record_fixture *fixture, const char *id)
{
	struct store_txn *txn = record_fixture_write(fixture);
	enum error err = change_api_key_remove(txn, id, NOW_MS);

	record_fixture_commit(txn);
	return err;
}

static enum error
put_organization(struct record_fixture *fixture)
{
	struct store_txn *txn = record_fixture_write(fixture);
	enum error err = change_organization_put(txn, &fixture->acme,
	    NOW_MS);

	record_fixture_commit(txn);
	return err;
}

static void
mark_removed(struct record_fixture *fixture)
{
	struct store_txn *txn = record_fixture_write(fixture);

	ck_assert_int_eq(change_organization_remove(txn,
	    fixture->acme.number), ERR_NONE);
	ck_assert_int_eq(change_organization_remove(txn,
	    fixture->acme.number), ERR_NONE);
	record_fixture_commit(txn);
}

static size_t
told(struct record_fixture *fixture, const char *type)
{
	return record_fixture_count_type(fixture, fixture->acme.number,
	    type);
}

static enum error
find_key(struct record_fixture *fixture, const char *id, struct api_key *key)
{
	struct store_txn *txn = NULL;
	enum error err;

	ck_assert_int_eq(store_read_begin(fixture->store, &txn), ERR_NONE);
	err = store_api_key_get(txn, id, key);
	store_read_end(txn);
	return err;
}

static bool
keep_last(const struct event_view *view, void *arg)
{
	char *text = arg;

	memcpy(text, view->json, view->json_len);
	text[view->json_len] = '\0';
	return true;
}

static void
last_event(struct record_fixture *fixture, uint32_t organization,
    char text[EVENT_STORED_BYTES_MAX + 1])
{
	struct event_range range = {
		.organization = organization,
		.filter = filter_all(),
	};
	struct store_txn *txn = NULL;

	text[0] = '\0';
	ck_assert_int_eq(store_read_begin(fixture->store, &txn), ERR_NONE);
	ck_assert_int_eq(store_event_scan(txn, &range, keep_last, text),
	    ERR_NONE);
	store_read_end(txn);
}

START_TEST(a_key_s_life_is_told_in_events)
{
	char text[EVENT_STORED_BYTES_MAX + 1];
	char wanted[256];
	struct record_fixture fixture;
	struct api_key key;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	key = add_key(&fixture, "a \"name\"");
	last_event(&fixture, fixture.acme.number, text);
	snprintf(wanted, sizeof(wanted), "\"client\":{\"id\":\"%s\"},"
	    "\"api_key\":{\"id\":\"%s\",\"name\":\"a \\\"name\\\"\"}}",
	    fixture.acme.id, key.id);
	ck_assert_ptr_nonnull(strstr(text, wanted));
	ck_assert_ptr_nonnull(strstr(text, "\"api_key_added\""));

	key.status = API_KEY_DISABLED;
	ck_assert_int_eq(put_key(&fixture, &key), ERR_NONE);
	ck_assert_uint_eq(told(&fixture, "api_key_updated"), 1);
	ck_assert_int_eq(remove_key(&fixture, key.id), ERR_NONE);
	ck_assert_uint_eq(told(&fixture, "api_key_deleted"), 1);
	ck_assert_uint_eq(record_fixture_count(&fixture,
	    fixture.other.number), 0);
	record_fixture_close(&fixture);
}
END_TEST

/* What is changed of a key, and whether that is told: once, though it is put
 * twice. */
static const struct {
	const char *name;
	unsigned int scopes;
	uint32_t rate_per_minute;
	int64_t expires_ms;
	int64_t last_used_ms;
	size_t events;
} put_rows[] = {
	{ "name",  SCOPE_EVENTS_READ,  0, 0, 0, 0 },
	{ "other", SCOPE_EVENTS_READ,  0, 0, 0, 1 },
	{ "name",  SCOPE_EVENTS_WRITE, 0, 0, 0, 1 },
	{ "name",  SCOPE_EVENTS_READ,  9, 0, 0, 1 },
	{ "name",  SCOPE_EVENTS_READ,  0, 9, 0, 1 },
	{ "name",  SCOPE_EVENTS_READ,  0, 0, 9, 0 },
};

START_TEST(a_change_has_one_event_and_no_change_none)
{
	struct record_fixture fixture;
	struct api_key key;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	key = add_key(&fixture, "name");
	snprintf(key.name, sizeof(key.name), "%s", put_rows[_i].name);
	key.scopes = put_rows[_i].scopes;
	key.rate_per_minute = put_rows[_i].rate_per_minute;
	key.expires_ms = put_rows[_i].expires_ms;
	key.last_used_ms = put_rows[_i].last_used_ms;
	ck_assert_int_eq(put_key(&fixture, &key), ERR_NONE);
	ck_assert_int_eq(put_key(&fixture, &key), ERR_NONE);
	ck_assert_uint_eq(told(&fixture, "api_key_updated"),
	    put_rows[_i].events);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(a_key_that_is_not_there_is_not_found)
{
	struct record_fixture fixture;
	struct api_key key;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	key = make_key(&fixture, "name");
	memset(key.id, '0', EVENT_ID_LEN);
	ck_assert_int_eq(put_key(&fixture, &key), ERR_NOT_FOUND);
	ck_assert_int_eq(remove_key(&fixture, key.id), ERR_NOT_FOUND);
	ck_assert_uint_eq(record_fixture_count(&fixture,
	    fixture.acme.number), 0);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(the_same_key_is_not_added_twice)
{
	struct record_fixture fixture;
	struct store_txn *txn;
	struct api_key key;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	key = add_key(&fixture, "name");
	txn = record_fixture_write(&fixture);
	ck_assert_int_eq(change_api_key_add(txn, &key, NOW_MS), ERR_EXISTS);
	store_write_abort(txn);
	ck_assert_uint_eq(told(&fixture, "api_key_added"), 1);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(what_is_aborted_is_told_of_nowhere)
{
	struct record_fixture fixture;
	struct store_txn *txn;
	struct api_key key;
	struct api_key found;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	key = make_key(&fixture, "name");
	txn = record_fixture_write(&fixture);
	ck_assert_int_eq(change_api_key_add(txn, &key, NOW_MS), ERR_NONE);
	store_write_abort(txn);
	ck_assert_uint_eq(record_fixture_count(&fixture,
	    fixture.acme.number), 0);
	ck_assert_int_eq(find_key(&fixture, key.id, &found), ERR_NOT_FOUND);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(an_organization_tells_of_its_name_and_status)
{
	char text[EVENT_STORED_BYTES_MAX + 1];
	struct record_fixture fixture;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	fixture.acme.status = ORGANIZATION_LOCKED;
	ck_assert_int_eq(put_organization(&fixture), ERR_NONE);
	ck_assert_int_eq(put_organization(&fixture), ERR_NONE);
	snprintf(fixture.acme.name, sizeof(fixture.acme.name), "renamed");
	ck_assert_int_eq(put_organization(&fixture), ERR_NONE);
	ck_assert_uint_eq(told(&fixture, "organization_updated"), 2);
	last_event(&fixture, fixture.acme.number, text);
	ck_assert_ptr_nonnull(strstr(text, "\"metadata\":{\"name\":"
	    "\"renamed\",\"status\":\"locked\"}}"));
	snprintf(fixture.acme.name, sizeof(fixture.acme.name), "other");
	ck_assert_int_eq(put_organization(&fixture), ERR_EXISTS);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(an_organization_that_is_being_removed_does_not_change)
{
	struct record_fixture fixture;
	struct store_txn *txn;
	struct api_key key;
	struct api_key other;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	key = add_key(&fixture, "name");
	mark_removed(&fixture);
	key.rate_per_minute = 1;
	ck_assert_int_eq(put_key(&fixture, &key), ERR_NOT_FOUND);
	fixture.acme.status = ORGANIZATION_UNPAID;
	ck_assert_int_eq(put_organization(&fixture), ERR_NOT_FOUND);
	other = make_key(&fixture, "other");
	txn = record_fixture_write(&fixture);
	ck_assert_int_eq(change_api_key_add(txn, &other, NOW_MS),
	    ERR_NOT_FOUND);
	store_write_abort(txn);
	/* A key can always be taken away. */
	ck_assert_int_eq(remove_key(&fixture, key.id), ERR_NONE);
	ck_assert_uint_eq(told(&fixture, "api_key_deleted"), 0);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(damaged_events_keep_no_key_alive)
{
	struct record_fixture fixture;
	struct api_key first;
	struct api_key second;
	struct api_key found;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	first = add_key(&fixture, "first");
	second = add_key(&fixture, "second");
	record_fixture_damage(&fixture, "api_key_added");
	/* What gives more waits until the events are mended. */
	first.rate_per_minute = 1000;
	ck_assert_int_eq(put_key(&fixture, &first), ERR_CORRUPT);
	first.status = API_KEY_DISABLED;
	ck_assert_int_eq(put_key(&fixture, &first), ERR_NONE);
	ck_assert_int_eq(find_key(&fixture, first.id, &found), ERR_NONE);
	ck_assert_int_eq(found.status, API_KEY_DISABLED);
	ck_assert_int_eq(remove_key(&fixture, second.id), ERR_NONE);
	ck_assert_int_eq(find_key(&fixture, second.id, &found),
	    ERR_NOT_FOUND);
	record_fixture_close(&fixture);
}
END_TEST

START_TEST(a_use_is_kept_when_it_is_later)
{
	static const int64_t uses_ms[] = { 5, 9, 7 };
	struct record_fixture fixture;
	struct store_txn *txn;
	struct api_key key;
	struct api_key found;

	record_fixture_open(&fixture, FIXTURE_MAP_BYTES);
	key = add_key(&fixture, "name");
	txn = record_fixture_write(&fixture);
	for (size_t i = 0; i < COUNT_OF(uses_ms); i++)
		ck_assert_int_eq(store_api_key_put_last_used(txn, key.id,
		    uses_ms[i]), ERR_NONE);
	ck_assert_int_eq(store_api_key_put_last_used(txn,
	    "000000000000000000000", 1), ERR_NOT_FOUND);
	record_fixture_commit(txn);
	/* What is changed later keeps it. */
	key.rate_per_minute = 1;
	ck_assert_int_eq(put_key(&fixture, &key), ERR_NONE);
	ck_assert_int_eq(find_key(&fixture, key.id, &found), ERR_NONE);
	ck_assert_int_eq(found.last_used_ms, 9);
	record_fixture_close(&fixture);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("changes");
	TCase *tcase = tcase_create("changes");

	tcase_add_test(tcase, a_key_s_life_is_told_in_events);
	tcase_add_loop_test(tcase, a_change_has_one_event_and_no_change_none,
	    0, COUNT_OF(put_rows));
	tcase_add_test(tcase, a_key_that_is_not_there_is_not_found);
	tcase_add_test(tcase, the_same_key_is_not_added_twice);
	tcase_add_test(tcase, what_is_aborted_is_told_of_nowhere);
	tcase_add_test(tcase, an_organization_tells_of_its_name_and_status);
	tcase_add_test(tcase,
	    an_organization_that_is_being_removed_does_not_change);
	tcase_add_test(tcase, damaged_events_keep_no_key_alive);
	tcase_add_test(tcase, a_use_is_kept_when_it_is_later);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
