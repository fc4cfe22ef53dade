/* api_fixture.c - a store with organizations and keys, and a service. */
#include "api_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "base/clock.h"
#include "base/settings.h"
#include "model/event.h"
#include "store/api_keys.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"
#include "suite.h"

enum { MAP_BYTES = 1 << 30, VARIABLES_MAX = 8 };

static const struct {
	const char *name;
	enum organization_status status;
} organization_rows[] = {
	[ACME] = { "acme", ORGANIZATION_ACTIVE },
	[OTHER] = { "other", ORGANIZATION_ACTIVE },
	[LOCKED] = { "locked", ORGANIZATION_LOCKED },
	[UNPAID] = { "unpaid", ORGANIZATION_UNPAID },
};

static const struct {
	enum fixture_organization organization;
	unsigned int scopes;
	enum api_key_status status;
	int64_t expires_ms;
	uint32_t rate_per_minute;
} key_rows[KEY_COUNT] = {
	[KEY_READER] = { ACME, SCOPE_EVENTS_READ, API_KEY_ENABLED, 0, 0 },
	[KEY_WRITER] = { ACME, SCOPE_EVENTS_WRITE, API_KEY_ENABLED, 0, 0 },
	[KEY_SCOPELESS] = { ACME, 0, API_KEY_ENABLED, 0, 0 },
	[KEY_DISABLED] = { ACME, SCOPE_EVENTS_READ, API_KEY_DISABLED, 0, 0 },
	[KEY_EXPIRED] = { ACME, SCOPE_EVENTS_READ, API_KEY_ENABLED, 1, 0 },
	[KEY_OTHER] = { OTHER, SCOPE_EVENTS_READ, API_KEY_ENABLED, 0, 0 },
	[KEY_OTHER_WRITER] = { OTHER, SCOPE_EVENTS_WRITE, API_KEY_ENABLED, 0,
	    0 },
	[KEY_RATED] = { ACME, SCOPE_EVENTS_WRITE, API_KEY_ENABLED, 0, 3 },
	[KEY_RATED_SCOPELESS] = { ACME, 0, API_KEY_ENABLED, 0, 3 },
	[KEY_LOCKED] = { LOCKED, SCOPE_EVENTS_READ, API_KEY_ENABLED, 0, 0 },
	[KEY_LOCKED_SCOPELESS] = { LOCKED, 0, API_KEY_ENABLED, 0, 0 },
	[KEY_UNPAID] = { UNPAID, SCOPE_EVENTS_READ, API_KEY_ENABLED, 0, 0 },
	[KEY_UNPAID_SCOPELESS] = { UNPAID, 0, API_KEY_ENABLED, 0, 0 },
};

static void
read_pepper(const char *path, struct pepper *pepper_out)
{
	char text[PEPPER_TEXT_LEN + 1];
	FILE *file = fopen(path, "re");
	size_t text_len;

	ck_assert_ptr_nonnull(file);
	text_len = fread(text, 1, sizeof(text), file);
	fclose(file);
	ck_assert_int_eq(pepper_parse(text, text_len, pepper_out, NULL),
	    ERR_NONE);
}

static void
add_organizations(struct fixture *fixture, struct store_txn *txn)
{
	for (size_t i = 0; i < ORGANIZATION_COUNT; i++) {
		struct organization *organization = &fixture->organizations[i];

		strncpy(organization->name, organization_rows[i].name,
		    ORGANIZATION_NAME_LEN_MAX);
		organization->status = organization_rows[i].status;
		ck_assert_int_eq(store_organization_add(txn, organization,
		    clock_now_ms()), ERR_NONE);
	}
}

static void
add_keys(struct fixture *fixture, struct store_txn *txn)
{
	struct pepper pepper;

	read_pepper(settings_text(fixture->settings, SETTING_PEPPER),
	    &pepper);
	for (size_t i = KEY_NONE + 1; i < KEY_COUNT; i++) {
		struct api_key key = {
			.organization = fixture->organizations[
			    key_rows[i].organization].number,
			.name = "a key",
			.status = key_rows[i].status,
			.scopes = key_rows[i].scopes,
			.expires_ms = key_rows[i].expires_ms,
			.rate_per_minute = key_rows[i].rate_per_minute,
		};

		api_key_make(fixture->keys[i]);
		api_key_describe(&key, &pepper, fixture->keys[i]);
		if (i != KEY_UNKNOWN)
			ck_assert_int_eq(store_api_key_add(txn, &key,
			    clock_now_ms()), ERR_NONE);
	}
}

