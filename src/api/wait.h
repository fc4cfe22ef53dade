/* wait.h - wait=SECONDS: a page as soon as there is something on it. */
#ifndef API_WAIT_H
#define API_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "api/listing.h"
#include "base/error.h"

struct exchange;

/* What is kept while nothing matches. */
struct wait {
	struct listing listing;
	struct links_texts texts;	/* the listing borrows from them */
	int64_t end_ms;			/* of clock_steady_ms */
};

/*
 * Leaves a pending in the response; the wait begins now.  Its first look is
 * due at once: something may have been recorded since the last one, which
 * woke nobody.  ERR_OVERLOAD: too many wait.  ERR_NO_MEMORY.
 */
enum error wait_begin(struct exchange *exchange,
    const struct listing *listing);

/*
 * Looks again, in the read that was begun: answers when something matches, the
 * time is over or the service stops; otherwise *goes_on_out is true, and the
 * response's resume_at_ms is set.  Errors as listing_answer.
 */
enum error wait_resume(struct exchange *exchange, const struct wait *wait,
    bool *goes_on_out);

#endif
