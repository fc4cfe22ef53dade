/* store_fixture.c - stores, organizations and events for the store's tests. */
#include "store_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/check.h"
#include "store/organizations.h"
#include "suite.h"

enum { TEXT_SIZE = 8 * 1024, NAME_LEN_MAX = 250 };

static const char *const types[] = {
	[CATEGORY_API_KEYS]  = "api_key_added",
	[CATEGORY_LISTENERS] = "listener_updated",
	[CATEGORY_MESSAGES]  = "message_published_ok",
	[CATEGORY_QUEUES]    = "queue_deleted",
	[CATEGORY_OTHER]     = "weather_changed",
};

char *
fixture_path(void)
{
	char *directory = suite_directory();
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/store", directory), 0);
	free(directory);
	return path;
}

char *
fixture_make(void)
{
	char *path = fixture_path();
	char *pepper = NULL;
	struct detail detail = { "" };
	bool is_made;

	ck_assert_int_gt(asprintf(&pepper, "%s/pepper", path), 0);
	ck_assert_msg(store_init(path, pepper, FIXTURE_MAP_BYTES, &is_made,
	    &detail) == ERR_NONE, "%s", detail.text);
	ck_assert(is_made);
	free(pepper);
	return path;
}

struct store *
fixture_open(const char *path, enum store_access access)
{
	struct detail detail = { "" };
	struct store *store = NULL;

	ck_assert_msg(store_open(path, access, FIXTURE_MAP_BYTES, &store,
	    &detail) == ERR_NONE, "%s", detail.text);
	return store;
}

struct store *
fixture_store(void)
{
	char *path = fixture_make();
	struct store *store = fixture_open(path, STORE_WRITE);

	free(path);
	return store;
}

struct store_txn *
fixture_write_begin(struct store *store)
{
	struct store_txn *txn = NULL;

	ck_assert_int_eq(store_write_begin(store, true, &txn), ERR_NONE);
	return txn;
}

struct store_txn *
fixture_read_begin(struct store *store)
{
	struct store_txn *txn = NULL;

	ck_assert_int_eq(store_read_begin(store, &txn), ERR_NONE);
	return txn;
}

void
fixture_commit(struct store_txn *txn)
{
	ck_assert_int_eq(store_write_commit(txn), ERR_NONE);
}

uint32_t
fixture_organization(struct store_txn *txn, const char *name)
{
	struct organization organization = { .number = 0 };

	snprintf(organization.name, sizeof(organization.name), "%s", name);
	ck_assert_int_eq(store_organization_add(txn, &organization, BASE_MS),
	    ERR_NONE);
	return organization.number;
}

const char *
fixture_type(enum category category)
{
	return types[category];
}

/* Resources with names of up to 250 letters, then metadata, until the padding
 * is used up. */
static void
add_padding(char *text, size_t padding)
{
	static const char *const members[] = {
		"message", "api_key", "queue", "listener",
	};
	size_t len = strlen(text);

	for (size_t i = 0; i < 4 && padding > 0; i++) {
		size_t name_len = padding < NAME_LEN_MAX ? padding :
		    NAME_LEN_MAX;

		len += (size_t)snprintf(text + len, TEXT_SIZE - len,
		    ",\"%s\":{\"id\":\"x\",\"name\":\"%0*d\"}", members[i],
		    (int)name_len, 7);
		padding -= name_len;
	}
	if (padding == 0)
		return;
	len += (size_t)snprintf(text + len, TEXT_SIZE - len,
	    ",\"metadata\":{");
	for (int i = 0; i < METADATA_PAIRS_MAX && padding > 0; i++) {
		size_t name_len = padding < NAME_LEN_MAX ? padding :
		    NAME_LEN_MAX;

		len += (size_t)snprintf(text + len, TEXT_SIZE - len,
		    "%s\"%x\":\"%0*d\"", i == 0 ? "" : ",", (unsigned int)i,
		    (int)name_len, 7);
		padding -= name_len;
	}
	snprintf(text + len, TEXT_SIZE - len, "}");
}

static void
parse(struct event_draft *draft, char *text, enum event_source source)
{
	struct detail detail = { "" };

	ck_assert_msg(event_draft_parse(text, strlen(text), source, "client",
	    draft, &detail) == ERR_NONE, "%s", detail.text);
}

