/* event_output.c - events to stdout: for people, and for programs. */
#include "cli/event_output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/event_pages.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/visible.h"
#include "model/event_columns.h"

struct event_output {
	enum event_form form;
	bool has_begun;
	struct buffer text;	/* of a page */
	struct buffer about;	/* of a row */
	struct table *table;	/* owned; NULL in other forms */
};

static struct table *new_table(void);
static enum error print_text(struct event_output *output);
static enum error add_page(struct event_output *output,
    const struct event_pages *pages);
static enum error add_event(struct event_output *output, const char *json,
    size_t json_len);
static enum error add_row(struct table *table, const char *json,
    size_t json_len, struct buffer *about);
static void add_about(struct buffer *about,
    const struct event_columns *columns);

enum error
event_form_read(const struct arguments *arguments, enum event_form *form_out)
{
	static const struct {
		enum option_name option;
		enum event_form form;
	} rows[] = {
		{ OPTION_NDJSON, FORM_NDJSON },
		{ OPTION_CSV, FORM_CSV },
		{ OPTION_JSON, FORM_JSON },
	};
	const char *given = NULL;

	*form_out = FORM_TABLE;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *name = option_row(rows[i].option)->name;

		if (!arguments_have(arguments, rows[i].option))
			continue;
		if (given != NULL) {
			arguments_complain(arguments, "expected only one of "
			    "--%s and --%s", given, name);
			return ERR_MEANING;
		}
		given = name;
		*form_out = rows[i].form;
	}
	return ERR_NONE;
}

enum error
event_output_new(enum event_form form, struct event_output **output_out)
{
	struct event_output *output = calloc(1, sizeof(*output));

	*output_out = output;
	if (output == NULL)
		return session_complain(ERR_NO_MEMORY);
	output->form = form;
	buffer_init(&output->text, 0);
	buffer_init(&output->about, 0);
	if (form == FORM_TABLE)
		output->table = new_table();
	return ERR_NONE;
}

static struct table *
new_table(void)
{
	static const struct table_column columns[] = {
		{ "STORED AT", TABLE_TEXT },
		{ "TYPE", TABLE_TEXT },
		{ "ID", TABLE_TEXT },
		{ "CLIENT", TABLE_LONG },
		{ "ABOUT", TABLE_LONG },
		{ "METADATA", TABLE_LONG },
	};

	return table_new(columns, COUNT_OF(columns));
}

void
event_output_free(struct event_output *output)
{
	if (output == NULL)
		return;
	table_free(output->table);
	buffer_clear(&output->about);
	buffer_clear(&output->text);
	free(output);
}

enum error
event_output_pages(struct event_output *output, struct event_pages *pages)
{
	enum error err = ERR_NONE;

	while (err == ERR_NONE && !pages->is_done) {
		err = event_pages_next(pages);
		if (err == ERR_NONE)
			err = add_page(output, pages);
		if (err != ERR_NONE)
			break;
		err = output->form == FORM_TABLE ?
		    table_print(output->table) : print_text(output);
	}
	return err;
}

/* JSON is fit for a terminal already. */
static enum error
print_text(struct event_output *output)
{
	struct buffer shown;
	enum error err;

	if (output->form != FORM_CSV || !isatty(STDOUT_FILENO))
		return output_buffer(&output->text);
	buffer_init(&shown, 0);
	(void)visible_add_lines(&shown, output->text.bytes,
	    output->text.len);
	buffer_reset(&output->text);
	err = output_buffer(&shown);
	buffer_clear(&shown);
	return err;
}

enum error
event_output_end(struct event_output *output)
{
	if (output->form != FORM_JSON)
		return ERR_NONE;
	return output_text(output->has_begun ? "]\n" : "[]\n");
}

static enum error
add_page(struct event_output *output, const struct event_pages *pages)
{
	enum error err = ERR_NONE;

	if (output->form == FORM_CSV && !output->has_begun) {
		event_csv_add_header(&output->text);
		output->has_begun = true;
	}
	for (size_t i = 0; i < pages->event_count && err == ERR_NONE; i++) {
		size_t json_len;
		const char *json = event_pages_json(pages, i, &json_len);

		err = session_complain(add_event(output, json, json_len));
	}
	return err;
}

/* Each ends its line, so that who reads lines has it at once. */
static enum error
add_event(struct event_output *output, const char *json, size_t json_len)
{
	struct buffer *text = &output->text;

	switch (output->form) {
	case FORM_TABLE:
		return add_row(output->table, json, json_len, &output->about);
	case FORM_CSV:
		return event_csv_add_row(text, json, json_len);
	case FORM_JSON:
		buffer_add_text(text, output->has_begun ? "," : "[");
		output->has_begun = true;
		break;
	case FORM_NDJSON:
		break;
	}
	visible_add_json(text, json, json_len);
	buffer_add_text(text, "\n");
	return ERR_NONE;
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
