/* list_events.c - GET /v1/events: a page of events, or all as an export. */
#include "api/list_events.h"

#include <inttypes.h>

#include "api/event_lines.h"
#include "api/exchange.h"
#include "api/export.h"
#include "api/links.h"
#include "api/list_events_query.h"
#include "api/request.h"
#include "api/response.h"
#include "model/event.h"

struct page {
	struct buffer *body;
	enum media media;
	int64_t limit;
	int64_t event_count;
	struct cursor last;		/* the last event's place */
	bool has_next;			/* more events are behind it */
	enum error error;
};

static enum error read_page(struct exchange *exchange,
    const struct list_events_query *query, struct page *page);
static enum error finish_json(struct exchange *exchange,
    const struct list_events_query *query, const struct page *page);
static void add_gap(struct exchange *exchange,
    const struct list_events_query *query);
static void add_link(struct exchange *exchange,
    const struct list_events_query *query, const struct cursor *after);

enum error
list_events(struct exchange *exchange)
{
	struct page page = {
		.body = &exchange->response->body,
		.media = exchange->media,
	};
	struct list_events_query query;
	enum error err;

	err = list_events_query_read(exchange->request->query, &query,
	    &exchange->detail);
	if (err != ERR_NONE)
		return err;

	page.limit = query.limit;
	if (exchange->media != MEDIA_JSON && !query.has_limit)
		err = export_begin(exchange, &query);
	else
		err = read_page(exchange, &query, &page);
	if (err == ERR_NONE && exchange->media == MEDIA_JSON)
		err = finish_json(exchange, &query, &page);
	if (err != ERR_NONE)
		return err;

	response_begin(exchange, 200, "OK",
	    media_content_type(exchange->media));
	add_gap(exchange, &query);
	if (page.has_next)
		add_link(exchange, &query, &page.last);
	return ERR_NONE;
}

/* Takes the events of the page, and sees the one behind it. */
static bool
take_event(const struct event_view *view, void *arg)
{
	struct page *page = (struct page *)arg;

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
read_page(struct exchange *exchange, const struct list_events_query *query,
    struct page *page)
{
	const struct event_range range = {
		.organization = exchange->organization,
		.filter = query->filter,
		.order = query->order,
		.after = query->has_cursor ? &query->cursor : NULL,
		.oldest_ms = exchange->oldest_ms,
	};
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

static enum error
finish_json(struct exchange *exchange, const struct list_events_query *query,
    const struct page *page)
{
	struct buffer *body = page->body;
	struct links_base base;

	links_base_read(exchange, &base);
	buffer_add_text(body, "],\"_links\":{\"self\":{\"href\":\"");
	links_add_events(body, &base, query,
	    query->has_cursor ? &query->cursor : NULL);
	if (page->has_next) {
		buffer_add_text(body, "\"},\"next\":{\"href\":\"");
		links_add_events(body, &base, query, &page->last);
	}
	buffer_add_text(body, "\"}}}");
	if (body->error != ERR_NONE)
		return ERR_NO_MEMORY;
	return query->is_pretty ? response_indent(exchange->response) :
	    ERR_NONE;
}

/* Between such a cursor and the window, events are out of reach. */
static void
add_gap(struct exchange *exchange, const struct list_events_query *query)
{
	if (query->has_cursor &&
	    query->cursor.stored_at_ms < exchange->oldest_ms)
		buffer_add_format(&exchange->response->head,
		    "Apitrail-Gap: %" PRId64 "\r\n", exchange->oldest_ms);
}

static void
add_link(struct exchange *exchange, const struct list_events_query *query,
    const struct cursor *after)
{
	struct buffer *head = &exchange->response->head;
	struct links_base base;

	links_base_read(exchange, &base);
	buffer_add_text(head, "Link: <");
	links_add_events(head, &base, query, after);
	buffer_add_text(head, ">; rel=\"next\"\r\n");
}
