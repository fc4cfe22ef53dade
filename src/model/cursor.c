/* cursor.c - a client's place among the events: (stored_at, id). */
#include "model/cursor.h"

#include <string.h>

#include "base/text.h"

int
cursor_compare(const struct cursor *a, const struct cursor *b)
{
	if (a->stored_at_ms != b->stored_at_ms)
		return a->stored_at_ms < b->stored_at_ms ? -1 : 1;
	return strcmp(a->id, b->id);
}

bool
event_id_is_valid(const char *text, size_t text_len)
{
	return text_len == EVENT_ID_LEN &&
	    text_is_of(text, text_len, CLASS_ALNUM | CLASS_DASH |
	    CLASS_UNDERSCORE);
}
