/* name.c - texts that people give to things: one line, for reading. */
#include "model/name.h"

#include "base/text.h"

static bool is_control(const char *character, size_t bytes);

bool
name_is_valid(const char *text, size_t text_len, size_t bytes_max)
{
	size_t i = 0;

	if (text_len == 0 || text_len > bytes_max)
		return false;
	while (i < text_len) {
		size_t bytes = utf8_character_bytes(text + i, text_len - i);

		if (bytes == 0 || is_control(text + i, bytes))
			return false;
		i += bytes;
	}
	return true;
}

static bool
is_control(const char *character, size_t bytes)
{
	unsigned char first = (unsigned char)character[0];

	/* U+0080 to U+009F are C2 80 to C2 9F. */
	return bytes == 2 ?
	    first == 0xc2 && (unsigned char)character[1] < 0xa0 :
	    first < 0x20 || first == 0x7f;
}
