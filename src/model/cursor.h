/* cursor.h - a client's place among the events: (stored_at, id). */
#ifndef MODEL_CURSOR_H
#define MODEL_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/limits.h"

struct cursor {
	int64_t stored_at_ms;
	char id[EVENT_ID_LEN + 1];
};

/* Below, equal to or above zero, as strcmp; ids by their bytes. */
int cursor_compare(const struct cursor *a, const struct cursor *b);

/*
 * Reads stored_at and id with a colon between them, as the ids of a stream's
 * events are written.  ERR_SYNTAX, with *cursor_out all zero, for anything
 * else, or a stored_at that does not fit.
 */
enum error cursor_parse(const char *text, size_t text_len,
    struct cursor *cursor_out);

enum { CURSOR_TEXT_SIZE = 20 + 1 + EVENT_ID_LEN + 1 };

/* Writes it so; stored_at is 0 or more. */
void cursor_format(const struct cursor *cursor, char text[CURSOR_TEXT_SIZE]);

/* Whether text is 21 of [A-Za-z0-9_-]. */
bool event_id_is_valid(const char *text, size_t text_len);

#endif
