/* json_array.c - the elements of an array, as they are spelled. */
#include "model/json_array.h"

#include <string.h>

static const char *skip_blanks(const char *at, const char *end);
static const char *skip_value(const char *at, const char *end);
static const char *skip_string(const char *at, const char *end);
static bool is_any(char byte, const char *bytes);

bool
json_array_next(const char *text, size_t text_len, size_t *offset,
    struct json_element *element_out)
{
	const char *end = text + text_len;
	const char *at = skip_blanks(text + *offset, end);

	*element_out = (struct json_element){ .text = end };
	/* Before each element stands the bracket or a comma, behind the last
	 * one the other bracket. */
	if (at < end && *at != ']')
		at = skip_blanks(at + 1, end);
	if (at == end || *at == ']')
		return false;
	element_out->text = at;
	at = skip_value(at, end);
	element_out->len = (size_t)(at - element_out->text);
	*offset = (size_t)(at - text);
	return true;
}

static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end && is_any(*at, " \t\n\r"))
		at++;
	return at;
}

static const char *
skip_value(const char *at, const char *end)
{
	size_t depth = 0;

	do {
		if (*at == '"') {
			at = skip_string(at, end);
			continue;
		}
		if (is_any(*at, "[{"))
			depth++;
		else if (is_any(*at, "]}"))
			depth--;
		at++;
	} while (at < end && (depth > 0 || !is_any(*at, ",] \t\n\r")));
	return at;
}

static const char *
skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at < end ? at + 1 : end;
}

static bool
is_any(char byte, const char *bytes)
{
	return byte != '\0' && strchr(bytes, byte) != NULL;
}
