/* cursor.c - a client's place among the events: (stored_at, id). */
#include "model/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int
cursor_compare(const struct cursor *a, const struct cursor *b)
{
	if (a->stored_at_ms != b->stored_at_ms)
		return a->stored_at_ms < b->stored_at_ms ? -1 : 1;
	return strcmp(a->id, b->id);
}

enum error
cursor_parse(const char *text, size_t text_len, struct cursor *cursor_out)
{
	const char *colon = memchr(text, ':', text_len);
	size_t digits_len = colon == NULL ? 0 : (size_t)(colon - text);
	int64_t stored_at_ms;

	*cursor_out = (struct cursor){ 0 };
	/* No minus. */
	if (colon == NULL || !text_is_of(text, digits_len, CLASS_DIGIT) ||
	    text_parse_int64(text, digits_len, &stored_at_ms) != ERR_NONE ||
	    !event_id_is_valid(colon + 1, text_len - digits_len - 1))
		return ERR_SYNTAX;
	cursor_out->stored_at_ms = stored_at_ms;
	memcpy(cursor_out->id, colon + 1, EVENT_ID_LEN);
	return ERR_NONE;
}

void
cursor_format(const struct cursor *cursor, char text[CURSOR_TEXT_SIZE])
{
	snprintf(text, CURSOR_TEXT_SIZE, "%" PRId64 ":%s",
	    cursor->stored_at_ms, cursor->id);
}

bool
event_id_is_valid(const char *text, size_t text_len)
{
	return text_len == EVENT_ID_LEN &&
	    text_is_of(text, text_len, CLASS_ALNUM | CLASS_DASH |
	    CLASS_UNDERSCORE);
}
