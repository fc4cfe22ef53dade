/* event_plain.c - events that are spelled plainly, read in one pass. */
#include "model/event_plain.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/name.h"

/* What a byte may be part of. */
enum {
	OF_STRING = 1 << 0,	/* without an escape */
	OF_ASCII = 1 << 1,	/* a printing character */
	OF_RESOURCE_ID = 1 << 2,
	OF_EVENT_ID = 1 << 3,
	OF_TYPE = 1 << 4,

	/* By these letters in the table: */
	S = OF_STRING,
	P = S | OF_ASCII,
	R = P | OF_RESOURCE_ID,
	I = R | OF_EVENT_ID,
	A = I | OF_TYPE
};

/* No string holds a quote, a backslash or a control character. */
static const uint8_t classes[UINT8_MAX + 1] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	P, P, 0, P, P, P, P, P, P, P, P, P, P, I, R, P,
	A, A, A, A, A, A, A, A, A, A, P, P, P, P, P, P,
	P, I, I, I, I, I, I, I, I, I, I, I, I, I, I, I,
	I, I, I, I, I, I, I, I, I, I, I, P, 0, P, P, A,
	P, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, P, P, P, P, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
};

/* What is left to read, and what was found. */
struct reader {
	const char *at;
	const char *end;
	struct event_plain *event;
};

static bool read_event(struct reader *reader, enum event_source source);
static bool read_member(struct reader *reader);
static bool read_value(struct reader *reader, enum event_member member);
static bool read_id(struct reader *reader);
static bool read_type(struct reader *reader);
static bool read_stored_at(struct reader *reader);
static bool read_resource(struct reader *reader, enum event_member member);
static bool read_resource_member(struct reader *reader,
    struct plain_resource *resource);
static bool read_metadata(struct reader *reader);
static bool read_pair(struct reader *reader);
static bool read_string(struct reader *reader, struct plain_span *string_out);
static bool is_name(const struct plain_span *span, size_t bytes_max);
static bool is_text(const struct plain_span *span);
static bool is_same(const struct plain_span *span, const char *text,
    size_t text_len);
static bool take(struct reader *reader, char wanted);
static void skip_blanks(struct reader *reader);

bool
event_plain_read(const char *text, size_t text_len, enum event_source source,
    struct event_plain *event)
{
	struct reader reader = {
		.at = text,
		.end = text + text_len,
		.event = event,
	};

	/* What is no longer than this is not too large for an event. */
	if (text_len > EVENT_BYTES_MAX)
		return false;
	event->members = 0;
	event->pair_count = 0;
	return read_event(&reader, source);
}

static bool
read_event(struct reader *reader, enum event_source source)
{
	const unsigned int places = 1U << MEMBER_ID | 1U << MEMBER_STORED_AT;

	if (!take(reader, '{'))
		return false;
	do {
		if (!read_member(reader))
			return false;
	} while (take(reader, ','));
	if (!take(reader, '}'))
		return false;
	skip_blanks(reader);
	return reader->at == reader->end &&
	    (reader->event->members & 1U << MEMBER_TYPE) != 0 &&
	    (reader->event->members & places) ==
	    (source == EVENT_IMPORTED ? places : 0);
}

static bool
read_member(struct reader *reader)
{
	enum event_member member;
	struct plain_span name;

	if (!read_string(reader, &name) ||
	    !event_member_find(name.text, name.len, &member) ||
	    (reader->event->members & 1U << member) != 0 || !take(reader, ':'))
		return false;
	reader->event->members |= 1U << member;
	return read_value(reader, member);
}

static bool
read_value(struct reader *reader, enum event_member member)
{
	switch (member) {
	case MEMBER_ID:
		return read_id(reader);
	case MEMBER_TYPE:
		return read_type(reader);
	case MEMBER_STORED_AT:
		return read_stored_at(reader);
	case MEMBER_METADATA:
		return read_metadata(reader);
	default:
		return read_resource(reader, member);
	}
}

static bool
read_id(struct reader *reader)
{
	struct plain_span *id = &reader->event->id;

	return read_string(reader, id) && id->len == EVENT_ID_LEN &&
	    (id->classes & OF_EVENT_ID) != 0;
}

static bool
read_type(struct reader *reader)
{
	struct plain_span *type = &reader->event->type;

	return read_string(reader, type) && type->len > 0 &&
	    type->len <= EVENT_TYPE_LEN_MAX &&
	    (type->classes & OF_TYPE) != 0 &&
	    type->text[0] >= 'a' && type->text[0] <= 'z';
}

