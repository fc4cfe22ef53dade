/* text.h - UTF-8, numbers, and the units that settings are written in. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The bytes of the character that text begins with, 1 to 4; 0 when text is
 * empty or does not begin with a well-formed sequence of RFC 3629: overlong
 * forms, surrogates and code points past U+10FFFF are not.
 */
size_t utf8_character_bytes(const char *text, size_t text_len);

/* Whether the whole text is well-formed.  Empty text is. */
bool utf8_is_valid(const char *text, size_t text_len);

/*
 * Reads a whole number written -?[0-9]+, leading zeros allowed.  ERR_SYNTAX,
 * with *number_out = 0, when it is anything else or outside int64_t.
 */
enum error text_parse_int64(const char *text, size_t text_len,
    int64_t *number_out);

/*
 * Reads a duration, a whole number with a unit: ms, s, m, h or d ("90d",
 * "1500ms").  ERR_SYNTAX otherwise, or when it does not fit.
 */
enum error text_parse_duration(const char *text, int64_t *duration_ms_out);

/*
 * Reads a count in a duration, such as "10/60s".  ERR_SYNTAX, with both 0,
 * when it is not a whole number, a slash and a duration.
 */
enum error text_parse_rate(const char *text, int64_t *count_out,
    int64_t *duration_ms_out);

/*
 * Reads a size in bytes, a whole number with an optional unit K, M, G or T
 * (powers of 1024, "64G").  ERR_SYNTAX otherwise, or when it does not fit.
 */
enum error text_parse_size(const char *text, int64_t *bytes_out);

/* What names, ids and numbers are made of. */
enum text_class {
	CLASS_DIGIT = 1 << 0,
	CLASS_LOWER = 1 << 1,
	CLASS_UPPER = 1 << 2,
	CLASS_DOT = 1 << 3,
	CLASS_DASH = 1 << 4,
	CLASS_UNDERSCORE = 1 << 5,
	CLASS_ALNUM = CLASS_DIGIT | CLASS_LOWER | CLASS_UPPER
};

/* Whether every byte of text is in one of the classes; false for an empty
 * text. */
bool text_is_of(const char *text, size_t text_len, unsigned int classes);

/* The same for a set of any characters. */
bool text_is_of_set(const char *text, size_t text_len, const char *set);

#define TEXT_DIGITS "0123456789"
#define TEXT_LOWER "abcdefghijklmnopqrstuvwxyz"
#define TEXT_UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TEXT_ALNUM TEXT_DIGITS TEXT_UPPER TEXT_LOWER

#endif
