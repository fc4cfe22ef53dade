/* meter.c - what is counted of the answers. */
#include "api/meter.h"

#include "api/exchange.h"
#include "api/response.h"
#include "api/route.h"
#include "base/clock.h"

void
meter_answer(const struct exchange *exchange, int64_t begun_us)
{
	struct shared *shared = atomic_load(&exchange->service->shared);
	enum meter_route route = exchange->route == NULL ?
	    METER_ROUTE_OTHER : exchange->route->meter;

	/* Until the store was opened once there is nowhere to count. */
	if (shared == NULL)
		return;
	meters_count_request(shared, route, exchange->response->status);
	if (begun_us != METER_NOT_TIMED)
		meters_observe(shared,
		    METER_REQUEST_US + (enum meter_histogram)route,
		    (uint64_t)(clock_steady_us() - begun_us));
}

void
meter_count(const struct exchange *exchange, enum meter meter)
{
	struct shared *shared = atomic_load(&exchange->service->shared);

	if (shared != NULL)
		meters_add(shared, meter, 1);
}
