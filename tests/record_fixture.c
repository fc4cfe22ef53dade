/* record_fixture.c - a store with organizations, and requests for it. */
#include "record_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/body_digest.h"
#include "model/event.h"
#include "store/api_keys.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"
#include "suite.h"

#define A_KEY_ID "key000000000000000000"

struct count {
	const char *type;	/* NULL: any */
	size_t count;
};

static void
open_store(struct record_fixture *fixture, int64_t map_bytes)
{
	struct detail detail;

	ck_assert_msg(store_open(fixture->directory, STORE_WRITE, map_bytes,
	    &fixture->store, &detail) == ERR_NONE, "%s", detail.text);
}

void
record_fixture_open(struct record_fixture *fixture, int64_t map_bytes)
{
	struct store_txn *txn;
	struct detail detail;
	char *pepper = NULL;
	bool is_made;

	*fixture = (struct record_fixture){
		.directory = suite_directory(),
		.acme = { .name = "acme" },
		.other = { .name = "other" },
	};
	ck_assert_int_gt(asprintf(&pepper, "%s/pepper", fixture->directory),
	    0);
	ck_assert_msg(store_init(fixture->directory, pepper, map_bytes,
	    &is_made, &detail) == ERR_NONE, "%s", detail.text);
	free(pepper);
	open_store(fixture, map_bytes);
	txn = record_fixture_write(fixture);
	ck_assert_int_eq(store_organization_add(txn, &fixture->acme,
	    clock_now_ms()), ERR_NONE);
	ck_assert_int_eq(store_organization_add(txn, &fixture->other,
	    clock_now_ms()), ERR_NONE);
	record_fixture_commit(txn);
}

void
record_fixture_close(struct record_fixture *fixture)
{
	store_close(fixture->store);
	free(fixture->directory);
}

struct store_txn *
record_fixture_write(struct record_fixture *fixture)
{
	struct store_txn *txn = NULL;

	ck_assert_int_eq(store_write_begin(fixture->store, false, &txn),
	    ERR_NONE);
	return txn;
}

void
record_fixture_commit(struct store_txn *txn)
{
	ck_assert_int_eq(store_write_commit(txn), ERR_NONE);
}

void
record_fixture_add_key(struct record_fixture *fixture,
    const struct organization *organization, struct api_key *key)
{
	static const struct pepper pepper = { { 1 } };
	struct store_txn *txn = record_fixture_write(fixture);
	char clear[API_KEY_LEN + 1];

	api_key_make(clear);
	api_key_describe(key, &pepper, clear);
	key->organization = organization->number;
	if (key->name[0] == '\0')
		snprintf(key->name, sizeof(key->name), "a key");
	if (key->scopes == 0)
		key->scopes = SCOPE_EVENTS_WRITE;
	ck_assert_int_eq(store_api_key_add(txn, key, clock_now_ms()),
	    ERR_NONE);
	record_fixture_commit(txn);
}

static bool
count_one(const struct event_view *view, void *arg)
{
	struct count *count = arg;
	char wanted[96];

	snprintf(wanted, sizeof(wanted), "\"type\":\"%s\"",
	    count->type == NULL ? "" : count->type);
	if (count->type == NULL || memmem(view->json, view->json_len, wanted,
	    strlen(wanted)) != NULL)
		count->count++;
	return true;
}

size_t
record_fixture_count(struct record_fixture *fixture, uint32_t organization)
{
	return record_fixture_count_type(fixture, organization, NULL);
}

size_t
record_fixture_count_type(struct record_fixture *fixture,
    uint32_t organization, const char *type)
{
	struct event_range range = {
		.organization = organization,
		.filter = filter_all(),
		.order = OLDEST_FIRST,
	};
	struct count count = { .type = type };
	struct store_txn *txn = NULL;

	ck_assert_int_eq(store_read_begin(fixture->store, &txn), ERR_NONE);
	ck_assert_int_eq(store_event_scan(txn, &range, count_one, &count),
	    ERR_NONE);
	store_read_end(txn);
	return count.count;
}

void
record_fixture_damage(struct record_fixture *fixture, const char *text)
{
	char *path = NULL;
	char *bytes = NULL;
	size_t len = 0;
	size_t size = 0;
	bool is_found = false;
	FILE *file;

	store_close(fixture->store);
	ck_assert_int_gt(asprintf(&path, "%s/data.mdb", fixture->directory),
	    0);
	file = fopen(path, "r+");
	ck_assert_ptr_nonnull(file);
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	bytes = malloc(size);
	ck_assert_ptr_nonnull(bytes);
	len = fread(bytes, 1, size, file);
	for (char *found = memmem(bytes, len, text, strlen(text));
	    found != NULL; found = memmem(found, len -
	    (size_t)(found - bytes), text, strlen(text))) {
		is_found = true;
		*found ^= 1;
	}
	ck_assert(is_found);
	rewind(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	fclose(file);
	free(bytes);
	free(path);
	open_store(fixture, FIXTURE_MAP_BYTES);
}

void
record_fixture_message(struct buffer *message, const struct record_ask *ask)
{
	const char *body = ask->body == NULL ? "a body" : ask->body;
	const char *type = ask->type == NULL ? "queue_added" : ask->type;
	size_t count = ask->event_count == 0 ? 1 : ask->event_count;
	struct message_request request = {
		.organization = ask->organization,
	};
	const char *id = ask->api_key_id == NULL ? A_KEY_ID :
	    ask->api_key_id;
	struct event_draft draft;
	struct detail detail;
	char text[128];

	snprintf(request.api_key_id, sizeof(request.api_key_id), "%s", id);
	if (ask->key != NULL)
		snprintf(request.idempotency_key,
		    sizeof(request.idempotency_key), "%s", ask->key);
	body_digest(body, strlen(body), false, request.body_digest);
	snprintf(text, sizeof(text), "{\"type\":\"%s\"}", type);
	ck_assert_msg(event_draft_parse(text, strlen(text), EVENT_RECORDED,
	    "client", &draft, &detail) == ERR_NONE, "%s", detail.text);

	buffer_init(message, MESSAGE_REQUEST_BYTES_MAX);
	message_begin_request(message, &request);
	for (size_t i = 0; i < count; i++)
		message_add_event(message, &draft);
	ck_assert_int_eq(message_end_request(message), ERR_NONE);
}
