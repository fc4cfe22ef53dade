/* export.c - the whole window as lines, piece by piece. */
#include "api/export.h"

#include <stdlib.h>
#include <string.h>

#include "api/access_log.h"
#include "api/authorize.h"
#include "api/event_lines.h"
#include "api/exchange.h"
#include "api/list_events_query.h"
#include "api/problem.h"
#include "api/response.h"
#include "base/clock.h"
#include "base/log.h"
#include "model/event.h"
#include "store/live_store.h"

struct export {
	uint8_t digest[API_KEY_DIGEST_BYTES];
	uint32_t organization;
	enum media media;
	struct filter filter;
	enum event_order order;
	bool has_place;
	struct cursor place;		/* of the last event given */
	bool has_end;
	struct cursor end;		/* of the last event to be given */
	struct access_log *log;		/* borrowed; NULL: no line */
	struct access_line line;
};

static enum error find_end(struct store_txn *txn, int64_t oldest_ms,
    struct export *export);
static enum error add_piece(struct store_txn *txn, int64_t oldest_ms,
    struct export *export, struct buffer *body, bool *is_done_out);

enum error
export_begin(struct exchange *exchange, const struct list_events_query *query)
{
	struct buffer *body = &exchange->response->body;
	struct export *export = calloc(1, sizeof(*export));
	bool is_done = false;
	enum error err;

	if (export == NULL)
		return ERR_NO_MEMORY;
	memcpy(export->digest, exchange->digest, sizeof(export->digest));
	export->organization = exchange->organization;
	export->media = exchange->media;
	export->filter = query->filter;
	export->order = query->order;
	export->has_place = query->has_cursor;
	export->place = query->cursor;
	memcpy(export->line.request_id, exchange->request_id,
	    sizeof(export->line.request_id));

	event_lines_begin(body, export->media);
	err = find_end(exchange->txn, exchange->oldest_ms, export);
	if (err == ERR_NONE)
		err = add_piece(exchange->txn, exchange->oldest_ms, export,
		    body, &is_done);
	if (err == ERR_NONE && !is_done) {
		exchange->response->export = export;
		export = NULL;
	}
	export_free(export);
	return err;
}

void
export_set_line(struct export *export, struct access_log *log,
    const struct access_line *line)
{
	export->log = log;
	export->line = *line;
}

static enum error
read_next_piece(struct export *export, struct service *service,
    struct buffer *body, bool *is_done_out)
{
	const struct pepper *pepper;
	struct store_txn *txn;
	int64_t now_ms = clock_now_ms();
	enum error err;

	*is_done_out = false;
	err = live_store_begin(service->live, &txn, &pepper);
	if (err != ERR_NONE)
		return err;
	/* The key may have been revoked, the store replaced meanwhile. */
	err = authorize_digest(txn, export->digest, SCOPE_EVENTS_READ,
	    now_ms, &export->organization);
	if (err == ERR_NONE)
		err = add_piece(txn, now_ms - service->retention_ms, export,
		    body, is_done_out);
	live_store_end(service->live, txn);
	return err;
}

enum error
export_next_piece(struct export *export, struct service *service,
    struct buffer *body, bool *is_done_out)
{
	enum error err = read_next_piece(export, service, body, is_done_out);

	if (err != ERR_NONE)
		log_fact(LEVEL_WARNING, "an export was cut off",
		    "request_id", export->line.request_id,
		    "cause", problem_title(err), NULL);
	export->line.body_bytes += body->len;
	return err;
}

void
export_free(struct export *export)
{
	if (export == NULL)
		return;
	if (export->log != NULL)
		access_log_add(export->log, &export->line);
	free(export);
}

static bool
take_end(const struct event_view *view, void *arg)
{
	struct export *export = (struct export *)arg;

	export->end = view->place;
	export->has_end = true;
	return false;
}

/*
 * Oldest first, the newest event of now is the last: behind it writers may
 * add for ever.  Newest first, the window's start is end enough.
 */
static enum error
find_end(struct store_txn *txn, int64_t oldest_ms, struct export *export)
{
	const struct event_range newest = {
		.organization = export->organization,
		.filter = export->filter,
		.order = NEWEST_FIRST,
		.oldest_ms = oldest_ms,
	};

	if (export->order == NEWEST_FIRST)
		return ERR_NONE;
	return store_event_scan(txn, &newest, take_end, export);
}

struct piece {
	struct export *export;
	struct buffer *body;
	bool is_full;			/* more are to come */
	enum error error;
};

static bool
take_event(const struct event_view *view, void *arg)
{
	struct piece *piece = (struct piece *)arg;
	struct export *export = piece->export;

	if (export->order == OLDEST_FIRST && (!export->has_end ||
	    cursor_compare(&view->place, &export->end) > 0))
		return false;
	if (piece->body->len >= EXPORT_PIECE_BYTES) {
		piece->is_full = true;
		return false;
	}
	piece->error = event_lines_add(piece->body, export->media, view);
	export->place = view->place;
	export->has_place = true;
	return piece->error == ERR_NONE;
}

static enum error
add_piece(struct store_txn *txn, int64_t oldest_ms, struct export *export,
    struct buffer *body, bool *is_done_out)
{
	/* The range's cursor stays where the piece began. */
	const struct cursor after = export->place;
	const struct event_range range = {
		.organization = export->organization,
		.filter = export->filter,
		.order = export->order,
		.after = export->has_place ? &after : NULL,
		.oldest_ms = oldest_ms,
	};
	struct piece piece = { .export = export, .body = body };
	enum error err;

	err = store_event_scan(txn, &range, take_event, &piece);
	if (err == ERR_NONE)
		err = piece.error;
	*is_done_out = !piece.is_full;
	return err;
}
