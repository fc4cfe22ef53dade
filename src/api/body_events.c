/* body_events.c - the events that a body holds, as texts. */
#include "api/body_events.h"

#include <string.h>

#include "model/json_text.h"
#include "model/limits.h"

static enum error check_json(struct body_events *events,
    struct detail *detail);
static enum error check_lines(struct body_events *events,
    struct detail *detail);
static bool next_line(const struct body_events *events, size_t *offset,
    struct json_element *line_out);
static const char *skip_blanks(const char *at, const char *end);

enum error
body_events_read(enum body_type type, const char *text, size_t len,
    struct body_events *events_out, struct detail *detail)
{
	struct json_element event;
	size_t offset = 0;
	enum error err;

	*events_out = (struct body_events){
		.type = type,
		.text = text,
		.len = len,
		.is_batch = true,
		.is_checked = true,
	};
	err = type == BODY_NDJSON ? check_lines(events_out, detail) :
	    check_json(events_out, detail);
	if (err != ERR_NONE)
		return err;

	while (body_events_next(events_out, &offset, &event))
		events_out->count++;
	if (events_out->count == 0 || events_out->count > RECORD_EVENTS_MAX)
		return detail_set(detail, ERR_MEANING,
		    "events: expected 1 to %d, got %zu", RECORD_EVENTS_MAX,
		    events_out->count);
	return ERR_NONE;
}

static enum error
check_json(struct body_events *events, struct detail *detail)
{
	const char *end = events->text + events->len;
	const char *begin = skip_blanks(events->text, end);
	enum error err;

	events->is_batch = begin < end && *begin == '[';
	/* The array is one level more than an event. */
	err = json_text_check(events->text, events->len,
	    JSON_DEPTH_MAX + (events->is_batch ? 1 : 0), detail);
	/* A fault of meaning is told with its event's number: later. */
	if (err != ERR_NONE && err != ERR_MEANING)
		return err;
	events->is_checked = err == ERR_NONE;
	if (!events->is_batch && *begin != '{')
		return detail_set(detail, ERR_MEANING,
		    "body: expected an event or an array of events");
	return ERR_NONE;
}

static enum error
check_lines(struct body_events *events, struct detail *detail)
{
	struct json_element line;
	size_t offset = 0;

	for (size_t i = 0; next_line(events, &offset, &line); i++) {
		enum error err = json_text_check(line.text, line.len,
		    JSON_DEPTH_MAX, detail);

		if (err == ERR_MEANING) {
			events->is_checked = false;
		} else if (err != ERR_NONE) {
			detail_prefix(detail, "events[%zu]: ", i);
			return err;
		}
	}
	return ERR_NONE;
}

bool
body_events_next(const struct body_events *events, size_t *offset,
    struct json_element *event_out)
{
	if (events->type == BODY_NDJSON)
		return next_line(events, offset, event_out);
	if (events->is_batch)
		return json_array_next(events->text, events->len, offset,
		    event_out);
	*event_out = (struct json_element){ events->text, events->len };
	if (*offset > 0)
		return false;
	*offset = events->len;
	return true;
}

/* The next line that is not blank. */
static bool
next_line(const struct body_events *events, size_t *offset,
    struct json_element *line_out)
{
	while (*offset < events->len) {
		const char *begin = events->text + *offset;
		const char *end = memchr(begin, '\n', events->len - *offset);

		if (end == NULL)
			end = events->text + events->len;
		*offset = (size_t)(end - events->text) + 1;
		begin = skip_blanks(begin, end);
		if (begin < end) {
			line_out->text = begin;
			line_out->len = (size_t)(end - begin);
			return true;
		}
	}
	return false;
}

static const char *
skip_blanks(const char *at, const char *end)
{
	static const char blanks[] = { ' ', '\t', '\n', '\r' };

	while (at < end && memchr(blanks, *at, sizeof(blanks)) != NULL)
		at++;
	return at;
}
