/* list_events_query.h - what GET /v1/events is asked for. */
#ifndef API_LIST_EVENTS_QUERY_H
#define API_LIST_EVENTS_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cursor.h"
#include "model/filter.h"
#include "store/events.h"

struct buffer;

/* What was not given has its default. */
struct list_events_query {
	int64_t limit;			/* 1 to PAGE_EVENTS_MAX */
	struct filter filter;
	enum event_order order;
	struct cursor cursor;		/* when has_cursor */
	bool is_pretty;
	int64_t wait_s;			/* 0 to WAIT_SECONDS_MAX */

	bool has_limit;
	bool has_filter;
	bool has_order;
	bool has_cursor;		/* both halves were given */
	bool has_pretty;
	bool has_wait;
};

/*
 * Reads QUERY_STRING, QUERY_BYTES_MAX long at most.  ERR_SYNTAX when any
 * parameter has the wrong shape, before ERR_MEANING for one that is not
 * allowed; detail names it.
 */
enum error list_events_query_read(const char *query,
    struct list_events_query *query_out, struct detail *detail);

/*
 * Adds what has an effect, in one spelling, with "?" unless that is nothing.
 * after takes the cursor's place; NULL leaves it out.
 */
void list_events_query_add(struct buffer *buffer,
    const struct list_events_query *query, const struct cursor *after);

#endif
