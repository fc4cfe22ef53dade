/* repeats.h - the same request again, at the same moment of the store.
 *
 * Who polls asks the same again and again, and mostly nothing was recorded
 * meanwhile.  Such a page is kept when it is asked for a second time, and
 * answered without a read for as long as it is what a read would give.
 *
 * A request is known by a mark of all its params, made with a seed of this
 * process: what is kept holds no key.  One thread uses a struct repeats.
 */
#ifndef API_REPEATS_H
#define API_REPEATS_H

#include <stdbool.h>
#include <stddef.h>

#include "api/exchange.h"
#include "base/buffer.h"
#include "base/error.h"
#include "store/live_store.h"

struct repeats;

/* A page, and what the exchange was that made it. */
struct repeat {
	struct store_moment moment;
	struct exchange exchange;	/* its pointers to a request, a
					 * response and a read are NULL */
	char remote_address[REPEAT_ADDRESS_SIZE];
	bool has_own_id;		/* the request brought X-Request-Id */
	struct buffer fields;		/* of the endpoint's own */
	struct buffer body;
};

enum error repeats_new(struct repeats **repeats_out);
void repeats_free(struct repeats *repeats);

/*
 * Remembers the request that these params are, for repeats_keep, and returns
 * what is kept of it, borrowed until then; NULL when that is nothing.
 */
const struct repeat *repeats_find(struct repeats *repeats,
    const void *params, size_t params_len);

/* Whether it is what a read would give at the moment of exchange, which is
 * resumed from the repeat's. */
bool repeat_holds(const struct repeat *repeat,
    const struct exchange *exchange);

/*
 * Keeps the answer to the request that was last looked for, or only that it
 * came, when it is the first time.  The exchange has its response; its read may
 * have ended, moment is what that saw.  Nothing is kept of what is no page, or
 * too large.
 */
void repeats_keep(struct repeats *repeats, const struct exchange *exchange,
    const struct store_moment *moment);

#endif
