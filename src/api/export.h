/* export.h - the whole window as lines, piece by piece. */
#ifndef API_EXPORT_H
#define API_EXPORT_H

#include <stdbool.h>

#include "base/error.h"
#include "model/cursor.h"
#include "model/filter.h"
#include "store/events.h"

struct buffer;
struct exchange;
struct list_events_query;
struct pending;
struct service;

/* What is kept between two pieces. */
struct export {
	struct filter filter;
	enum event_order order;
	bool has_place;
	struct cursor place;		/* of the last event given */
	bool has_end;
	struct cursor end;		/* of the last event to be given */
};

/*
 * Leaves the first piece in the response's body, and a pending in the
 * response unless that was all.  Events recorded after this are not part of
 * it, so it ends however fast others write.  ERR_STORE, ERR_CORRUPT,
 * ERR_NO_MEMORY.
 */
enum error export_begin(struct exchange *exchange,
    const struct list_events_query *query);

/*
 * Adds the next piece to an empty body.  An error is logged here; also
 * those of a key that was revoked, or an organization locked, meanwhile.
 */
enum error export_next_piece(struct pending *pending,
    struct service *service, struct buffer *body, bool *is_done_out);

#endif
