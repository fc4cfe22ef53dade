/* pending.c - what is kept of a request whose answer is not whole yet. */
#include "api/pending.h"

#include <stdlib.h>

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
	exchange->response->need = need;
	exchange->response->pending = pending;
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
pending_free(struct pending *pending)
{
	if (pending == NULL)
		return;
	if (pending->log != NULL)
		access_log_add(pending->log, &pending->line);
	free(pending);
}
