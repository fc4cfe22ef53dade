/* wait.c - wait=SECONDS: a page as soon as there is something on it. */
#include "api/wait.h"

#include "api/exchange.h"
#include "api/pending.h"
#include "api/request.h"
#include "base/clock.h"

enum error
wait_begin(struct exchange *exchange, const struct listing *listing)
{
	struct pending *pending;
	struct wait *wait;
	enum error err;

	if (exchange->request->are_waiters_full)
		return pending_refuse(exchange);
	err = pending_begin(exchange, PENDING_WAIT, NEED_CHANGE, &pending);
	if (err != ERR_NONE)
		return err;
	wait = &pending->wait;
	wait->listing = *listing;
	links_base_keep(&wait->listing.base, &wait->texts);
	exchange->response->resume_at_ms = clock_steady_ms();
	wait->end_ms = exchange->response->resume_at_ms +
	    listing->query.wait_s * SECOND_MS;
	return ERR_NONE;
}

enum error
wait_resume(struct exchange *exchange, const struct wait *wait,
    bool *goes_on_out)
{
	bool is_over = clock_steady_ms() >= wait->end_ms ||
	    atomic_load(&exchange->service->is_stopping);
	bool is_there;
	enum error err = listing_look(exchange, &wait->listing, &is_there);

	*goes_on_out = err == ERR_NONE && !is_there && !is_over;
	if (err != ERR_NONE)
		return err;
	if (!*goes_on_out)
		return listing_answer(exchange, &wait->listing);
	exchange->response->resume_at_ms = pending_look_at(exchange,
	    wait->end_ms);
	return ERR_NONE;
}
