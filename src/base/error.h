/* error.h - what can go wrong, and the words that say so.
 *
 * What can fail returns an enum error.  Where somebody can mend the cause, a
 * struct detail says what is wrong and what is allowed; it never holds a key,
 * and holds a path only where the reader is the operator.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>

enum error {
	ERR_NONE,

	/* A client's or an operator's mistake: returned, never logged. */
	ERR_SYNTAX,		/* wrong shape */
	ERR_NO_KEY,		/* no API key was given */
	ERR_BAD_KEY,		/* malformed, unknown, disabled, expired */
	ERR_LOCKED_OUT,		/* too many bad keys from the address */
	ERR_UNPAID,		/* the organization has not paid */
	ERR_SCOPE,		/* the key's scopes do not cover the request */
	ERR_RATE,		/* more requests than the key's rate allows */
	ERR_NOT_FOUND,		/* no route, or no record, of that name */
	ERR_METHOD,		/* a method that the route does not offer */
	ERR_NOT_ACCEPTABLE,	/* no media type that the client accepts */
	ERR_EXISTS,		/* a record of that name is there already */
	ERR_TOO_LARGE,		/* a body, line or file over its bound */
	ERR_QUERY_TOO_LONG,	/* a query over QUERY_BYTES_MAX */
	ERR_MEDIA_TYPE,		/* a body of a type that is not taken */
	ERR_MEANING,		/* right shape, but not allowed */
	ERR_LOCKED,		/* the organization is locked */
	ERR_UNKNOWN_METHOD,	/* a method that HTTP does not know */

	/* A machine's failure: logged once, where it is first seen. */
	ERR_CORRUPT,		/* a stored record fails its checksum */
	ERR_NO_MEMORY,		/* an allocation failed */
	ERR_STORE,		/* the store is missing or unreadable */
	ERR_FULL,		/* the store has no room left */
	ERR_IO,			/* a file or socket failed */
	ERR_OVERLOAD,		/* more connections than are allowed */
	ERR_AWAY,		/* no recorder takes events in */

	ERR_COUNT
};

enum { DETAIL_SIZE = 512 };

/* One sentence of UTF-8 without the final full stop; empty when there is
 * nothing to say. */
struct detail {
	char text[DETAIL_SIZE];
};

/*
 * Writes the sentence and returns err, so that a caller can write
 * `return detail_set(detail, ERR_SYNTAX, "...")`.  A sentence that is too
 * long is cut at a whole character.  detail may be NULL.
 */
enum error detail_set(struct detail *detail, enum error err,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " or any other words before a sentence that is there. */
void detail_prefix(struct detail *detail, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

enum { QUOTED_SIZE = 64 };

/* A piece of foreign text made fit for a sentence. */
struct quoted {
	char text[QUOTED_SIZE];
};

/*
 * Quotes text_len bytes of foreign text: in double quotes, cut after about 40
 * bytes (then followed by "..."), control characters, quotes, backslashes
 * and bytes that are not UTF-8 shown as \xNN.
 */
struct quoted quote(const char *text, size_t text_len);

#endif
