/* pending.h - what is kept of a request whose answer is not whole yet. */
#ifndef API_PENDING_H
#define API_PENDING_H

#include "api/access_log.h"
#include "api/exchange.h"
#include "api/export.h"
#include "api/record_events.h"
#include "api/response.h"
#include "api/stream.h"
#include "api/wait.h"
#include "base/error.h"

enum pending_kind {
	PENDING_EXPORT,
	PENDING_RECORDING,
	PENDING_WAIT,
	PENDING_STREAM
};

struct pending {
	enum pending_kind kind;
	/* As the checks left it; what it borrowed is NULL: service, request,
	 * response, txn. */
	struct exchange exchange;
	/* Of the access log; log is NULL when there is none. */
	struct access_log *log;
	struct access_line line;
	union {
		struct export export;
		struct recording recording;
		struct wait wait;
		struct stream stream;
	};
};

/*
 * Makes the pending of the exchange's response, all zero but for what it
 * keeps of the exchange, and says what it needs.  It belongs to the response.
 * ERR_NO_MEMORY.
 */
enum error pending_begin(struct exchange *exchange, enum pending_kind kind,
    enum answer_need need, struct pending **pending_out);

/* Takes it out of the response, which needs nothing any more; it is the
 * caller's then. */
struct pending *pending_take(struct response *response);

/* Puts one back that was taken out. */
void pending_put(struct response *response, enum answer_need need,
    struct pending *pending);

/*
 * When to look for news again at the latest, by clock_steady_ms; until_ms or
 * earlier.  Most looks come of a wake before that.  This one finds what no
 * wake tells: that a key's time is over, and what was recorded by a process
 * that was killed before it could wake.
 */
int64_t pending_look_at(const struct exchange *exchange, int64_t until_ms);

/* Says that too many wait, and returns ERR_OVERLOAD. */
enum error pending_refuse(struct exchange *exchange);

/* Adds its line to the access log, and frees it; accepts NULL. */
void pending_free(struct pending *pending);

#endif
