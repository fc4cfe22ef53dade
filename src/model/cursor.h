/* cursor.h - a client's place among the events: (stored_at, id). */
#ifndef MODEL_CURSOR_H
#define MODEL_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/limits.h"

struct cursor {
	int64_t stored_at_ms;
	char id[EVENT_ID_LEN + 1];
};

/* Below, equal to or above zero, as strcmp; ids by their bytes. */
int cursor_compare(const struct cursor *a, const struct cursor *b);

/* Whether text is 21 of [A-Za-z0-9_-]. */
bool event_id_is_valid(const char *text, size_t text_len);

#endif
