/* field_text.c - the pieces that header fields are made of. */
#include "api/field_text.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/* RFC 9110, section 5.6.2. */
#define TOKEN_CHARACTERS "!#$%&'*+-.^_`|~" TEXT_ALNUM

void
field_skip_blanks(struct field_text *field)
{
	while (field->at < field->end &&
	    strchr(FIELD_BLANKS, *field->at) != NULL)
		field->at++;
}

bool
field_take(struct field_text *field, char wanted)
{
	if (field->at == field->end || *field->at != wanted)
		return false;
	field->at++;
	return true;
}

bool
field_take_token(struct field_text *field, struct field_token *token_out)
{
	token_out->text = field->at;
	/* What stands at the end is no token's. */
	token_out->len = strspn(field->at, TOKEN_CHARACTERS);
	field->at += token_out->len;
	return token_out->len > 0;
}

bool
field_take_quoted(struct field_text *field, struct field_token *content_out)
{
	if (!field_take(field, '"'))
		return false;
	content_out->text = field->at;
	while (field->at < field->end && *field->at != '"')
		field->at += *field->at == '\\' &&
		    field->at + 1 < field->end ? 2 : 1;
	content_out->len = (size_t)(field->at - content_out->text);
	return field_take(field, '"');
}

bool
field_token_is(const struct field_token *token, const char *text)
{
	return strlen(text) == token->len &&
	    strncasecmp(token->text, text, token->len) == 0;
}
