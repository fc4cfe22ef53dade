/* error.c - what can go wrong, and the words that say so. */
#include "base/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { QUOTED_BYTES_MAX = 40 };

static void cut_at_character(char *text, size_t text_len);
static bool is_shown_as_it_is(const char *character, size_t bytes);

__attribute__((format(printf, 2, 0))) static void
write_sentence(char *text, const char *format, va_list args)
{
	int written = vsnprintf(text, DETAIL_SIZE, format, args);

	if (written < 0)
		text[0] = '\0';
	else if (written >= DETAIL_SIZE)
		cut_at_character(text, DETAIL_SIZE - 1);
}

static void
cut_at_character(char *text, size_t text_len)
{
	while (text_len > 0 && !utf8_is_valid(text, text_len))
		text_len--;
	text[text_len] = '\0';
}

enum error
detail_set(struct detail *detail, enum error err, const char *format, ...)
{
	va_list args;

	if (detail == NULL)
		return err;

	va_start(args, format);
	write_sentence(detail->text, format, args);
	va_end(args);
	return err;
}

void
detail_prefix(struct detail *detail, const char *format, ...)
{
	struct detail rest;
	size_t prefix_len;
	va_list args;

	if (detail == NULL)
		return;

	rest = *detail;
	va_start(args, format);
	write_sentence(detail->text, format, args);
	va_end(args);

	prefix_len = strlen(detail->text);
	if (prefix_len + strlen(rest.text) < DETAIL_SIZE) {
		memcpy(detail->text + prefix_len, rest.text,
		    strlen(rest.text) + 1);
		return;
	}
	memcpy(detail->text + prefix_len, rest.text,
	    DETAIL_SIZE - 1 - prefix_len);
	cut_at_character(detail->text, DETAIL_SIZE - 1);
}

struct quoted
quote(const char *text, size_t text_len)
{
	static const char digits[] = "0123456789abcdef";
	struct quoted quoted;
	size_t len = 0;
	size_t i = 0;

	quoted.text[len++] = '"';
	while (i < text_len) {
		size_t bytes = utf8_character_bytes(text + i, text_len - i);
		bool is_shown = bytes > 0 && is_shown_as_it_is(text + i, bytes);
		size_t needed = is_shown ? bytes : sizeof("\\xNN") - 1;

		if (len + needed > QUOTED_BYTES_MAX)
			break;
		if (is_shown) {
			memcpy(quoted.text + len, text + i, bytes);
			i += bytes;
		} else {
			unsigned char byte = (unsigned char)text[i++];

			memcpy(quoted.text + len, "\\x", 2);
			quoted.text[len + 2] = digits[byte >> 4];
			quoted.text[len + 3] = digits[byte & 15];
		}
		len += needed;
	}
	quoted.text[len++] = '"';
	memcpy(quoted.text + len, i < text_len ? "..." : "",
	    i < text_len ? sizeof("...") : sizeof(""));
	return quoted;
}

static bool
is_shown_as_it_is(const char *character, size_t bytes)
{
	unsigned char first = (unsigned char)character[0];

	if (bytes > 1)
		/* U+0080 to U+009F are control characters. */
		return first != 0xc2 || (unsigned char)character[1] >= 0xa0;
	return first >= 0x20 && first != 0x7f && first < 0x80 &&
	    first != '"' && first != '\\';
}
