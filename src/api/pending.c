/* pending.c - what is kept of a request whose answer is not whole yet. */
#include "api/pending.h"

#include <stdlib.h>

#include "base/clock.h"
#include "shared/shared.h"

enum {
	LOOK_MS = 5 * SECOND_MS,
	/* Where nobody can see that we wait, and so nobody wakes. */
	LOOK_ALONE_MS = SECOND_MS
};

enum error
pending_begin(struct exchange *exchange, enum pending_kind kind,
    enum answer_need need, struct pending **pending_out)
{
	struct pending *pending = calloc(1, sizeof(*pending));

	*pending_out = pending;
	if (pending == NULL)
		return ERR_NO_MEMORY;
	pending->kind = kind;
	pending->exchange = *exchange;
	pending->exchange.service = NULL;
	pending->exchange.request = NULL;
	pending->exchange.response = NULL;
	pending->exchange.txn = NULL;
	pending->exchange.pepper = NULL;
	pending_put(exchange->response, need, pending);
	return ERR_NONE;
}

struct pending *
pending_take(struct response *response)
{
	struct pending *pending = response->pending;

	response->pending = NULL;
	response->need = NEED_NOTHING;
	return pending;
}

void
pending_put(struct response *response, enum answer_need need,
    struct pending *pending)
{
	response->need = need;
	response->pending = pending;
}

int64_t
pending_look_at(const struct exchange *exchange, int64_t until_ms)
{
	const struct shared *shared = atomic_load(&exchange->service->shared);
	int64_t look_ms = clock_steady_ms() +
	    (shared != NULL && shared_is_file(shared) ? LOOK_MS :
	    LOOK_ALONE_MS);

	return look_ms < until_ms ? look_ms : until_ms;
}

enum error
pending_refuse(struct exchange *exchange)
{
	return detail_set(&exchange->detail, ERR_OVERLOAD,
	    "too many requests wait for events: try again later");
}

void
pending_free(struct pending *pending)
{
	if (pending == NULL)
		return;
	if (pending->log != NULL)
		access_log_add(pending->log, &pending->line);
	free(pending);
}
