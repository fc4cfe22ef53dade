/* stream.c - events as they come: a stream of server-sent events. */
#include "api/stream.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "api/exchange.h"
#include "api/list_events_query.h"
#include "api/pending.h"
#include "api/request.h"
#include "api/response.h"
#include "base/clock.h"
#include "model/event.h"
#include "store/events.h"
#include "store/store.h"

/* So often something is sent, so that nobody on the way gives it up. */
enum { COMMENT_MS = 15 * SECOND_MS };

/* Sorts before the id of every event that will be recorded. */
#define FIRST_ID "---------------------"
static_assert(sizeof(FIRST_ID) == EVENT_ID_LEN + 1, "as long as an id");

struct piece {
	struct stream *stream;
	struct buffer *body;
	bool is_full;			/* more is there at once */
};

static enum error read_wishes(struct exchange *exchange,
    struct stream *stream, bool *has_place_out);
static enum error read_last_event_id(struct exchange *exchange,
    struct cursor *place, bool *has_place);
static enum error refuse(const struct list_events_query *query,
    struct detail *detail);
static enum error find_now(const struct exchange *exchange,
    struct cursor *place_out);
static bool take_place(const struct event_view *view, void *arg);
static void add_beginning(struct buffer *body, const struct cursor *place,
    bool has_told_place);
static enum error add_piece(struct exchange *exchange,
    struct stream *stream);
static void add_gap(const struct exchange *exchange, struct stream *stream);
static bool take_event(const struct event_view *view, void *arg);
static void add_id(struct buffer *body, const struct cursor *place);

enum error
stream_begin(struct exchange *exchange)
{
	struct response *response = exchange->response;
	struct stream stream = { .reached_ms = 0 };
	struct pending *pending;
	bool has_place = false;
	enum error err;

	err = read_wishes(exchange, &stream, &has_place);
	if (err == ERR_NONE && exchange->request->are_waiters_full)
		err = pending_refuse(exchange);
	if (err == ERR_NONE && !has_place)
		err = find_now(exchange, &stream.place);
	if (err != ERR_NONE)
		return err;

	stream.comment_at_ms = clock_steady_ms() + COMMENT_MS;
	if (!has_place)
		/* What is older is not asked for, however old the place. */
		stream.reached_ms = exchange->now_ms;
	add_beginning(&response->body, &stream.place, has_place);
	err = add_piece(exchange, &stream);
	if (err == ERR_NONE && response->need != NEED_NOTHING) {
		err = pending_begin(exchange, PENDING_STREAM, response->need,
		    &pending);
		if (err == ERR_NONE)
			pending->stream = stream;
	}
	if (err != ERR_NONE)
		return err;

	/* What is recorded from here on, but before the announcement, wakes
	 * nobody. */
	response->resume_at_ms = clock_steady_ms();
	response_begin(exchange, 200, "OK",
	    media_content_type(MEDIA_EVENT_STREAM));
	/* Proxies would keep an answer until it is large. */
	buffer_add_text(&response->head, "X-Accel-Buffering: no\r\n");
	return ERR_NONE;
}

enum error
stream_resume(struct exchange *exchange, struct stream *stream)
{
	struct response *response = exchange->response;
	enum error err = add_piece(exchange, stream);
	int64_t now_ms = clock_steady_ms();

	if (err != ERR_NONE)
		return err;
	if (response->body.len == 0 && now_ms >= stream->comment_at_ms)
		buffer_add_text(&response->body, ":\n\n");
	if (response->body.len > 0)
		stream->comment_at_ms = now_ms + COMMENT_MS;
	response->resume_at_ms = pending_look_at(exchange,
	    stream->comment_at_ms);
	return response->body.error == ERR_NONE ? ERR_NONE : ERR_NO_MEMORY;
}

/* The shape of the header before the meaning of the query. */
static enum error
read_wishes(struct exchange *exchange, struct stream *stream,
    bool *has_place_out)
{
	struct list_events_query query;
	enum error err;

	err = read_last_event_id(exchange, &stream->place, has_place_out);
	if (err == ERR_NONE)
		err = list_events_query_read(exchange->request->query, &query,
		    &exchange->detail);
	if (err == ERR_NONE)
		err = refuse(&query, &exchange->detail);
	if (err != ERR_NONE)
		return err;

	stream->filter = query.filter;
	/* A client that connects again sends the query that it began with, and
	 * the header on top. */
	if (!*has_place_out && query.has_cursor) {
		stream->place = query.cursor;
		*has_place_out = true;
	}
	return ERR_NONE;
}

static enum error
read_last_event_id(struct exchange *exchange, struct cursor *place,
    bool *has_place)
{
	const char *text = exchange->request->last_event_id;
	size_t text_len = strlen(text);

	*has_place = text_len > 0;
	if (!*has_place || cursor_parse(text, text_len, place) == ERR_NONE)
		return ERR_NONE;
	return detail_set(&exchange->detail, ERR_SYNTAX, "Last-Event-ID: "
	    "expected the id of an event of a stream, such as "
	    "\"1657027948150:5fZk0aKf3QwTn8LmR2xYc\", got %s",
	    quote(text, text_len).text);
}

