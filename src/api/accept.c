/* accept.c - the Accept field and what we send. */
#include "api/accept.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "api/field_text.h"
#include "base/text.h"

enum { QUALITY_MAX = 1000 };
enum closeness { NO_MATCH, ANY_TYPE, ANY_SUBTYPE, SAME_TYPE };

static const struct {
	const char *type;
	const char *subtype;
	const char *content_type;
} media_types[] = {
	[MEDIA_JSON] = { "application", "json", "application/json" },
	[MEDIA_NDJSON] = { "application", "x-ndjson",
	    "application/x-ndjson" },
	[MEDIA_CSV] = { "text", "csv",
	    "text/csv; charset=utf-8; header=present" },
	[MEDIA_EVENT_STREAM] = { "text", "event-stream",
	    "text/event-stream" },
	[MEDIA_PROMETHEUS] = { "text", "plain",
	    "text/plain; version=0.0.4; charset=utf-8" },
};
static_assert(COUNT_OF(media_types) == MEDIA_COUNT, "one row per media");

struct range {
	struct field_token type;
	struct field_token subtype;
	unsigned int quality;
};

static bool read_field(const char *field, struct accept *accept);
static bool next_range(const char **field, struct range *range_out,
    bool *is_well_formed_out);
static const char *range_end(const char *text);
static bool read_range(struct field_text *rest, struct range *range_out);
static bool read_parameter(struct field_text *rest, unsigned int *quality);
static bool read_quality(const struct field_token *text,
    unsigned int *quality);
static void weigh(const struct range *range, struct accept *accept);
static enum closeness range_closeness(const struct range *range,
    const char *type, const char *subtype);

const char *
media_content_type(enum media media)
{
	return media_types[media].content_type;
}

void
accept_read(const char *const fields[], unsigned int field_count,
    struct accept *accept_out)
{
	bool is_empty = true;

	*accept_out = (struct accept){ 0 };
	for (unsigned int i = 0; i < field_count; i++)
		if (read_field(fields[i], accept_out))
			is_empty = false;
	if (!is_empty)
		return;
	/* As for any type. */
	for (enum media media = 0; media < MEDIA_COUNT; media++) {
		accept_out->opinions[media].quality = QUALITY_MAX;
		accept_out->opinions[media].closeness = ANY_TYPE;
	}
}

enum error
accept_choose(const struct accept *accept, unsigned int offered,
    enum media *media_out)
{
	unsigned int quality = 0;
	unsigned int closeness = 0;

	*media_out = MEDIA_JSON;
	for (enum media media = 0; media < MEDIA_COUNT; media++) {
		unsigned int its_quality = accept->opinions[media].quality;
		unsigned int its_closeness = accept->opinions[media].closeness;

		if ((offered & MEDIA_BIT(media)) == 0 ||
		    its_quality < quality || (its_quality == quality &&
		    its_closeness <= closeness))
			continue;
		quality = its_quality;
		closeness = its_closeness;
		*media_out = media;
	}
	return quality > 0 ? ERR_NONE : ERR_NOT_ACCEPTABLE;
}

/* Whether there is anything in it. */
static bool
read_field(const char *field, struct accept *accept)
{
	bool is_empty = field[strspn(field, FIELD_BLANKS)] == '\0';
	bool is_well_formed;
	struct range range;

	while (next_range(&field, &range, &is_well_formed))
		if (is_well_formed)
			weigh(&range, accept);
	return !is_empty;
}

static bool
next_range(const char **field, struct range *range_out,
    bool *is_well_formed_out)
{
	struct field_text rest;

	*is_well_formed_out = false;
	*field += strspn(*field, FIELD_BLANKS ",");
	if (**field == '\0')
		return false;
	rest = (struct field_text){ *field, range_end(*field) };
	*field = rest.end;
	*is_well_formed_out = read_range(&rest, range_out);
	return true;
}

/* The comma that ends a range; those within quotes do not. */
static const char *
range_end(const char *text)
{
	bool is_quoted = false;

	for (; *text != '\0' && (is_quoted || *text != ','); text++) {
		if (*text == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && *text == '\\' && text[1] != '\0')
			text++;
	}
	return text;
}

static bool
read_range(struct field_text *rest, struct range *range_out)
{
	range_out->quality = QUALITY_MAX;
	if (!field_take_token(rest, &range_out->type) ||
	    !field_take(rest, '/') ||
	    !field_take_token(rest, &range_out->subtype))
		return false;
	if (field_token_is(&range_out->type, "*") &&
	    !field_token_is(&range_out->subtype, "*"))
		return false;
	for (;;) {
		field_skip_blanks(rest);
		if (rest->at == rest->end)
			return true;
		if (!field_take(rest, ';'))
			return false;
		field_skip_blanks(rest);
		/* An empty parameter is allowed (section 5.6.6). */
		if (rest->at < rest->end && *rest->at != ';' &&
		    !read_parameter(rest, &range_out->quality))
			return false;
	}
}

static bool
read_parameter(struct field_text *rest, unsigned int *quality)
{
	struct field_token name;
	struct field_token value;

	if (!field_take_token(rest, &name))
		return false;
	if (!field_take(rest, '='))
		/* RFC 7231 allowed bare words after q. */
		return !field_token_is(&name, "q");
	if (rest->at < rest->end && *rest->at == '"')
		return field_take_quoted(rest, &value) &&
		    !field_token_is(&name, "q");
	if (!field_take_token(rest, &value))
		return false;
	return !field_token_is(&name, "q") || read_quality(&value, quality);
}

/* 0, 1, 0.5 and so on: at most three digits after the point, at most 1. */
static bool
read_quality(const struct field_token *text, unsigned int *quality)
{
	unsigned int scale = QUALITY_MAX;

	if (text->len > sizeof("0.000") - 1 ||
	    (text->text[0] != '0' && text->text[0] != '1') ||
	    (text->len > 1 && text->text[1] != '.'))
		return false;
	*quality = text->text[0] == '1' ? QUALITY_MAX : 0;
	for (size_t i = 2; i < text->len; i++) {
		if (text->text[i] < '0' || text->text[i] > '9')
			return false;
		scale /= 10;
		*quality += (unsigned int)(text->text[i] - '0') * scale;
	}
	return *quality <= QUALITY_MAX;
}

/* The closest range that names a type decides on it. */
static void
weigh(const struct range *range, struct accept *accept)
{
	for (enum media media = 0; media < MEDIA_COUNT; media++) {
		enum closeness closeness = range_closeness(range,
		    media_types[media].type, media_types[media].subtype);

		if (closeness == NO_MATCH ||
		    closeness < accept->opinions[media].closeness)
			continue;
		if (closeness == accept->opinions[media].closeness &&
		    range->quality < accept->opinions[media].quality)
			continue;
		accept->opinions[media].closeness = closeness;
		accept->opinions[media].quality = range->quality;
	}
	if (range->quality > 0 &&
	    range_closeness(range, "application", "problem+json") == SAME_TYPE)
		accept->names_problem_json = true;
}

static enum closeness
range_closeness(const struct range *range, const char *type,
    const char *subtype)
{
	if (field_token_is(&range->type, "*"))
		return ANY_TYPE;
	if (!field_token_is(&range->type, type))
		return NO_MATCH;
	if (field_token_is(&range->subtype, "*"))
		return ANY_SUBTYPE;
	return field_token_is(&range->subtype, subtype) ? SAME_TYPE : NO_MATCH;
}
