/* visible.c - foreign text made fit for a terminal. */
#include "cli/visible.h"

#include <stdbool.h>
#include <stdint.h>

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
