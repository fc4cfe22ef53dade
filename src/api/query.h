/* query.h - decode QUERY_STRING and pick the parameters that are known. */
#ifndef API_QUERY_H
#define API_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/limits.h"

/* A decoded value: UTF-8 without NUL, and no final NUL. */
struct query_value {
	const char *text;
	size_t text_len;
	bool is_given;
};

/* Where decoded text lies; it is never longer than what was sent. */
struct query_room {
	char bytes[QUERY_BYTES_MAX];
	size_t len;
};

/*
 * Reads name=value pairs divided by &, percent-encoded, + for a space.  The
 * value of names[i] goes to values[i]; a name without = has an empty value;
 * unknown names are passed over, but must decode too.
 *
 * query is at most QUERY_BYTES_MAX long.  ERR_SYNTAX with detail: a % without
 * two hexadecimal digits, NUL, bytes that are not UTF-8, a known name twice.
 */
enum error query_read(const char *query, const char *const names[],
    size_t name_count, struct query_value values[], struct query_room *room,
    struct detail *detail);

bool query_value_is(const struct query_value *value, const char *text);

/* Reads true, 1 or nothing, false or 0; one that is not given leaves *is_true
 * as it was.  ERR_SYNTAX with detail, which begins with the name. */
enum error query_read_boolean(const struct query_value *value,
    const char *name, bool *is_true, struct detail *detail);

/* Returns err, with "name: expected ..., got ..." in detail. */
enum error query_refuse(enum error err, const char *name,
    const char *expected, const struct query_value *value,
    struct detail *detail);

#endif
