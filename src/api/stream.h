/* stream.h - events as they come: a stream of server-sent events.
 *
 * The format is that of HTML's EventSource.  Each event carries its place as
 * its id, which is a cursor like any other: pages, waits and streams can
 * follow one another.
 */
#ifndef API_STREAM_H
#define API_STREAM_H

#include <stdint.h>

#include "base/error.h"
#include "model/cursor.h"
#include "model/filter.h"

struct exchange;

/* What is kept between two pieces. */
struct stream {
	struct filter filter;
	struct cursor place;		/* of the last event given */
	/* What was stored before this moment has been looked at. */
	int64_t reached_ms;
	int64_t comment_at_ms;		/* of clock_steady_ms */
};

/*
 * Leaves the first piece, and a pending, in the response.  ERR_SYNTAX: also a
 * Last-Event-ID that is no cursor.  ERR_MEANING: also a limit or order=desc.
 * ERR_OVERLOAD: too many wait.  ERR_STORE, ERR_CORRUPT, ERR_NO_MEMORY.
 */
enum error stream_begin(struct exchange *exchange);

/*
 * Adds what is new to an empty body, at most EXPORT_PIECE_BYTES or a little
 * more, and sets what the response needs, and when: NEED_NOTHING when the
 * service stops.  In the read that was begun.  ERR_STORE, ERR_CORRUPT,
 * ERR_NO_MEMORY: the stream has to end.
 */
enum error stream_resume(struct exchange *exchange, struct stream *stream);

#endif
