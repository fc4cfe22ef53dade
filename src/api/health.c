/* health.c - /healthz and /readyz, for the operator's side. */
#include "api/health.h"

#include <inttypes.h>

#include "api/exchange.h"
#include "api/response.h"
#include "base/clock.h"
#include "store/store.h"

enum error
health_answer_alive(struct exchange *exchange)
{
	buffer_add_text(&exchange->response->body,
	    "{\"title\":\"OK\",\"status\":200}");
	response_begin(exchange, 200, "OK", media_content_type(MEDIA_JSON));
	return ERR_NONE;
}

enum error
health_answer_ready(struct exchange *exchange)
{
	int64_t stamp_ms;
	enum error err;

	err = exchange_read(exchange);
	if (err != ERR_NONE)
		return detail_set(&exchange->detail, err,
		    "the store does not open");
	err = store_last_stamp(exchange->txn, &stamp_ms);
	if (err != ERR_NONE)
		return detail_set(&exchange->detail, ERR_STORE,
		    "the store cannot be read");
	/* Events go on being stamped, all with that last moment. */
	if (stamp_ms - exchange->now_ms > MINUTE_MS)
		return detail_set(&exchange->detail, ERR_STORE,
		    "the clock is %" PRId64 " s behind the last stamp",
		    (stamp_ms - exchange->now_ms) / SECOND_MS);
	return health_answer_alive(exchange);
}
