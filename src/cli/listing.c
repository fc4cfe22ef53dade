/* listing.c - organizations and keys as tables and as JSON. */
#include "cli/listing.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/complain.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/table.h"

/* Room for one key as JSON, however its names are escaped. */
enum { NEW_KEY_BYTES_MAX = 8 * 1024 };

/* Adds the element i of an array as a JSON object. */
typedef void add_row(struct json_writer *json, const void *rows, size_t i);

static enum error organizations_table(
    const struct organization *organizations, size_t count);
static add_row add_organization;
static enum error print_json(add_row *add, const void *rows, size_t count,
    bool is_one);
static enum error keys_table(const struct listed_key *keys, size_t count);
static add_row add_listed_key;
static void add_key(struct json_writer *json, const struct listed_key *listed,
    const char *clear);
static void add_scopes(struct json_writer *json, unsigned int scopes);

enum error
listing_organizations(const struct arguments *arguments,
    const struct organization *organizations, size_t count, bool is_one)
{
	output_page();
	if (!arguments_have(arguments, OPTION_JSON))
		return organizations_table(organizations, count);
	return print_json(add_organization, organizations, count, is_one);
}

static enum error
organizations_table(const struct organization *organizations, size_t count)
{
	enum { NAME, STATUS, ID, CREATED };
	static const struct table_column columns[] = {
		{ "NAME", TABLE_TEXT },
		{ "STATUS", TABLE_TEXT },
		{ "ID", TABLE_TEXT },
		{ "CREATED", TABLE_TEXT },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	enum error err;

	for (size_t i = 0; i < count; i++) {
		const struct organization *organization = &organizations[i];

		table_add_row(table);
		table_set(table, NAME, organization->name);
		table_set(table, STATUS,
		    organization_status_name(organization->status));
		table_colour(table, STATUS,
		    organization->status == ORGANIZATION_ACTIVE ?
		    COLOUR_GOOD : COLOUR_BAD);
		table_set(table, ID, organization->id);
		table_set_date(table, CREATED, organization->created_ms);
	}
	err = table_print(table);
	table_free(table);
	return err;
}

static void
add_organization(struct json_writer *json, const void *rows, size_t i)
{
	const struct organization *organization =
	    (const struct organization *)rows + i;

	json_writer_begin(json, NULL, '{');
	json_writer_text(json, "id", organization->id);
	json_writer_text(json, "name", organization->name);
	json_writer_text(json, "status",
	    organization_status_name(organization->status));
	json_writer_moment(json, "created_at", organization->created_ms);
	json_writer_end(json, '}');
}

enum error
listing_keys(const struct arguments *arguments, const struct listed_key *keys,
    size_t count, bool is_one)
{
	output_page();
	if (!arguments_have(arguments, OPTION_JSON))
		return keys_table(keys, count);
	return print_json(add_listed_key, keys, count, is_one);
}

static enum error
print_json(add_row *add, const void *rows, size_t count, bool is_one)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	if (!is_one)
		json_writer_begin(&json, NULL, '[');
	for (size_t i = 0; i < count; i++)
		add(&json, rows, i);
	if (!is_one)
		json_writer_end(&json, ']');
	buffer_add_text(&text, "\n");
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

enum error
listing_new_key(const struct listed_key *key, const char *clear)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	/* All the room at once: growing would leave a copy behind. */
	buffer_init(&text, NEW_KEY_BYTES_MAX);
	if (buffer_reserve(&text, NEW_KEY_BYTES_MAX) == NULL) {
		complain("out of memory");
		return ERR_NO_MEMORY;
	}
	add_key(&json, key, clear);
	buffer_add_text(&text, "\n");
	err = output_buffer(&text);
	explicit_bzero(text.bytes, text.size);
	buffer_clear(&text);
	return err;
}

