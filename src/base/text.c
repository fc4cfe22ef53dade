/* text.c - UTF-8, numbers, and the units that settings are written in. */
#include "base/text.h"

#include <string.h>

/* RFC 3629, section 4: the bytes that may follow each first byte. */
static const struct {
	uint8_t first_low, first_high;
	uint8_t second_low, second_high;
	uint8_t bytes;
} sequences[] = {
	{ 0x00, 0x7f, 0x00, 0x00, 1 },
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

size_t
utf8_character_bytes(const char *text, size_t text_len)
{
	const uint8_t *byte = (const uint8_t *)text;
	size_t row = 0;

	if (text_len == 0)
		return 0;
	while (row < COUNT_OF(sequences) &&
	    (byte[0] < sequences[row].first_low ||
	    byte[0] > sequences[row].first_high))
		row++;
	if (row == COUNT_OF(sequences) || sequences[row].bytes > text_len)
		return 0;
	if (sequences[row].bytes > 1 &&
	    (byte[1] < sequences[row].second_low ||
	    byte[1] > sequences[row].second_high))
		return 0;
	for (size_t i = 2; i < sequences[row].bytes; i++)
		if (byte[i] < 0x80 || byte[i] > 0xbf)
			return 0;
	return sequences[row].bytes;
}

bool
utf8_is_valid(const char *text, size_t text_len)
{
	size_t i = 0;

	while (i < text_len) {
		size_t bytes;

		if ((text[i] & 0x80) == 0) {
			i++;
			continue;
		}
		bytes = utf8_character_bytes(text + i, text_len - i);
		if (bytes == 0)
			return false;
		i += bytes;
	}
	return true;
}

enum error
text_parse_int64(const char *text, size_t text_len, int64_t *number_out)
{
	bool is_negative = text_len > 0 && text[0] == '-';
	size_t i = is_negative ? 1 : 0;
	int64_t number = 0;

	*number_out = 0;
	if (i == text_len)
		return ERR_SYNTAX;
	for (; i < text_len; i++) {
		int digit = text[i] - '0';

		if (digit < 0 || digit > 9)
			return ERR_SYNTAX;
		/* Counted below zero, where int64_t reaches one further. */
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_sub_overflow(number, digit, &number))
			return ERR_SYNTAX;
	}
	if (!is_negative && number == INT64_MIN)
		return ERR_SYNTAX;
	*number_out = is_negative ? number : -number;
	return ERR_NONE;
}

struct unit {
	const char *name;
	int64_t factor;
};

static enum error
parse_with_unit(const char *text, const struct unit *units,
    size_t unit_count, int64_t *number_out)
{
	size_t digit_count = strspn(text, TEXT_DIGITS);
	int64_t number;

	*number_out = 0;
	if (text_parse_int64(text, digit_count, &number) != ERR_NONE)
		return ERR_SYNTAX;
	for (size_t i = 0; i < unit_count; i++) {
		if (strcmp(text + digit_count, units[i].name) != 0)
			continue;
		if (__builtin_mul_overflow(number, units[i].factor, &number))
			return ERR_SYNTAX;
		*number_out = number;
		return ERR_NONE;
	}
	return ERR_SYNTAX;
}

enum error
text_parse_duration(const char *text, int64_t *duration_ms_out)
{
	static const struct unit units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60 * 1000 },
		{ "h", 60 * 60 * 1000 },
		{ "d", 24 * 60 * 60 * 1000 },
	};

	return parse_with_unit(text, units, COUNT_OF(units), duration_ms_out);
}

enum error
text_parse_rate(const char *text, int64_t *count_out,
    int64_t *duration_ms_out)
{
	size_t digit_count = strspn(text, TEXT_DIGITS);
	int64_t count;

	*count_out = 0;
	*duration_ms_out = 0;
	if (text_parse_int64(text, digit_count, &count) != ERR_NONE ||
	    text[digit_count] != '/' ||
	    text_parse_duration(text + digit_count + 1,
	    duration_ms_out) != ERR_NONE)
		return ERR_SYNTAX;
	*count_out = count;
	return ERR_NONE;
}

enum error
text_parse_size(const char *text, int64_t *bytes_out)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "K", INT64_C(1) << 10 },
		{ "M", INT64_C(1) << 20 },
		{ "G", INT64_C(1) << 30 },
		{ "T", INT64_C(1) << 40 },
	};

	return parse_with_unit(text, units, COUNT_OF(units), bytes_out);
}

bool
text_is_of(const char *text, size_t text_len, unsigned int classes)
{
	/* A bit for each byte below 128, in words of 64. */
	static const struct {
		enum text_class class;
		uint64_t bits[2];
	} rows[] = {
		{ CLASS_DIGIT, { UINT64_C(0x3ff) << ('0' % 64), 0 } },
		{ CLASS_LOWER, { 0, UINT64_C(0x3ffffff) << ('a' % 64) } },
		{ CLASS_UPPER, { 0, UINT64_C(0x3ffffff) << ('A' % 64) } },
		{ CLASS_DOT, { UINT64_C(1) << ('.' % 64), 0 } },
		{ CLASS_DASH, { UINT64_C(1) << ('-' % 64), 0 } },
		{ CLASS_UNDERSCORE, { 0, UINT64_C(1) << ('_' % 64) } },
	};
	uint64_t bits[2] = { 0, 0 };

	for (size_t row = 0; row < COUNT_OF(rows); row++) {
		if ((classes & rows[row].class) == 0)
			continue;
		bits[0] |= rows[row].bits[0];
		bits[1] |= rows[row].bits[1];
	}
	for (size_t i = 0; i < text_len; i++) {
		uint8_t byte = (uint8_t)text[i];

		if (byte > 127 || (bits[byte / 64] >> byte % 64 & 1) == 0)
			return false;
	}
	return text_len > 0;
}

bool
text_is_of_set(const char *text, size_t text_len, const char *set)
{
	for (size_t i = 0; i < text_len; i++)
		if (text[i] == '\0' || strchr(set, text[i]) == NULL)
			return false;
	return text_len > 0;
}
