/* field_text.h - the pieces that header fields are made of (RFC 9110, 5.6). */
#ifndef API_FIELD_TEXT_H
#define API_FIELD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* What is left to be read of a field, or of a part of it: from at to end, where
 * a byte is that no token has. */
struct field_text {
	const char *at;
	const char *end;
};

/* Borrowed from the field. */
struct field_token {
	const char *text;
	size_t len;
};

#define FIELD_BLANKS " \t"

void field_skip_blanks(struct field_text *field);

/* Each of these takes what it names, if that comes next. */
bool field_take(struct field_text *field, char wanted);
bool field_take_token(struct field_text *field,
    struct field_token *token_out);
/* The content is what stands between the quotes, escapes and all. */
bool field_take_quoted(struct field_text *field,
    struct field_token *content_out);

/* Whether it is this text; case does not count. */
bool field_token_is(const struct field_token *token, const char *text);

#endif
