/* event_output.c - events to stdout: for people, and for programs. */
#include "cli/event_output.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cli/complain.h"
#include "cli/event_pages.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/table.h"
#include "model/event_columns.h"

static enum error print_ndjson(struct event_pages *pages);
static enum error print_csv(struct event_pages *pages);
static enum error print_array(struct event_pages *pages);
static enum error print_table(struct event_pages *pages);
static enum error add_row(struct table *table, const char *json,
    size_t json_len, struct buffer *about);
static void add_about(struct buffer *about,
    const struct event_columns *columns);

enum error
event_output(struct event_pages *pages, enum event_form form)
{
	switch (form) {
	case FORM_NDJSON:
		return print_ndjson(pages);
	case FORM_CSV:
		return print_csv(pages);
	case FORM_JSON:
		return print_array(pages);
	case FORM_TABLE:
		break;
	}
	return print_table(pages);
}

static enum error
print_ndjson(struct event_pages *pages)
{
	enum error err = ERR_NONE;

	while (err == ERR_NONE && !pages->is_done) {
		err = event_pages_next(pages);
		if (err == ERR_NONE)
			err = output_buffer(&pages->json);
	}
	return err;
}

static enum error
print_csv(struct event_pages *pages)
{
	struct buffer text;
	enum error err = ERR_NONE;

	buffer_init(&text, 0);
	event_csv_add_header(&text);
	while (err == ERR_NONE && !pages->is_done) {
		err = event_pages_next(pages);
		for (size_t i = 0; i < pages->event_count &&
		    err == ERR_NONE; i++) {
			size_t json_len;
			const char *json = event_pages_json(pages, i,
			    &json_len);

			err = session_complain(event_csv_add_row(&text, json,
			    json_len));
		}
		if (err == ERR_NONE)
			err = output_buffer(&text);
	}
	buffer_clear(&text);
	return err;
}

static enum error
print_array(struct event_pages *pages)
{
	struct buffer text;
	const char *before = "[";
	enum error err = ERR_NONE;

	buffer_init(&text, 0);
	while (err == ERR_NONE && !pages->is_done) {
		err = event_pages_next(pages);
		if (err != ERR_NONE)
			break;
		for (size_t i = 0; i < pages->event_count; i++) {
			size_t json_len;
			const char *json = event_pages_json(pages, i,
			    &json_len);

			buffer_add_text(&text, before);
			buffer_add(&text, json, json_len);
			before = ",\n";
		}
		err = output_buffer(&text);
	}
	if (err == ERR_NONE)
		err = output_text(before[0] == '[' ? "[]\n" : "]\n");
	buffer_clear(&text);
	return err;
}

/* Columns are as wide as a page needs; the next page may differ. */
static enum error
print_table(struct event_pages *pages)
{
	static const struct table_column columns[] = {
		{ "STORED AT", TABLE_TEXT },
		{ "TYPE", TABLE_TEXT },
		{ "ID", TABLE_TEXT },
		{ "CLIENT", TABLE_LONG },
		{ "ABOUT", TABLE_LONG },
		{ "METADATA", TABLE_LONG },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	struct buffer about;
	enum error err = ERR_NONE;

	buffer_init(&about, 0);
	while (err == ERR_NONE && !pages->is_done) {
		err = event_pages_next(pages);
		for (size_t i = 0; i < pages->event_count &&
		    err == ERR_NONE; i++) {
			size_t json_len;
			const char *json = event_pages_json(pages, i,
			    &json_len);

			err = session_complain(add_row(table, json, json_len,
			    &about));
		}
		if (err == ERR_NONE)
			err = table_print(table);
	}
	buffer_clear(&about);
	table_free(table);
	return err;
}

static enum error
add_row(struct table *table, const char *json, size_t json_len,
    struct buffer *about)
{
	enum { STORED_AT, TYPE, ID, CLIENT, ABOUT, METADATA };
	struct event_columns *columns = NULL;
	int64_t stored_at_ms = 0;
	const char *text;
	enum error err;

	err = event_columns_new(json, json_len, &columns);
	if (err != ERR_NONE)
		return err;
	table_add_row(table);
	text = event_columns_text(columns, COLUMN_STORED_AT);
	if (text != NULL &&
	    text_parse_int64(text, strlen(text), &stored_at_ms) == ERR_NONE)
		table_set_moment(table, STORED_AT, stored_at_ms);
	table_set(table, TYPE, event_columns_text(columns, COLUMN_TYPE));
	table_set(table, ID, event_columns_text(columns, COLUMN_ID));
	table_set(table, CLIENT,
	    event_columns_text(columns, COLUMN_CLIENT_ID));
	buffer_reset(about);
	add_about(about, columns);
	buffer_add(about, "", 1);
	if (about->error == ERR_NONE)
		table_set(table, ABOUT, about->bytes);
	table_set(table, METADATA,
	    event_columns_text(columns, COLUMN_METADATA));
	err = about->error;
	event_columns_free(columns);
	return err;
}

/* "queue orders (q_1), message m_7". */
static void
add_about(struct buffer *about, const struct event_columns *columns)
{
	static const struct {
		const char *resource;
		enum event_column id;
		enum event_column name;
	} rows[] = {
		{ "api_key", COLUMN_API_KEY_ID, COLUMN_API_KEY_NAME },
		{ "listener", COLUMN_LISTENER_ID, COLUMN_LISTENER_NAME },
		{ "message", COLUMN_MESSAGE_ID, COLUMN_MESSAGE_NAME },
		{ "queue", COLUMN_QUEUE_ID, COLUMN_QUEUE_NAME },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *id = event_columns_text(columns, rows[i].id);
		const char *name = event_columns_text(columns, rows[i].name);

		if (id == NULL)
			continue;
		if (about->len > 0)
			buffer_add_text(about, ", ");
		if (name != NULL)
			buffer_add_format(about, "%s %s (%s)",
			    rows[i].resource, name, id);
		else
			buffer_add_format(about, "%s %s", rows[i].resource,
			    id);
	}
}
