/* events_scan.c - events in order, from one range or several. */
#include <string.h>

#include "model/event.h"
#include "store/event_blocks.h"
#include "store/events.h"
#include "store/tails.h"
#include "store/txn.h"

/* One category: the event that comes next, in a block that stays in sight. */
struct source {
	enum category category;
	struct event_block found;
	unsigned int next;
	struct block block;
};

struct scan {
	struct store_txn *txn;
	const struct event_range *range;
	/* Where it begins: events before it, in the order, are passed over.
	 * Newest first it may have none. */
	bool has_from;
	bool is_from_included;
	struct cursor from;
	unsigned int source_count;
	struct source sources[CATEGORY_COUNT];
};

static void set_from(struct scan *scan);
static enum error find_sources(struct scan *scan);
static enum error find_begin(struct scan *scan, enum category category,
    struct event_block *found_out);
static enum error open_sources(struct scan *scan);
static enum error open_source(struct scan *scan, struct source *source,
    bool *is_open_out);
static bool is_ahead(const struct scan *scan,
    const struct block_event *event);
static bool is_past_end(const struct scan *scan,
    const struct block_event *event);
static enum error enter(struct scan *scan, struct source *source);
static enum error advance(struct scan *scan, struct source *source,
    bool *is_open_out);
static void drop(struct scan *scan, struct source *source);
static struct source *first_of(struct scan *scan);
static bool visit_one(const struct source *source, store_event_visit *visit,
    void *arg);

enum error
store_event_scan(struct store_txn *txn, const struct event_range *range,
    store_event_visit *visit, void *arg)
{
	struct scan scan;
	enum error err = ERR_NONE;

	scan.txn = txn;
	scan.range = range;
	set_from(&scan);
	if (txn->is_write)
		/* What lies only in memory has to be found as well. */
		err = tails_flush(txn);
	if (err == ERR_NONE)
		err = find_sources(&scan);
	if (err == ERR_NONE)
		err = open_sources(&scan);

	while (err == ERR_NONE && scan.source_count > 0) {
		struct source *source = first_of(&scan);
		bool is_open;

		if (!visit_one(source, visit, arg))
			break;
		err = advance(&scan, source, &is_open);
		if (err == ERR_NONE && !is_open)
			drop(&scan, source);
	}
	return err;
}

/* Oldest first, cursor and window both bound from below; newest first the
 * cursor bounds from above, and the window is where the scan ends. */
static void
set_from(struct scan *scan)
{
	const struct event_range *range = scan->range;
	const struct cursor *after = range->after;
	bool is_ascending = range->order == OLDEST_FIRST;

	scan->has_from = is_ascending || after != NULL;
	scan->is_from_included = is_ascending && (after == NULL ||
	    after->stored_at_ms < range->oldest_ms);
	scan->from = (struct cursor){ .stored_at_ms = range->oldest_ms };
	if (after != NULL && !scan->is_from_included) {
		scan->from.stored_at_ms = after->stored_at_ms;
		/* Its id has NULs to its end, as keys compare 21 bytes. */
		memcpy(scan->from.id, after->id,
		    strnlen(after->id, EVENT_ID_LEN));
	}
	/* Keys are compared as unsigned. */
	if (scan->from.stored_at_ms < 0)
		scan->from.stored_at_ms = 0;
}

/* All before any is read: what the processor has to fetch for one comes while
 * the next is looked for. */
static enum error
find_sources(struct scan *scan)
{
	scan->source_count = 0;
	for (size_t i = 0; i < CATEGORY_COUNT; i++) {
		struct source *source = &scan->sources[scan->source_count];
		enum error err;

		if (!filter_wants(&scan->range->filter, (enum category)i))
			continue;
		source->category = (enum category)i;
		source->found.is_found = false;
		err = find_begin(scan, source->category, &source->found);
		if (err != ERR_NONE)
			return err;
		if (!source->found.is_found)
			continue;
		event_block_fetch(&source->found);
		scan->source_count++;
	}
	return ERR_NONE;
}

static enum error
find_begin(struct scan *scan, enum category category,
    struct event_block *found_out)
{
	const struct event_range *range = scan->range;
	enum error err;

