/* event_pages.h - a range of events, page by page.
 *
 * A page is copied out in one short read transaction, which has ended before
 * the page is written anywhere.
 */
#ifndef CLI_EVENT_PAGES_H
#define CLI_EVENT_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "model/limits.h"
#include "store/events.h"

struct arguments;
struct store;

struct event_pages {
	struct store *store;		/* borrowed */
	struct event_range range;	/* its after and oldest_ms are ours */
	struct cursor cursor;		/* the last event, or the user's */
	bool has_cursor;
	int64_t since_ms;		/* nothing older */
	int64_t retention_ms;		/* nothing older than this ago */
	uint64_t left;			/* of the limit */
	bool is_done;

	/* The page. */
	struct buffer json;		/* the events, each ended by LF */
	size_t ends[PAGE_EVENTS_MAX];	/* of each, behind its LF */
	size_t event_count;
	bool has_more;			/* the limit cut it off */
};

/*
 * Takes --events and the retention, and zero for everything else; store,
 * organization and what is left are the caller's to set.  ERR_MEANING,
 * complained of here.
 */
enum error event_pages_begin(struct event_pages *pages,
    const struct arguments *arguments);
void event_pages_clear(struct event_pages *pages);

/* Reads the next page; the error is complained of here. */
enum error event_pages_next(struct event_pages *pages);

/* The JSON of the nth event of the page, borrowed, without its LF. */
const char *event_pages_json(const struct event_pages *pages, size_t nth,
    size_t *json_len_out);

#endif