static void
open_service(struct fixture *fixture)
{
	struct detail detail = { "" };
	enum error err = service_new(fixture->settings, &fixture->service,
	    &detail);

	ck_assert_msg(err == ERR_NONE, "%s", detail.text);
}

void
fixture_open(struct fixture *fixture, const char *const *variables)
{
	const char *environment[VARIABLES_MAX + 4] = { NULL };
	char store[512];
	struct detail detail = { "" };
	struct store_txn *txn;
	size_t count = 0;
	bool is_made;
	enum error err;

	*fixture = (struct fixture){ .directory = suite_directory() };
	response_init(&fixture->response);
	snprintf(store, sizeof(store), "APITRAIL_STORE=%s/store",
	    fixture->directory);
	environment[count++] = "APITRAIL_CONF=/dev/null";
	/* As large as it is made; valgrind has no room for more. */
	environment[count++] = "APITRAIL_MAP_SIZE=1G";
	environment[count++] = store;
	for (; variables != NULL && *variables != NULL; variables++)
		environment[count++] = *variables;
	err = settings_new(environment, &fixture->settings, &detail);
	ck_assert_msg(err == ERR_NONE, "%s", detail.text);
	err = store_init(settings_text(fixture->settings, SETTING_STORE),
	    settings_text(fixture->settings, SETTING_PEPPER), MAP_BYTES,
	    &is_made, &detail);
	ck_assert_msg(err == ERR_NONE, "%s", detail.text);

	txn = fixture_write_begin(fixture);
	add_organizations(fixture, txn);
	add_keys(fixture, txn);
	fixture_write_end(fixture, txn);
}

void
fixture_close(struct fixture *fixture)
{
	response_clear(&fixture->response);
	service_free(fixture->service);
	settings_free(fixture->settings);
	free(fixture->directory);
	*fixture = (struct fixture){ 0 };
}

struct store_txn *
fixture_write_begin(struct fixture *fixture)
{
	struct detail detail = { "" };
	struct store_txn *txn;
	enum error err;

	service_free(fixture->service);
	fixture->service = NULL;
	err = store_open(settings_text(fixture->settings, SETTING_STORE),
	    STORE_WRITE, MAP_BYTES, &fixture->store, &detail);
	ck_assert_msg(err == ERR_NONE, "%s", detail.text);
	ck_assert_int_eq(store_write_begin(fixture->store, true, &txn),
	    ERR_NONE);
	return txn;
}

void
fixture_write_end(struct fixture *fixture, struct store_txn *txn)
{
	ck_assert_int_eq(store_write_commit(txn), ERR_NONE);
	store_close(fixture->store);
	fixture->store = NULL;
	open_service(fixture);
}

void
fixture_append(struct fixture *fixture, struct store_txn *txn,
    enum fixture_organization organization, const char *type,
    int64_t now_ms, struct cursor *place_out)
{
	static struct event_draft draft;
	struct detail detail = { "" };
	char text[256];
	enum error err;

	snprintf(text, sizeof(text), "{\"type\":\"%s\",\"queue\":"
	    "{\"id\":\"q-1\",\"name\":\"orders, \\\"new\\\"\"}}", type);
	err = event_draft_parse(text, strlen(text), EVENT_RECORDED,
	    fixture->organizations[organization].id, &draft, &detail);
	ck_assert_msg(err == ERR_NONE, "%s", detail.text);
	ck_assert_int_eq(store_event_append(txn,
	    fixture->organizations[organization].number, &draft, now_ms),
	    ERR_NONE);
	if (place_out != NULL)
		*place_out = draft.place;
}