static enum error
refuse(const struct list_events_query *query, struct detail *detail)
{
	if (query->order == NEWEST_FIRST)
		return detail_set(detail, ERR_MEANING,
		    "order: expected asc, as a stream is never at its end");
	if (query->has_limit)
		return detail_set(detail, ERR_MEANING,
		    "limit: expected none, as a stream is never at its end");
	return ERR_NONE;
}

/*
 * A place behind all that is stored and before all that will be recorded: the
 * newest event's, of whatever category.  Where there is none, the next one is
 * not stamped before the last stamp.
 */
static enum error
find_now(const struct exchange *exchange, struct cursor *place_out)
{
	const struct event_range newest = {
		.organization = exchange->organization,
		.filter = filter_all(),
		.order = NEWEST_FIRST,
	};
	int64_t stamp_ms;
	enum error err;

	*place_out = (struct cursor){ .id = "" };
	err = store_event_scan(exchange->txn, &newest, take_place, place_out);
	if (err != ERR_NONE || place_out->id[0] != '\0')
		return err;
	err = store_last_stamp(exchange->txn, &stamp_ms);
	*place_out = (struct cursor){ .id = FIRST_ID };
	place_out->stored_at_ms = stamp_ms > exchange->oldest_ms ?
	    stamp_ms : exchange->oldest_ms;
	return err;
}

static bool
take_place(const struct event_view *view, void *arg)
{
	struct cursor *place = (struct cursor *)arg;

	*place = view->place;
	return false;
}

/*
 * Something has to be sent for the head to leave at once.  Where the place is
 * ours, the client is told it: should the stream end before the first event,
 * it goes on from there.
 */
static void
add_beginning(struct buffer *body, const struct cursor *place,
    bool has_told_place)
{
	buffer_add_text(body, ":\n");
	if (!has_told_place)
		add_id(body, place);
	buffer_add_text(body, "\n");
}

static enum error
add_piece(struct exchange *exchange, struct stream *stream)
{
	/* The range's cursor stays where the piece began. */
	const struct cursor after = stream->place;
	const struct event_range range = {
		.organization = exchange->organization,
		.filter = stream->filter,
		.order = OLDEST_FIRST,
		.after = &after,
		.oldest_ms = exchange->oldest_ms,
	};
	struct piece piece = {
		.stream = stream,
		.body = &exchange->response->body,
	};
	enum error err;

	add_gap(exchange, stream);
	err = store_event_scan(exchange->txn, &range, take_event, &piece);
	if (err == ERR_NONE && piece.body->error != ERR_NONE)
		err = ERR_NO_MEMORY;
	if (!piece.is_full)
		/* What is not there yet is stamped later than this. */
		stream->reached_ms = exchange->now_ms;
	if (piece.is_full)
		exchange->response->need = NEED_ROOM;
	else if (atomic_load(&exchange->service->is_stopping))
		exchange->response->need = NEED_NOTHING;
	else
		exchange->response->need = NEED_CHANGE;
	return err;
}

/*
 * Events that left the window before their turn came are told of, as a page
 * with such a cursor does.  A place is not too old while all behind it has
 * been looked at.
 */
static void
add_gap(const struct exchange *exchange, struct stream *stream)
{
	if (stream->place.stored_at_ms >= exchange->oldest_ms ||
	    stream->reached_ms >= exchange->oldest_ms)
		return;
	buffer_add_format(&exchange->response->body,
	    "event: gap\ndata: %" PRId64 "\n\n", exchange->oldest_ms);
	stream->reached_ms = exchange->oldest_ms;
}

/* JSON as it is stored is one line, and a type is a word. */
static bool
take_event(const struct event_view *view, void *arg)
{
	struct piece *piece = (struct piece *)arg;
	struct buffer *body = piece->body;
	size_t type_len;
	const char *type = event_view_type(view, &type_len);

	if (body->len >= EXPORT_PIECE_BYTES) {
		piece->is_full = true;
		return false;
	}
	buffer_add_text(body, "event: ");
	buffer_add(body, type, type_len);
	buffer_add_text(body, "\ndata: ");
	buffer_add(body, view->json, view->json_len);
	buffer_add_text(body, "\n");
	add_id(body, &view->place);
	buffer_add_text(body, "\n");
	piece->stream->place = view->place;
	return body->error == ERR_NONE;
}

static void
add_id(struct buffer *body, const struct cursor *place)
{
	char text[CURSOR_TEXT_SIZE];

	cursor_format(place, text);
	buffer_add_text(body, "id: ");
	buffer_add_text(body, text);
	buffer_add_text(body, "\n");
}
