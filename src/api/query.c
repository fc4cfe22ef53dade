/* query.c - decode QUERY_STRING and pick the parameters that are known. */
#include "api/query.h"

#include <string.h>

#include "base/text.h"

static enum error read_pair(const char *pair, size_t pair_len,
    struct query_room *room, struct query_value *name_out,
    struct query_value *value_out, struct detail *detail);
static enum error decode(const char *text, size_t text_len,
    struct query_room *room, struct query_value *value_out,
    struct detail *detail);
static int decode_byte(const char *text, size_t text_len);
static int hexadecimal_digit(char digit);
static enum error keep(const struct query_value *name,
    const struct query_value *value, const char *const names[],
    size_t name_count, struct query_value values[], struct detail *detail);

enum error
query_read(const char *query, const char *const names[], size_t name_count,
    struct query_value values[], struct query_room *room,
    struct detail *detail)
{
	room->len = 0;
	for (size_t i = 0; i < name_count; i++)
		values[i] = (struct query_value){ .text = "" };

	/* Every round takes a byte at least, of QUERY_BYTES_MAX. */
	for (;;) {
		size_t pair_len = (size_t)(strchrnul(query, '&') - query);
		struct query_value name;
		struct query_value value;
		enum error err;

		err = read_pair(query, pair_len, room, &name, &value, detail);
		if (err == ERR_NONE)
			err = keep(&name, &value, names, name_count, values,
			    detail);
		if (err != ERR_NONE || query[pair_len] == '\0')
			return err;
		query += pair_len + 1;
	}
}

static enum error
read_pair(const char *pair, size_t pair_len, struct query_room *room,
    struct query_value *name_out, struct query_value *value_out,
    struct detail *detail)
{
	const char *equals = memchr(pair, '=', pair_len);
	const char *end = pair + pair_len;
	const char *value = equals == NULL ? end : equals + 1;
	enum error err;

	err = decode(pair, (size_t)((equals == NULL ? end : equals) - pair),
	    room, name_out, detail);
	if (err != ERR_NONE)
		return err;
	return decode(value, (size_t)(end - value), room, value_out, detail);
}

static enum error
decode(const char *text, size_t text_len, struct query_room *room,
    struct query_value *value_out, struct detail *detail)
{
	char *begin = room->bytes + room->len;
	char *at = begin;
	size_t i = 0;

	while (i < text_len) {
		int byte;

		if (text[i] != '%') {
			*at++ = text[i] == '+' ? ' ' : text[i];
			i++;
			continue;
		}
		byte = decode_byte(text + i, text_len - i);
		if (byte < 0)
			return detail_set(detail, ERR_SYNTAX, "query: "
			    "expected two hexadecimal digits after %%, got %s",
			    quote(text + i, text_len - i < 3 ?
			    text_len - i : 3).text);
		if (byte == 0)
			return detail_set(detail, ERR_SYNTAX,
			    "query: %%00 is not allowed");
		*at++ = (char)byte;
		i += sizeof("%XX") - 1;
	}
	*value_out = (struct query_value){ begin, (size_t)(at - begin), true };
	room->len += value_out->text_len;
	if (!utf8_is_valid(begin, value_out->text_len))
		return detail_set(detail, ERR_SYNTAX,
		    "query: expected UTF-8, got %s",
		    quote(begin, value_out->text_len).text);
	return ERR_NONE;
}

/* The byte that text, which begins with %, stands for; -1 when none. */
static int
decode_byte(const char *text, size_t text_len)
{
	int high = text_len > 1 ? hexadecimal_digit(text[1]) : -1;
	int low = text_len > 2 ? hexadecimal_digit(text[2]) : -1;

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static int
hexadecimal_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

static enum error
keep(const struct query_value *name, const struct query_value *value,
    const char *const names[], size_t name_count, struct query_value values[],
    struct detail *detail)
{
	for (size_t i = 0; i < name_count; i++) {
		if (strlen(names[i]) != name->text_len ||
		    memcmp(names[i], name->text, name->text_len) != 0)
			continue;
		if (values[i].is_given)
			return detail_set(detail, ERR_SYNTAX,
			    "%s: expected once, got twice", names[i]);
		values[i] = *value;
	}
	return ERR_NONE;
}

bool
query_value_is(const struct query_value *value, const char *text)
{
	return strlen(text) == value->text_len &&
	    memcmp(value->text, text, value->text_len) == 0;
}

enum error
query_read_boolean(const struct query_value *value, const char *name,
    bool *is_true, struct detail *detail)
{
	if (!value->is_given)
		return ERR_NONE;
	*is_true = query_value_is(value, "true") ||
	    query_value_is(value, "1") || query_value_is(value, "");
	if (!*is_true && !query_value_is(value, "false") &&
	    !query_value_is(value, "0"))
		return query_refuse(ERR_SYNTAX, name, "true, false, 1 or 0",
		    value, detail);
	return ERR_NONE;
}

enum error
query_refuse(enum error err, const char *name, const char *expected,
    const struct query_value *value, struct detail *detail)
{
	return detail_set(detail, err, "%s: expected %s, got %s", name,
	    expected, quote(value->text, value->text_len).text);
}
