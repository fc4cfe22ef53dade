/* event_columns.h - an event as a row: CSV, and tables for people. */
#ifndef MODEL_EVENT_COLUMNS_H
#define MODEL_EVENT_COLUMNS_H

#include <stddef.h>

#include "base/error.h"

struct buffer;

/* In the order of the CSV's columns. */
enum event_column {
	COLUMN_ID,
	COLUMN_TYPE,
	COLUMN_STORED_AT,
	COLUMN_CLIENT_ID,
	COLUMN_API_KEY_ID,
	COLUMN_API_KEY_NAME,
	COLUMN_LISTENER_ID,
	COLUMN_LISTENER_NAME,
	COLUMN_MESSAGE_ID,
	COLUMN_MESSAGE_NAME,
	COLUMN_QUEUE_ID,
	COLUMN_QUEUE_NAME,
	COLUMN_METADATA,	/* as compact JSON */
	COLUMN_COUNT
};

/* The texts of one event; NULL where it has none. */
struct event_columns;

/* Parses a stored event's JSON.  ERR_CORRUPT when it is none. */
enum error event_columns_new(const char *json, size_t json_len,
    struct event_columns **columns_out);
void event_columns_free(struct event_columns *columns);
/* Borrowed from columns. */
const char *event_columns_text(const struct event_columns *columns,
    enum event_column column);

/*
 * RFC 4180 lines, ended by CRLF.  A text that a spreadsheet would take for a
 * formula (it begins with = + - @, a tab or a carriage return) gets a leading
 * apostrophe.  The buffer's error, ERR_CORRUPT, ERR_NO_MEMORY.
 */
void event_csv_add_header(struct buffer *buffer);
enum error event_csv_add_row(struct buffer *buffer, const char *json,
    size_t json_len);

/* The same JSON, an object, indented; no final newline.  The buffer's error,
 * ERR_CORRUPT, ERR_NO_MEMORY. */
enum error json_add_pretty(struct buffer *buffer, const char *json,
    size_t json_len);

#endif
