/* body_type.c - the types of body that POST /v1/events takes. */
#include "api/body_type.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "api/field_text.h"
#include "api/request.h"
#include "base/text.h"

static const struct {
	const char *type;
	const char *subtype;
} types[] = {
	[BODY_JSON] = { "application", "json" },
	[BODY_NDJSON] = { "application", "x-ndjson" },
};
static_assert(COUNT_OF(types) == BODY_TYPE_COUNT, "one row a type");

static bool take_type(struct field_text *field, enum body_type *type_out);
static bool take_parameters(struct field_text *field);
static bool take_parameter(struct field_text *field);

enum error
body_type_read(const struct request *request, enum body_type *type_out,
    struct detail *detail)
{
	const char *text = request->content_type;
	const char *encoding = request->content_encoding;
	struct field_text field = { text, text + strlen(text) };

	if (!take_type(&field, type_out) || !take_parameters(&field))
		return detail_set(detail, ERR_MEDIA_TYPE,
		    "Content-Type: expected application/json or "
		    "application/x-ndjson, in utf-8, got %s",
		    quote(text, strlen(text)).text);
	if (encoding[0] != '\0')
		return detail_set(detail, ERR_MEDIA_TYPE,
		    "Content-Encoding: expected none, got %s",
		    quote(encoding, strlen(encoding)).text);
	return ERR_NONE;
}

static bool
take_type(struct field_text *field, enum body_type *type_out)
{
	struct field_token type;
	struct field_token subtype;

	*type_out = BODY_TYPE_COUNT;
	field_skip_blanks(field);
	if (!field_take_token(field, &type) || !field_take(field, '/') ||
	    !field_take_token(field, &subtype))
		return false;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (field_token_is(&type, types[i].type) &&
		    field_token_is(&subtype, types[i].subtype))
			*type_out = (enum body_type)i;
	return *type_out != BODY_TYPE_COUNT;
}

static bool
take_parameters(struct field_text *field)
{
	for (;;) {
		field_skip_blanks(field);
		if (field->at == field->end)
			return true;
		if (!field_take(field, ';'))
			return false;
		field_skip_blanks(field);
		/* An empty parameter is allowed (section 5.6.6). */
		if (field->at < field->end && *field->at != ';' &&
		    !take_parameter(field))
			return false;
	}
}

static bool
take_parameter(struct field_text *field)
{
	struct field_token name;
	struct field_token value;

	if (!field_take_token(field, &name) || !field_take(field, '='))
		return false;
	if (!field_take_quoted(field, &value) &&
	    !field_take_token(field, &value))
		return false;
	return !field_token_is(&name, "charset") ||
	    field_token_is(&value, "utf-8");
}
