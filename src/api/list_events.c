/* list_events.c - GET /v1/events: what is stored, at once or as it comes. */
#include "api/list_events.h"

#include "api/exchange.h"
#include "api/listing.h"
#include "api/request.h"
#include "api/stream.h"
#include "api/wait.h"

static enum error list_or_wait(struct exchange *exchange,
    const struct listing *listing);

enum error
list_events(struct exchange *exchange)
{
	struct listing listing;
	enum error err;

	if (exchange->media == MEDIA_EVENT_STREAM)
		return stream_begin(exchange);
	err = list_events_query_read(exchange->request->query, &listing.query,
	    &exchange->detail);
	if (err != ERR_NONE)
		return err;
	links_base_read(exchange, &listing.base);
	return list_or_wait(exchange, &listing);
}

static enum error
list_or_wait(struct exchange *exchange, const struct listing *listing)
{
	bool is_there = true;
	enum error err = ERR_NONE;

	if (listing->query.wait_s > 0 && exchange->request->may_wait &&
	    !atomic_load(&exchange->service->is_stopping))
		err = listing_look(exchange, listing, &is_there);
	if (err != ERR_NONE)
		return err;
	return is_there ? listing_answer(exchange, listing) :
	    wait_begin(exchange, listing);
}