void
fixture_draft(struct event_draft *draft, enum category category,
    size_t padding)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "{\"type\":\"%s\"", types[category]);
	add_padding(text, padding);
	strncat(text, "}", sizeof(text) - strlen(text) - 1);
	parse(draft, text, EVENT_RECORDED);
}

void
fixture_import_draft(struct event_draft *draft, enum category category,
    const struct cursor *place, size_t padding)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text),
	    "{\"id\":\"%s\",\"stored_at\":%" PRId64 ",\"type\":\"%s\"",
	    place->id, place->stored_at_ms, types[category]);
	add_padding(text, padding);
	strncat(text, "}", sizeof(text) - strlen(text) - 1);
	parse(draft, text, EVENT_IMPORTED);
}

enum error
fixture_put_import(struct store_txn *txn, uint32_t organization,
    struct event_draft *draft, enum import_outcome *outcome_out)
{
	const struct event_json event = {
		.category = draft->category,
		.stored_at_offset = draft->stored_at_offset,
		.json_len = draft->json_len,
		.json = draft->json,
	};

	return store_event_import(txn, organization, &event, &draft->place,
	    outcome_out);
}

struct cursor
fixture_place(int64_t stored_at_ms, unsigned int number)
{
	struct cursor place = { .stored_at_ms = stored_at_ms };

	snprintf(place.id, sizeof(place.id), "%021u", number);
	return place;
}

/* A step of splitmix64. */
uint32_t
fixture_random(uint64_t *state, uint32_t below)
{
	uint64_t number = *state += UINT64_C(0x9E3779B97F4A7C15);

	number = (number ^ (number >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	number = (number ^ (number >> 27)) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t)((number ^ (number >> 31)) % below);
}

void
fixture_read_record(struct store_txn *txn, enum tree tree, MDB_cursor_op op,
    struct fixture_record *record)
{
	MDB_cursor *cursor = NULL;

	ck_assert_int_eq(mdb_cursor_open(txn->mdb, txn->store->trees[tree],
	    &cursor), 0);
	ck_assert_int_eq(mdb_cursor_get(cursor, &record->key,
	    &record->value, op), 0);
	ck_assert_uint_le(record->key.mv_size, sizeof(record->key_bytes));
	ck_assert_uint_le(record->value.mv_size,
	    sizeof(record->value_bytes));
	memcpy(record->key_bytes, record->key.mv_data, record->key.mv_size);
	memcpy(record->value_bytes, record->value.mv_data,
	    record->value.mv_size);
	record->key.mv_data = record->key_bytes;
	record->value.mv_data = record->value_bytes;
	mdb_cursor_close(cursor);
}

void
fixture_write_record(struct store_txn *txn, enum tree tree,
    struct fixture_record *record)
{
	ck_assert_int_eq(mdb_put(txn->mdb, txn->store->trees[tree],
	    &record->key, &record->value, 0), 0);
}

void
fixture_remove_record(struct store_txn *txn, enum tree tree,
    struct fixture_record *record)
{
	ck_assert_int_eq(mdb_del(txn->mdb, txn->store->trees[tree],
	    &record->key, NULL), 0);
}

int
fixture_run_child(void (*child)(void *arg), void *arg)
{
	int status = -1;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		child(arg);
		_exit(EXIT_SUCCESS);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void
note_fault(const char *fault, void *arg)
{
	(void)arg;
	ck_assert_ptr_nonnull(strstr(fault, "does not decode"));
}

uint64_t
fixture_count_faults(struct store_txn *txn)
{
	struct check_result result;

	ck_assert_int_eq(store_check(txn, note_fault, NULL, NULL, &result),
	    ERR_NONE);
	return result.faults;
}

static bool
count_event(const struct event_view *view, void *arg)
{
	struct fixture_page *page = arg;

	if (page->count++ == 0)
		page->first_ms = view->place.stored_at_ms;
	return page->count < page->limit;
}

enum error
fixture_read_page(struct store_txn *txn, const struct event_range *range,
    unsigned int limit, struct fixture_page *page_out)
{
	*page_out = (struct fixture_page){ .limit = limit };
	return store_event_scan(txn, range, count_event, page_out);
}
