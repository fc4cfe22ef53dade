/* event_columns.c - an event as a row: CSV, and tables for people. */
#include "model/event_columns.h"

#include <assert.h>
#include <json-c/json_object.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/json_text.h"
#include "model/limits.h"

static const struct {
	const char *name;
	const char *member;
	const char *part;	/* of the member's object; NULL: all of it */
} column_rows[] = {
	[COLUMN_ID]            = { "id",            "id",        NULL },
	[COLUMN_TYPE]          = { "type",          "type",      NULL },
	[COLUMN_STORED_AT]     = { "stored_at",     "stored_at", NULL },
	[COLUMN_CLIENT_ID]     = { "client_id",     "client",    "id" },
	[COLUMN_API_KEY_ID]    = { "api_key_id",    "api_key",   "id" },
	[COLUMN_API_KEY_NAME]  = { "api_key_name",  "api_key",   "name" },
	[COLUMN_LISTENER_ID]   = { "listener_id",   "listener",  "id" },
	[COLUMN_LISTENER_NAME] = { "listener_name", "listener",  "name" },
	[COLUMN_MESSAGE_ID]    = { "message_id",    "message",   "id" },
	[COLUMN_MESSAGE_NAME]  = { "message_name",  "message",   "name" },
	[COLUMN_QUEUE_ID]      = { "queue_id",      "queue",     "id" },
	[COLUMN_QUEUE_NAME]    = { "queue_name",    "queue",     "name" },
	[COLUMN_METADATA]      = { "metadata",      "metadata",  NULL },
};
static_assert(COUNT_OF(column_rows) == COLUMN_COUNT, "a row per column");

struct event_columns {
	struct json_object *event;
	const char *texts[COLUMN_COUNT];	/* borrowed from event */
};

static enum error parse_stored(const char *json, size_t json_len,
    struct json_object **object_out);
static struct json_object *find_value(struct json_object *event,
    enum event_column column);
static const char *value_text(struct json_object *value);
static void add_cell(struct buffer *buffer, const char *text);
static void add_doubled(struct buffer *buffer, const char *text);
static void end_cell(struct buffer *buffer, enum event_column column);

enum error
event_columns_new(const char *json, size_t json_len,
    struct event_columns **columns_out)
{
	struct event_columns *columns = NULL;
	enum error err;

	*columns_out = NULL;

	columns = calloc(1, sizeof(*columns));
	if (columns == NULL)
		return ERR_NO_MEMORY;
	err = parse_stored(json, json_len, &columns->event);
	if (err != ERR_NONE)
		goto out;

	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		struct json_object *value = find_value(columns->event,
		    (enum event_column)i);

		if (value == NULL)
			continue;
		columns->texts[i] = value_text(value);
		if (columns->texts[i] == NULL) {
			err = ERR_NO_MEMORY;
			goto out;
		}
	}

	*columns_out = columns;		/* The caller frees it. */
	columns = NULL;
out:
	event_columns_free(columns);
	return err;
}

void
event_columns_free(struct event_columns *columns)
{
	if (columns == NULL)
		return;
	json_object_put(columns->event);
	free(columns);
}

const char *
event_columns_text(const struct event_columns *columns,
    enum event_column column)
{
	return columns->texts[column];
}

void
event_csv_add_header(struct buffer *buffer)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		buffer_add_text(buffer, column_rows[i].name);
		end_cell(buffer, (enum event_column)i);
	}
}

enum error
event_csv_add_row(struct buffer *buffer, const char *json, size_t json_len)
{
	struct event_columns *columns = NULL;
	enum error err;

	err = event_columns_new(json, json_len, &columns);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (columns->texts[i] != NULL)
			add_cell(buffer, columns->texts[i]);
		end_cell(buffer, (enum event_column)i);
	}
	event_columns_free(columns);
	return buffer->error;
}

enum error
json_add_pretty(struct buffer *buffer, const char *json, size_t json_len)
{
	struct json_object *object = NULL;
	const char *pretty;
	size_t pretty_len = 0;
	enum error err;

	err = parse_stored(json, json_len, &object);
	if (err != ERR_NONE)
		return err;
	pretty = json_object_to_json_string_length(object,
	    JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
	    JSON_C_TO_STRING_NOSLASHESCAPE, &pretty_len);
	if (pretty == NULL)
		err = ERR_NO_MEMORY;
	else
		buffer_add(buffer, pretty, pretty_len);
	json_object_put(object);
	return err == ERR_NONE ? buffer->error : err;
}

static enum error
parse_stored(const char *json, size_t json_len,
    struct json_object **object_out)
{
	enum error err = json_text_parse(json, json_len, JSON_DEPTH_MAX,
	    object_out, NULL);

	if (err == ERR_NO_MEMORY)
		return err;
	if (err == ERR_NONE &&
	    json_object_is_type(*object_out, json_type_object))
		return ERR_NONE;
	json_object_put(*object_out);
	*object_out = NULL;
	return ERR_CORRUPT;
}

static struct json_object *
find_value(struct json_object *event, enum event_column column)
{
	struct json_object *member = json_object_object_get(event,
	    column_rows[column].member);

	if (column_rows[column].part == NULL)
		return member;
	return json_object_object_get(member, column_rows[column].part);
}

/* Borrowed from value. */
static const char *
value_text(struct json_object *value)
{
	if (json_object_is_type(value, json_type_string))
		return json_object_get_string(value);
	return json_object_to_json_string_ext(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void
add_cell(struct buffer *buffer, const char *text)
{
	/* What a spreadsheet would take for a formula. */
	bool is_formula = text[0] != '\0' &&
	    strchr("=+-@\t\r", text[0]) != NULL;
	bool is_quoted = strpbrk(text, "\",\r\n") != NULL;

	if (is_quoted)
		buffer_add_text(buffer, "\"");
	if (is_formula)
		buffer_add_text(buffer, "'");
	if (is_quoted)
		add_doubled(buffer, text);
	else
		buffer_add_text(buffer, text);
	if (is_quoted)
		buffer_add_text(buffer, "\"");
}

/* Adds text with its quotes doubled. */
static void
add_doubled(struct buffer *buffer, const char *text)
{
	for (;;) {
		size_t plain_len = strcspn(text, "\"");

		buffer_add(buffer, text, plain_len);
		text += plain_len;
		if (*text == '\0')
			break;
		buffer_add_text(buffer, "\"\"");
		text++;
	}
}

static void
end_cell(struct buffer *buffer, enum event_column column)
{
	buffer_add_text(buffer, column + 1 < COLUMN_COUNT ? "," : "\r\n");
}
