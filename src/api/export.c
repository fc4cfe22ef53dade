/* export.c - the whole window as lines, piece by piece. */
#include "api/export.h"

#include "api/authorize.h"
#include "api/event_lines.h"
#include "api/list_events_query.h"
#include "api/pending.h"
#include "api/problem.h"
#include "base/log.h"
#include "model/event.h"

struct piece {
	struct export *export;
	enum media media;
	struct buffer *body;
	size_t bytes_max;		/* or a little more */
	bool is_full;			/* more are to come */
	enum error error;
};

/* Of the first piece, for which nobody waits in turn: what does not go well
 * is mostly met there, and gets an answer that says so. */
enum { FIRST_PIECE_BYTES = 4 * 1024 };

static enum error read_next_piece(struct pending *pending,
    struct service *service, struct buffer *body, bool *is_done_out);
static enum error find_end(const struct exchange *exchange,
    struct export *export);
static bool take_end(const struct event_view *view, void *arg);
static enum error add_piece(const struct exchange *exchange,
    struct export *export, struct buffer *body, size_t bytes_max,
    bool *is_done_out);
static bool take_event(const struct event_view *view, void *arg);

enum error
export_begin(struct exchange *exchange, const struct list_events_query *query)
{
	struct buffer *body = &exchange->response->body;
	struct export export = {
		.filter = query->filter,
		.order = query->order,
		.has_place = query->has_cursor,
		.place = query->cursor,
	};
	struct pending *pending;
	bool is_done = false;
	enum error err;

	event_lines_begin(body, exchange->media);
	err = find_end(exchange, &export);
	if (err == ERR_NONE)
		err = add_piece(exchange, &export, body,
		    FIRST_PIECE_BYTES, &is_done);
	if (err != ERR_NONE || is_done)
		return err;
	err = pending_begin(exchange, PENDING_EXPORT, NEED_ROOM, &pending);
	if (err == ERR_NONE)
		pending->export = export;
	return err;
}

enum error
export_next_piece(struct pending *pending, struct service *service,
    struct buffer *body, bool *is_done_out)
{
	enum error err = read_next_piece(pending, service, body, is_done_out);

	if (err != ERR_NONE)
		log_fact(LEVEL_WARNING, "an export was cut off",
		    "request_id", pending->exchange.request_id,
		    "cause", problem_title(err), NULL);
	pending->line.body_bytes += body->len;
	return err;
}

static enum error
read_next_piece(struct pending *pending, struct service *service,
    struct buffer *body, bool *is_done_out)
{
	struct exchange *exchange = &pending->exchange;
	enum error err;

	*is_done_out = false;
	exchange_resume(exchange, service, NULL);
	err = exchange_read(exchange);
	/* The key may have been revoked, the store replaced meanwhile. */
	if (err == ERR_NONE)
		err = authorize_again(exchange);
	if (err == ERR_NONE)
		err = add_piece(exchange, &pending->export, body,
		    EXPORT_PIECE_BYTES, is_done_out);
	exchange_end(exchange);
	return err;
}

/*
 * Oldest first, the newest event of now is the last: behind it writers may
 * add for ever.  Newest first, the window's start is end enough.
 */
static enum error
find_end(const struct exchange *exchange, struct export *export)
{
	const struct event_range newest = {
		.organization = exchange->organization,
		.filter = export->filter,
		.order = NEWEST_FIRST,
		.oldest_ms = exchange->oldest_ms,
	};

	if (export->order == NEWEST_FIRST)
		return ERR_NONE;
	return store_event_scan(exchange->txn, &newest, take_end, export);
}

static bool
take_end(const struct event_view *view, void *arg)
{
	struct export *export = (struct export *)arg;

	export->end = view->place;
	export->has_end = true;
	return false;
}

static enum error
add_piece(const struct exchange *exchange, struct export *export,
    struct buffer *body, size_t bytes_max, bool *is_done_out)
{
	/* The range's cursor stays where the piece began. */
	const struct cursor after = export->place;
	const struct event_range range = {
		.organization = exchange->organization,
		.filter = export->filter,
		.order = export->order,
		.after = export->has_place ? &after : NULL,
		.oldest_ms = exchange->oldest_ms,
	};
	struct piece piece = {
		.export = export,
		.media = exchange->media,
		.body = body,
		.bytes_max = bytes_max,
	};
	enum error err;

	err = store_event_scan(exchange->txn, &range, take_event, &piece);
	if (err == ERR_NONE)
		err = piece.error;
	*is_done_out = !piece.is_full;
	return err;
}

static bool
take_event(const struct event_view *view, void *arg)
{
	struct piece *piece = (struct piece *)arg;
	struct export *export = piece->export;

	if (export->order == OLDEST_FIRST && (!export->has_end ||
	    cursor_compare(&view->place, &export->end) > 0))
		return false;
	if (piece->body->len >= piece->bytes_max) {
		piece->is_full = true;
		return false;
	}
	piece->error = event_lines_add(piece->body, piece->media, view);
	export->place = view->place;
	export->has_place = true;
	return piece->error == ERR_NONE;
}