	if (range->order == NEWEST_FIRST)
		return event_block_find_last(scan->txn, range->organization,
		    category, scan->has_from ? &scan->from : NULL, false,
		    found_out);

	err = event_block_find_last(scan->txn, range->organization, category,
	    &scan->from, true, found_out);
	if (err != ERR_NONE || found_out->is_found)
		return err;
	return event_block_find_first(scan->txn, range->organization,
	    category, &scan->from, found_out);
}

static enum error
open_sources(struct scan *scan)
{
	for (unsigned int i = scan->source_count; i > 0; i--) {
		struct source *source = &scan->sources[i - 1];
		bool is_open;
		enum error err = open_source(scan, source, &is_open);

		if (err != ERR_NONE)
			return err;
		if (!is_open)
			drop(scan, source);
	}
	return ERR_NONE;
}

/* It may have to step on: the block before may reach in. */
static enum error
open_source(struct scan *scan, struct source *source, bool *is_open_out)
{
	enum error err = enter(scan, source);

	*is_open_out = err == ERR_NONE;
	while (*is_open_out &&
	    !is_ahead(scan, &source->block.events[source->next])) {
		err = advance(scan, source, is_open_out);
		if (err != ERR_NONE)
			return err;
	}
	if (*is_open_out)
		*is_open_out = !is_past_end(scan,
		    &source->block.events[source->next]);
	return err;
}

/* Whether the event is beyond the point where the scan begins. */
static bool
is_ahead(const struct scan *scan, const struct block_event *event)
{
	int order;

	if (!scan->has_from)
		return true;
	order = block_event_compare_place(event, &scan->from);
	if (order == 0)
		return scan->is_from_included;
	return scan->range->order == OLDEST_FIRST ? order > 0 : order < 0;
}

static bool
is_past_end(const struct scan *scan, const struct block_event *event)
{
	return scan->range->order == NEWEST_FIRST &&
	    event->stored_at_ms < scan->range->oldest_ms;
}

static enum error
enter(struct scan *scan, struct source *source)
{
	enum error err = event_block_read(scan->txn, &source->found,
	    &source->block);

	source->next = scan->range->order == OLDEST_FIRST || err != ERR_NONE ?
	    0 : source->block.count - 1;
	return err;
}

static enum error
advance(struct scan *scan, struct source *source, bool *is_open_out)
{
	bool is_forward = scan->range->order == OLDEST_FIRST;
	unsigned int end = is_forward ? source->block.count - 1 : 0;
	enum error err = ERR_NONE;

	*is_open_out = true;
	if (source->next != end) {
		source->next += is_forward ? 1 : -1U;
	} else {
		err = event_block_step(scan->txn, scan->range->organization,
		    source->category, is_forward, &source->found);
		*is_open_out = err == ERR_NONE && source->found.is_found;
		if (*is_open_out)
			err = enter(scan, source);
	}
	if (err != ERR_NONE || !*is_open_out)
		return err;
	*is_open_out = !is_past_end(scan,
	    &source->block.events[source->next]);
	return ERR_NONE;
}

static void
drop(struct scan *scan, struct source *source)
{
	struct source *last = &scan->sources[--scan->source_count];

	if (source != last)
		*source = *last;
}

static struct source *
first_of(struct scan *scan)
{
	struct source *first = &scan->sources[0];

	for (unsigned int i = 1; i < scan->source_count; i++) {
		struct source *source = &scan->sources[i];
		int order = block_event_compare(
		    &source->block.events[source->next],
		    &first->block.events[first->next]);

		if (scan->range->order == OLDEST_FIRST ? order < 0 : order > 0)
			first = source;
	}
	return first;
}

static bool
visit_one(const struct source *source, store_event_visit *visit, void *arg)
{
	const struct block_event *event = &source->block.events[source->next];
	struct event_view view = {
		.json = event->json,
		.json_len = event->json_len,
		.category = source->category,
		.place = { .stored_at_ms = event->stored_at_ms },
	};

	memcpy(view.place.id, block_event_id(event), EVENT_ID_LEN);
	return visit(&view, arg);
}
