/* listing.c - the events that are stored now: a page, or all as an export. */
#include "api/listing.h"

#include "api/event_lines.h"
#include "api/exchange.h"
#include "api/export.h"
#include "api/response.h"
#include "model/event.h"

struct page {
	struct buffer *body;
	enum media media;
	int64_t limit;
	int64_t event_count;
	struct cursor last;		/* the last event's place */
	bool has_next;			/* more events are behind it */
	int64_t oldest_ms;		/* the oldest event that was seen */
	enum error error;
};

static struct event_range range_of(const struct exchange *exchange,
    const struct list_events_query *query);
static bool take_any(const struct event_view *view, void *arg);
static bool take_event(const struct event_view *view, void *arg);
static enum error read_page(struct exchange *exchange,
    const struct list_events_query *query, struct page *page);
static enum error finish_json(struct exchange *exchange,
    const struct listing *listing, const struct page *page);
static void add_gap(struct exchange *exchange,
    const struct list_events_query *query);
static int64_t same_until(const struct list_events_query *query,
    const struct page *page);
static void add_link(struct exchange *exchange,
    const struct listing *listing, const struct cursor *after);

enum error
listing_look(const struct exchange *exchange, const struct listing *listing,
    bool *is_there_out)
{
	const struct event_range range = range_of(exchange, &listing->query);

	*is_there_out = false;
	return store_event_scan(exchange->txn, &range, take_any,
	    is_there_out);
}

enum error
listing_answer(struct exchange *exchange, const struct listing *listing)
{
	const struct list_events_query *query = &listing->query;
	struct page page = {
		.body = &exchange->response->body,
		.media = exchange->media,
		.limit = query->limit,
		.oldest_ms = INT64_MAX,
	};
	bool is_export = exchange->media != MEDIA_JSON && !query->has_limit;
	enum error err;

	if (is_export)
		err = export_begin(exchange, query);
	else
		err = read_page(exchange, query, &page);
	if (err == ERR_NONE && exchange->media == MEDIA_JSON)
		err = finish_json(exchange, listing, &page);
	if (err != ERR_NONE)
		return err;

	response_begin(exchange, 200, "OK",
	    media_content_type(exchange->media));
	add_gap(exchange, query);
	if (page.has_next)
		add_link(exchange, listing, &page.last);
	if (!is_export)
		exchange->same_until_ms = same_until(query, &page);
	return ERR_NONE;
}

static struct event_range
range_of(const struct exchange *exchange,
    const struct list_events_query *query)
{
	return (struct event_range){
		.organization = exchange->organization,
		.filter = query->filter,
		.order = query->order,
		.after = query->has_cursor ? &query->cursor : NULL,
		.oldest_ms = exchange->oldest_ms,
	};
}

static bool
take_any(const struct event_view *view, void *arg)
{
	bool *is_there = (bool *)arg;

	(void)view;
	*is_there = true;
	return false;
}

static enum error
read_page(struct exchange *exchange, const struct list_events_query *query,
    struct page *page)
{
	const struct event_range range = range_of(exchange, query);
	enum error err;

	if (page->media == MEDIA_JSON)
		buffer_add_text(page->body, "{\"events\":[");
	else
		event_lines_begin(page->body, page->media);
	err = store_event_scan(exchange->txn, &range, take_event, page);
	if (err == ERR_NONE)
		err = page->error;
	if (err == ERR_NONE && page->body->error != ERR_NONE)
		err = ERR_NO_MEMORY;
	return err;
}

/* Takes the events of the page, and sees the one behind it. */
static bool
take_event(const struct event_view *view, void *arg)
{
	struct page *page = (struct page *)arg;

	if (view->place.stored_at_ms < page->oldest_ms)
		page->oldest_ms = view->place.stored_at_ms;
	if (page->event_count == page->limit) {
		page->has_next = true;
		return false;
	}
	if (page->media == MEDIA_JSON) {
		if (page->event_count > 0)
			buffer_add(page->body, ",", 1);
		buffer_add(page->body, view->json, view->json_len);
	} else {
		page->error = event_lines_add(page->body, page->media, view);
	}
	page->event_count++;
	page->last = view->place;
	return page->error == ERR_NONE;
}

static enum error
finish_json(struct exchange *exchange, const struct listing *listing,
    const struct page *page)
{
	const struct list_events_query *query = &listing->query;
	struct buffer *body = page->body;

	buffer_add_text(body, "],\"_links\":{\"self\":{\"href\":\"");
	links_add_events(body, &listing->base, query,
	    query->has_cursor ? &query->cursor : NULL);
	if (page->has_next) {
		buffer_add_text(body, "\"},\"next\":{\"href\":\"");
		links_add_events(body, &listing->base, query, &page->last);
	}
	buffer_add_text(body, "\"}}}");
	if (body->error != ERR_NONE)
		return ERR_NO_MEMORY;
	return query->is_pretty ? response_indent(exchange->response) :
	    ERR_NONE;
}

/* Until one of its events leaves the window, or the cursor does, which then
 * is told of a gap. */
static int64_t
same_until(const struct list_events_query *query, const struct page *page)
{
	return query->has_cursor &&
	    query->cursor.stored_at_ms < page->oldest_ms ?
	    query->cursor.stored_at_ms : page->oldest_ms;
}

/* Between such a cursor and the window, events are out of reach. */
static void
add_gap(struct exchange *exchange, const struct list_events_query *query)
{
	if (query->has_cursor &&
	    query->cursor.stored_at_ms < exchange->oldest_ms)
		response_add_number(&exchange->response->head,
		    "Apitrail-Gap", exchange->oldest_ms);
}

static void
add_link(struct exchange *exchange, const struct listing *listing,
    const struct cursor *after)
{
	struct buffer *head = &exchange->response->head;

	buffer_add_text(head, "Link: <");
	links_add_events(head, &listing->base, &listing->query, after);
	buffer_add_text(head, ">; rel=\"next\"\r\n");
}