static enum error
keys_table(const struct listed_key *keys, size_t count)
{
	enum { ID, ORGANIZATION, NAME, KEY, STATUS, SCOPES, RATE, CREATED,
	    EXPIRES, USED };
	static const struct table_column columns[] = {
		{ "ID", TABLE_TEXT },
		{ "ORGANIZATION", TABLE_LONG },
		{ "NAME", TABLE_LONG },
		{ "KEY", TABLE_TEXT },
		{ "STATUS", TABLE_TEXT },
		{ "SCOPES", TABLE_LONG },
		{ "RATE", TABLE_NUMBER },
		{ "CREATED", TABLE_TEXT },
		{ "EXPIRES", TABLE_TEXT },
		{ "LAST USED", TABLE_TEXT },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	int64_t now_ms = clock_now_ms();
	enum error err;

	for (size_t i = 0; i < count; i++) {
		const struct api_key *key = &keys[i].key;
		bool is_usable = api_key_is_usable(key, now_ms);
		char scopes[SCOPES_TEXT_SIZE];
		char shown[API_KEY_PREFIX_LEN + sizeof("…") +
		    API_KEY_LAST_LEN];

		snprintf(shown, sizeof(shown), "%s…%s", key->prefix,
		    key->last);
		scopes_format(key->scopes, scopes);
		table_add_row(table);
		table_set(table, ID, key->id);
		table_set(table, ORGANIZATION, keys[i].organization);
		table_set(table, NAME, key->name);
		table_set(table, KEY, shown);
		table_set(table, STATUS,
		    !is_usable && key->status == API_KEY_ENABLED ? "expired" :
		    api_key_status_name(key->status));
		table_colour(table, STATUS,
		    is_usable ? COLOUR_GOOD : COLOUR_BAD);
		table_set(table, SCOPES, scopes);
		if (key->rate_per_minute == 0)
			table_set(table, RATE, "-");
		else
			table_set_number(table, RATE, key->rate_per_minute);
		table_set_date(table, CREATED, key->created_ms);
		table_set_date(table, EXPIRES, key->expires_ms);
		table_set_date(table, USED, key->last_used_ms);
	}
	err = table_print(table);
	table_free(table);
	return err;
}

static void
add_listed_key(struct json_writer *json, const void *rows, size_t i)
{
	add_key(json, (const struct listed_key *)rows + i, NULL);
}

static void
add_key(struct json_writer *json, const struct listed_key *listed,
    const char *clear)
{
	const struct api_key *key = &listed->key;

	json_writer_begin(json, NULL, '{');
	json_writer_text(json, "id", key->id);
	if (clear != NULL)
		json_writer_text(json, "key", clear);
	json_writer_text(json, "organization", listed->organization);
	json_writer_text(json, "name", key->name);
	json_writer_text(json, "prefix", key->prefix);
	json_writer_text(json, "last", key->last);
	json_writer_text(json, "status", api_key_status_name(key->status));
	add_scopes(json, key->scopes);
	if (key->rate_per_minute == 0)
		json_writer_null(json, "rate_per_minute");
	else
		json_writer_number(json, "rate_per_minute",
		    key->rate_per_minute);
	json_writer_moment(json, "created_at", key->created_ms);
	json_writer_moment(json, "expires_at", key->expires_ms);
	json_writer_moment(json, "last_used_at", key->last_used_ms);
	json_writer_end(json, '}');
}

static void
add_scopes(struct json_writer *json, unsigned int scopes)
{
	static const struct {
		enum scope scope;
		const char *access;
	} rows[] = {
		{ SCOPE_EVENTS_READ, "read" },
		{ SCOPE_EVENTS_WRITE, "write" },
	};

	json_writer_begin(json, "scopes", '[');
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if ((scopes & rows[i].scope) == 0)
			continue;
		json_writer_begin(json, NULL, '{');
		json_writer_text(json, "resource", "events");
		json_writer_text(json, "access", rows[i].access);
		json_writer_begin(json, "targets", '[');
		json_writer_text(json, NULL, "*");
		json_writer_end(json, ']');
		json_writer_end(json, '}');
	}
	json_writer_end(json, ']');
}
