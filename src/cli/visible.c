/* visible.c - foreign text made fit for a terminal. */
#include "cli/visible.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"

static const struct {
	uint32_t first;
	uint32_t last;
} hidden[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0x061c, 0x061c },	/* Arabic letter mark */
	{ 0x200e, 0x200f },	/* left-to-right and right-to-left marks */
	{ 0x2028, 0x202e },	/* separators, embeddings, overrides */
	{ 0x2066, 0x2069 },	/* isolates */
};

static size_t cut_off_bytes(const char *text, size_t text_len);
static uint32_t decode(const char *character, size_t bytes);
static bool is_hidden(uint32_t code_point);

void
visible_add(struct buffer *buffer, const char *text, size_t text_len)
{
	size_t i = 0;

	while (i < text_len) {
		size_t bytes = utf8_character_bytes(text + i, text_len - i);
		uint32_t code_point;

		if (bytes == 0) {
			buffer_add_format(buffer, "\\x%02x",
			    (unsigned char)text[i++]);
			continue;
		}
		code_point = decode(text + i, bytes);
		if (is_hidden(code_point))
			buffer_add_format(buffer, "\\u%04x", code_point);
		else
			buffer_add(buffer, text + i, bytes);
		i += bytes;
	}
}

size_t
visible_add_lines(struct buffer *buffer, const char *text, size_t text_len)
{
	size_t len = text_len - cut_off_bytes(text, text_len);
	size_t i = 0;

	while (i < len) {
		size_t line_len = 0;

		while (i + line_len < len &&
		    strchr("\n\r\t", text[i + line_len]) == NULL)
			line_len++;
		/* A NUL is found in each string. */
		if (line_len == 0 && text[i] == '\0')
			line_len = 1;
		visible_add(buffer, text + i, line_len);
		i += line_len;
		if (i == len || line_len > 0)
			continue;
		if (text[i] == '\r' && i + 1 < len && text[i + 1] != '\n')
			visible_add(buffer, text + i, 1);
		else
			buffer_add(buffer, text + i, 1);
		i++;
	}
	return len;
}

/* At the end, of a character that may go on. */
static size_t
cut_off_bytes(const char *text, size_t text_len)
{
	for (size_t count = 1; count <= 3 && count <= text_len; count++) {
		unsigned char first = (unsigned char)text[text_len - count];

		if ((first & 0xC0) == 0x80)
			continue;
		return (first >= 0xC0 && count < 2) ||
		    (first >= 0xE0 && count < 3) ||
		    (first >= 0xF0 && count < 4) ? count : 0;
	}
	return 0;
}

void
visible_add_json(struct buffer *buffer, const char *json, size_t json_len)
{
	if (isatty(STDOUT_FILENO))
		visible_add(buffer, json, json_len);
	else
		buffer_add(buffer, json, json_len);
}

void
visible_add_json_string(struct buffer *buffer, const char *text)
{
	size_t len = strlen(text);
	struct buffer json;

	/* Most have nothing to hide, and some are not to be copied. */
	if (!isatty(STDOUT_FILENO) || text_is_of(text, len, CLASS_ALNUM |
	    CLASS_DOT | CLASS_DASH | CLASS_UNDERSCORE)) {
		buffer_add_json_string(buffer, text, len);
		return;
	}
	buffer_init(&json, 0);
	buffer_add_json_string(&json, text, len);
	if (json.error == ERR_NONE)
		visible_add(buffer, json.bytes, json.len);
	else
		buffer->error = json.error;
	buffer_clear(&json);
}

/* character is well-formed UTF-8. */
static uint32_t
decode(const char *character, size_t bytes)
{
	uint32_t code_point = (unsigned char)character[0];

	if (bytes > 1)
		code_point &= UINT32_C(0x7f) >> bytes;
	for (size_t i = 1; i < bytes; i++)
		code_point = code_point << 6 |
		    ((unsigned char)character[i] & 0x3f);
	return code_point;
}

static bool
is_hidden(uint32_t code_point)
{
	for (size_t i = 0; i < COUNT_OF(hidden); i++)
		if (code_point >= hidden[i].first &&
		    code_point <= hidden[i].last)
			return true;
	return false;
}
