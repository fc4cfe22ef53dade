/* exchange.c - what the parts of one answer share. */
#include "api/exchange.h"

#include "api/request.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/doing.h"
#include "shared/shared.h"
#include "store/live_store.h"

static void open_shared(struct service *service);

void
exchange_begin(struct exchange *exchange, struct service *service,
    const struct request *request, struct response *response)
{
	*exchange = (struct exchange){
		.request = request,
		.method = METHOD_COUNT,
		.same_until_ms = INT64_MIN,
	};
	exchange_resume(exchange, service, response);
	accept_read(request->accepts, request->accept_count,
	    &exchange->accept);
	request_choose_id(request, exchange->request_id);
	doing_begin("a request", exchange->request_id);
}

void
exchange_resume(struct exchange *exchange, struct service *service,
    struct response *response)
{
	exchange->service = service;
	exchange->response = response;
	exchange->now_ms = clock_now_ms();
	exchange->oldest_ms = exchange->now_ms - service->retention_ms;
	if (exchange->route == NULL)
		return;
	doing_begin(exchange->route->path, exchange->request_id);
	doing_for(exchange->organization);
}

void
exchange_end(struct exchange *exchange)
{
	if (exchange->txn != NULL)
		live_store_end(exchange->service->live, exchange->txn);
	exchange->txn = NULL;
	exchange->pepper = NULL;
}

enum error
exchange_read(struct exchange *exchange)
{
	enum error err;

	if (exchange->txn != NULL)
		return ERR_NONE;
	err = live_store_begin(exchange->service->live, &exchange->txn,
	    &exchange->pepper);
	if (err == ERR_NONE)
		open_shared(exchange->service);
	/* A store too damaged to open is away; a damaged record is ours. */
	return err == ERR_CORRUPT ? ERR_STORE : err;
}

/* Not earlier: where no store is, nothing is to be made.  Without memory for
 * it, the next request tries again. */
static void
open_shared(struct service *service)
{
	struct shared *shared = NULL;

	if (atomic_load(&service->shared) != NULL)
		return;
	pthread_mutex_lock(&service->opening_shared);
	if (atomic_load(&service->shared) == NULL &&
	    shared_new(service->store_path, &shared) == ERR_NONE)
		atomic_store(&service->shared, shared);
	pthread_mutex_unlock(&service->opening_shared);
}