void
fixture_import(struct fixture *fixture, struct store_txn *txn,
    enum fixture_organization organization, const struct cursor *place)
{
	static struct event_draft draft;
	struct event_json event;
	enum import_outcome outcome;
	char text[256];

	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"stored_at\":%" PRId64
	    ",\"type\":\"queue_added\"}", place->id, place->stored_at_ms);
	ck_assert_int_eq(event_draft_parse(text, strlen(text),
	    EVENT_IMPORTED, fixture->organizations[organization].id, &draft,
	    NULL), ERR_NONE);
	event = (struct event_json){
		.category = draft.category,
		.stored_at_offset = draft.stored_at_offset,
		.json_len = draft.json_len,
		.json = draft.json,
	};
	ck_assert_int_eq(store_event_import(txn,
	    fixture->organizations[organization].number, &event, place,
	    &outcome), ERR_NONE);
	ck_assert_int_eq(outcome, IMPORT_ADDED);
}

static char *
param(const char *name, const char *value)
{
	char *text;

	ck_assert_int_gt(asprintf(&text, "%s=%s", name, value), 0);
	return text;
}

void
fixture_ask(struct fixture *fixture, const struct ask *ask)
{
	const char *params[ASK_PARAMS_MAX + 9] = { NULL };
	char *own[9] = { NULL };
	size_t own_count = 0;
	size_t count = 0;
	struct request request;

	own[own_count++] = param("REQUEST_METHOD",
	    ask->method == NULL ? "GET" : ask->method);
	own[own_count++] = param("SCRIPT_NAME",
	    ask->path == NULL ? "/v1/events" : ask->path);
	own[own_count++] = param("QUERY_STRING",
	    ask->query == NULL ? "" : ask->query);
	own[own_count++] = param("HTTP_ACCEPT",
	    ask->accept == NULL ? "application/json" : ask->accept);
	own[own_count++] = param("SERVER_NAME", "api.example");
	own[own_count++] = param("SERVER_PORT", "80");
	if (ask->key != KEY_NONE)
		own[own_count++] = param("HTTP_X_API_KEY",
		    fixture->keys[ask->key]);
	if (ask->body != NULL)
		own[own_count++] = param("CONTENT_TYPE",
		    ask->body_type == NULL ? "application/json" :
		    ask->body_type);

	while (count < ASK_PARAMS_MAX && ask->params[count] != NULL) {
		params[count] = ask->params[count];
		count++;
	}
	for (size_t i = 0; i < own_count; i++)
		params[count++] = own[i];
	request_read(params, &request);
	if (ask->body != NULL)
		request_set_body(&request, ask->body, ask->body_len > 0 ?
		    ask->body_len : strlen(ask->body), ask->is_cut);
	request.may_wait = ask->may_wait;
	request.are_waiters_full = ask->are_waiters_full;
	request.repeats = ask->repeats;
	answer(fixture->service, &request, &fixture->response);
	for (size_t i = 0; i < own_count; i++)
		free(own[i]);
}

bool
fixture_has_line(const char *lines, const char *first, const char *then)
{
	const char *begin = strstr(lines, first);
	const char *end = begin == NULL ? NULL : strchr(begin, '\n');

	return end != NULL && memmem(begin, (size_t)(end - begin), then,
	    strlen(then)) != NULL;
}

const char *
fixture_body(struct fixture *fixture)
{
	struct buffer *body = &fixture->response.body;

	/* A NUL behind the end that is not part of it. */
	buffer_add(body, "", 1);
	ck_assert_int_eq(body->error, ERR_NONE);
	body->len--;
	return body->bytes;
}

const char *
fixture_field(const struct fixture *fixture, const char *name)
{
	static char value[1024];
	const struct buffer *head = &fixture->response.head;
	char wanted[64];
	const char *begin;
	const char *end;

	snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
	begin = memmem(head->bytes, head->len, wanted, strlen(wanted));
	if (begin == NULL)
		return NULL;
	begin += strlen(wanted);
	end = memmem(begin, (size_t)(head->bytes + head->len - begin),
	    "\r\n", 2);
	ck_assert_ptr_nonnull(end);
	ck_assert_int_lt(end - begin, (ptrdiff_t)sizeof(value));
	memcpy(value, begin, (size_t)(end - begin));
	value[end - begin] = '\0';
	return value;
}
