/* listing.h - the events that are stored now: a page, or all as an export. */
#ifndef API_LISTING_H
#define API_LISTING_H

#include <stdbool.h>

#include "api/links.h"
#include "api/list_events_query.h"
#include "base/error.h"

struct exchange;

/* What the answer is made from, beside the exchange and the store. */
struct listing {
	struct list_events_query query;
	struct links_base base;
};

/* Whether anything matches.  ERR_STORE, ERR_CORRUPT. */
enum error listing_look(const struct exchange *exchange,
    const struct listing *listing, bool *is_there_out);

/* Answers with what matches, in every type but a stream.  ERR_STORE,
 * ERR_CORRUPT, ERR_NO_MEMORY. */
enum error listing_answer(struct exchange *exchange,
    const struct listing *listing);

#endif
