/* admission.c - who may ask now: lock-outs of addresses, rates of keys. */
#include "api/admission.h"

#include <inttypes.h>

#include "api/exchange.h"
#include "api/meter.h"
#include "api/request.h"
#include "model/address.h"
#include "shared/last_used.h"

enum error
admission_check_address(struct exchange *exchange)
{
	struct service *service = exchange->service;
	struct shared *shared;
	struct address address;

	if (service->lockout.failures_max == 0 ||
	    address_parse(exchange->request->remote_address, &address) !=
	    ERR_NONE)
		return ERR_NONE;
	/* The counters lie in the store; when that does not open, no key can
	 * be looked at either. */
	if (atomic_load(&service->shared) == NULL)
		(void)exchange_read(exchange);
	shared = atomic_load(&service->shared);
	if (shared == NULL)
		return ERR_NONE;

	exchange->retry_after_s = lockouts_retry_after(shared,
	    &service->lockout, &address, exchange->now_ms);
	if (exchange->retry_after_s == 0)
		return ERR_NONE;
	meter_count(exchange, METER_LOCKOUT_REFUSALS);
	return detail_set(&exchange->detail, ERR_LOCKED_OUT,
	    "too many bad API keys came from this address: try again in "
	    "%" PRId64 " s", exchange->retry_after_s);
}

void
admission_count_bad_key(struct exchange *exchange)
{
	struct service *service = exchange->service;
	struct shared *shared = atomic_load(&service->shared);
	struct address address;

	meter_count(exchange, METER_BAD_KEYS);
	if (shared == NULL || address_parse(
	    exchange->request->remote_address, &address) != ERR_NONE)
		return;
	lockouts_count(shared, &service->lockout, &address, exchange->now_ms);
	/* Before this one it was not: that was checked first. */
	if (lockouts_retry_after(shared, &service->lockout, &address,
	    exchange->now_ms) != 0)
		meter_count(exchange, METER_LOCKOUTS);
}

void
admission_take(struct exchange *exchange)
{
	struct shared *shared = atomic_load(&exchange->service->shared);

	if (shared == NULL)
		return;
	last_used_touch(shared, exchange->api_key_id, exchange->now_ms);
	if (exchange->key_rate_per_minute != 0)
		rates_take(shared, exchange->digest,
		    exchange->key_rate_per_minute, exchange->now_ms,
		    &exchange->rate);
}

enum error
admission_check_rate(struct exchange *exchange)
{
	const struct rate *rate = &exchange->rate;

	if (rate->limit == 0 || rate->is_allowed)
		return ERR_NONE;
	meter_count(exchange, METER_RATE_REFUSALS);
	exchange->retry_after_s = rate->retry_after_s;
	return detail_set(&exchange->detail, ERR_RATE,
	    "X-API-KEY: expected at most %" PRIu32 " requests a minute: try "
	    "again in %" PRId64 " s", rate->limit, rate->retry_after_s);
}