/* As a whole number of 13 digits is spelled usually. */
static bool
read_stored_at(struct reader *reader)
{
	struct plain_span *stored_at = &reader->event->stored_at;

	skip_blanks(reader);
	stored_at->text = reader->at;
	while (reader->at < reader->end && *reader->at >= '0' &&
	    *reader->at <= '9')
		reader->at++;
	stored_at->len = (size_t)(reader->at - stored_at->text);
	return stored_at->len == STORED_AT_LEN && stored_at->text[0] != '0';
}

static bool
read_resource(struct reader *reader, enum event_member member)
{
	struct plain_resource *resource = &reader->event->resources[member];

	resource->id.text = resource->name.text = NULL;
	if (!take(reader, '{'))
		return false;
	if (!take(reader, '}')) {
		do {
			if (!read_resource_member(reader, resource))
				return false;
		} while (take(reader, ','));
		if (!take(reader, '}'))
			return false;
	}
	return member == MEMBER_CLIENT || resource->id.text != NULL;
}

static bool
read_resource_member(struct reader *reader, struct plain_resource *resource)
{
	struct plain_span *id = &resource->id;
	struct plain_span *name = &resource->name;
	struct plain_span member;

	if (!read_string(reader, &member) || !take(reader, ':'))
		return false;
	if (is_same(&member, "id", 2) && id->text == NULL)
		return read_string(reader, id) && id->len > 0 &&
		    id->len <= RESOURCE_ID_LEN_MAX &&
		    (id->classes & OF_RESOURCE_ID) != 0;
	return is_same(&member, "name", 4) && name->text == NULL &&
	    read_string(reader, name) &&
	    is_name(name, RESOURCE_NAME_BYTES_MAX);
}

static bool
read_metadata(struct reader *reader)
{
	if (!take(reader, '{'))
		return false;
	if (take(reader, '}'))
		return true;
	do {
		if (!read_pair(reader))
			return false;
	} while (take(reader, ','));
	return take(reader, '}');
}

static bool
read_pair(struct reader *reader)
{
	struct event_plain *event = reader->event;
	struct plain_pair *pair = &event->pairs[event->pair_count];

	if (event->pair_count == METADATA_PAIRS_MAX ||
	    !read_string(reader, &pair->key) ||
	    !is_name(&pair->key, METADATA_KEY_BYTES_MAX) ||
	    !take(reader, ':') || !read_string(reader, &pair->value) ||
	    !is_text(&pair->value))
		return false;
	for (unsigned int i = 0; i < event->pair_count; i++)
		if (is_same(&event->pairs[i].key, pair->key.text,
		    pair->key.len))
			return false;
	event->pair_count++;
	return true;
}

/* Without an escape or a raw control character; its UTF-8 is not checked. */
static bool
read_string(struct reader *reader, struct plain_span *string_out)
{
	unsigned int all = A;
	const char *at;

	if (!take(reader, '"'))
		return false;
	for (at = reader->at; at < reader->end; at++) {
		unsigned int class = classes[(unsigned char)*at];

		if (class == 0)
			break;
		all &= class;
	}
	string_out->text = reader->at;
	string_out->len = (size_t)(at - reader->at);
	string_out->classes = (uint8_t)all;
	reader->at = at;
	return at < reader->end && *reader->at++ == '"';
}

static bool
is_name(const struct plain_span *span, size_t bytes_max)
{
	if ((span->classes & OF_ASCII) != 0)
		return span->len > 0 && span->len <= bytes_max;
	return name_is_valid(span->text, span->len, bytes_max);
}

static bool
is_text(const struct plain_span *span)
{
	return (span->classes & OF_ASCII) != 0 ||
	    utf8_is_valid(span->text, span->len);
}

static bool
is_same(const struct plain_span *span, const char *text, size_t text_len)
{
	return span->len == text_len &&
	    memcmp(span->text, text, text_len) == 0;
}

static bool
take(struct reader *reader, char wanted)
{
	skip_blanks(reader);
	if (reader->at == reader->end || *reader->at != wanted)
		return false;
	reader->at++;
	return true;
}

static void
skip_blanks(struct reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' ||
	    *reader->at == '\t' || *reader->at == '\n' || *reader->at == '\r'))
		reader->at++;
}
