/* list_events_query.c - what GET /v1/events is asked for. */
#include "api/list_events_query.h"

#include <assert.h>
#include <string.h>

#include "api/query.h"
#include "base/buffer.h"
#include "base/text.h"

enum parameter {
	LIMIT,
	EVENTS,
	ORDER,
	START_AFTER,
	START_AFTER_ID,
	PRETTY,
	WAIT,
	PARAMETER_COUNT
};

static const char *const names[] = {
	[LIMIT] = "limit",
	[EVENTS] = "events",
	[ORDER] = "order",
	[START_AFTER] = "startAfter",
	[START_AFTER_ID] = "startAfterId",
	[PRETTY] = "pretty",
	[WAIT] = "wait",
};
static_assert(COUNT_OF(names) == PARAMETER_COUNT, "one name per parameter");
static_assert(WAIT_SECONDS_MAX == 60, "as the detail says");

static enum error read_shapes(const struct query_value values[],
    struct list_events_query *query, struct detail *detail);
static enum error read_number(const struct query_value values[],
    enum parameter parameter, int64_t *number, struct detail *detail);
static enum error read_id(const struct query_value *value,
    struct cursor *cursor, struct detail *detail);
static enum error read_meanings(const struct query_value values[],
    struct list_events_query *query, struct detail *detail);
static enum error read_order(const struct query_value *value,
    struct list_events_query *query, struct detail *detail);
static void add_name(struct buffer *buffer, char *mark,
    enum parameter parameter);

enum error
list_events_query_read(const char *query, struct list_events_query *query_out,
    struct detail *detail)
{
	struct query_value values[PARAMETER_COUNT];
	struct query_room room;
	enum error err;

	*query_out = (struct list_events_query){
		.limit = PAGE_EVENTS_DEFAULT,
		.filter = filter_all(),
		.order = OLDEST_FIRST,
	};
	if (query[0] == '\0')
		return ERR_NONE;

	err = query_read(query, names, PARAMETER_COUNT, values, &room, detail);
	if (err == ERR_NONE)
		err = read_shapes(values, query_out, detail);
	if (err == ERR_NONE)
		err = read_meanings(values, query_out, detail);
	return err;
}

static enum error
read_shapes(const struct query_value values[],
    struct list_events_query *query, struct detail *detail)
{
	enum error err;

	err = read_number(values, LIMIT, &query->limit, detail);
	if (err == ERR_NONE)
		err = read_number(values, START_AFTER,
		    &query->cursor.stored_at_ms, detail);
	if (err == ERR_NONE)
		err = read_id(&values[START_AFTER_ID], &query->cursor, detail);
	if (err == ERR_NONE)
		err = query_read_boolean(&values[PRETTY], names[PRETTY],
		    &query->is_pretty, detail);
	if (err == ERR_NONE)
		err = read_number(values, WAIT, &query->wait_s, detail);
	query->has_limit = values[LIMIT].is_given;
	query->has_pretty = values[PRETTY].is_given;
	query->has_wait = values[WAIT].is_given;
	query->has_cursor = values[START_AFTER].is_given &&
	    values[START_AFTER_ID].is_given;
	return err;
}

static enum error
read_number(const struct query_value values[], enum parameter parameter,
    int64_t *number, struct detail *detail)
{
	const struct query_value *value = &values[parameter];
	int64_t given;

	if (!value->is_given)
		return ERR_NONE;
	if (text_parse_int64(value->text, value->text_len, &given) !=
	    ERR_NONE)
		return query_refuse(ERR_SYNTAX, names[parameter],
		    "a whole number", value, detail);
	*number = given;
	return ERR_NONE;
}

static enum error
read_id(const struct query_value *value, struct cursor *cursor,
    struct detail *detail)
{
	if (!value->is_given)
		return ERR_NONE;
	if (!event_id_is_valid(value->text, value->text_len))
		return query_refuse(ERR_SYNTAX, names[START_AFTER_ID],
		    "21 of [A-Za-z0-9_-]", value, detail);
	memcpy(cursor->id, value->text, EVENT_ID_LEN);
	cursor->id[EVENT_ID_LEN] = '\0';
	return ERR_NONE;
}

static enum error
read_meanings(const struct query_value values[],
    struct list_events_query *query, struct detail *detail)
{
	enum error err = ERR_NONE;

	if (query->limit < 1)
		return query_refuse(ERR_MEANING, names[LIMIT], "1 or more",
		    &values[LIMIT], detail);
	if (query->limit > PAGE_EVENTS_MAX)
		query->limit = PAGE_EVENTS_MAX;
	query->has_filter = values[EVENTS].is_given;
	if (query->has_filter)
		err = filter_parse(values[EVENTS].text,
		    values[EVENTS].text_len, &query->filter, detail);
	if (err == ERR_NONE)
		err = read_order(&values[ORDER], query, detail);
	if (err == ERR_NONE && query->cursor.stored_at_ms < 0)
		err = query_refuse(ERR_MEANING, names[START_AFTER], "0 or more",
		    &values[START_AFTER], detail);
	if (err == ERR_NONE &&
	    (query->wait_s < 0 || query->wait_s > WAIT_SECONDS_MAX))
		err = query_refuse(ERR_MEANING, names[WAIT],
		    "0 to 60 seconds", &values[WAIT], detail);
	return err;
}

static enum error
read_order(const struct query_value *value, struct list_events_query *query,
    struct detail *detail)
{
	query->has_order = value->is_given;
	if (!value->is_given)
		return ERR_NONE;
	if (!query_value_is(value, "asc") && !query_value_is(value, "desc"))
		return query_refuse(ERR_MEANING, names[ORDER], "asc or desc",
		    value, detail);
	query->order = query_value_is(value, "desc") ?
	    NEWEST_FIRST : OLDEST_FIRST;
	return ERR_NONE;
}

/* Every value is of characters that mean themselves in a query. */
void
list_events_query_add(struct buffer *buffer,
    const struct list_events_query *query, const struct cursor *after)
{
	char filter[FILTER_TEXT_SIZE];
	char mark = '?';

	if (query->has_limit) {
		add_name(buffer, &mark, LIMIT);
		buffer_add_number(buffer, query->limit);
	}
	if (query->has_filter) {
		filter_format(&query->filter, filter);
		add_name(buffer, &mark, EVENTS);
		buffer_add_text(buffer, filter);
	}
	if (query->has_order) {
		add_name(buffer, &mark, ORDER);
		buffer_add_text(buffer,
		    query->order == NEWEST_FIRST ? "desc" : "asc");
	}
	if (after != NULL) {
		add_name(buffer, &mark, START_AFTER);
		buffer_add_number(buffer, after->stored_at_ms);
		add_name(buffer, &mark, START_AFTER_ID);
		buffer_add_text(buffer, after->id);
	}
	if (query->has_pretty) {
		add_name(buffer, &mark, PRETTY);
		buffer_add_text(buffer, query->is_pretty ? "true" : "false");
	}
	if (query->has_wait) {
		add_name(buffer, &mark, WAIT);
		buffer_add_number(buffer, query->wait_s);
	}
}

/* "?" before the first, "&" before the others. */
static void
add_name(struct buffer *buffer, char *mark, enum parameter parameter)
{
	buffer_add(buffer, mark, 1);
	buffer_add_text(buffer, names[parameter]);
	buffer_add_text(buffer, "=");
	*mark = '&';
}
