/* health.c - /healthz and /readyz, for the operator's side. */
#include "api/health.h"

#include <inttypes.h>

#include "api/exchange.h"
#include "api/response.h"
#include "base/clock.h"
#include "shared/cluster_sign.h"
#include "shared/recorder_sign.h"
#include "store/store.h"

static enum error answer_ok(struct exchange *exchange, const char *recorder);
static enum error look_at_cluster(struct exchange *exchange);
static enum error look_at_recorder(struct exchange *exchange,
    enum recorder_state *state_out);

enum error
health_answer_alive(struct exchange *exchange)
{
	return answer_ok(exchange, NULL);
}

enum error
health_answer_ready(struct exchange *exchange)
{
	enum recorder_state recorder;
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
	err = look_at_recorder(exchange, &recorder);
	if (err != ERR_NONE)
		return err;
	err = look_at_cluster(exchange);
	if (err != ERR_NONE)
		return err;
	return answer_ok(exchange, recorder_state_name(recorder));
}

static enum error
answer_ok(struct exchange *exchange, const char *recorder)
{
	struct buffer *body = &exchange->response->body;

	buffer_add_text(body, "{\"title\":\"OK\",\"status\":200");
	if (recorder != NULL)
		buffer_add_format(body, ",\"recorder\":\"%s\"", recorder);
	buffer_add_text(body, "}");
	response_begin(exchange, 200, "OK", media_content_type(MEDIA_JSON));
	return ERR_NONE;
}

/* Where no recorder ever was nobody misses it: the store is only read here, or
 * the command line writes it. */
static enum error
look_at_recorder(struct exchange *exchange, enum recorder_state *state_out)
{
	const struct shared *shared = atomic_load(&exchange->service->shared);
	char seen[CLOCK_TEXT_SIZE];
	int64_t seen_ms;

	*state_out = RECORDER_UNKNOWN;
	if (shared == NULL)
		return ERR_NONE;
	*state_out = recorder_sign_read(shared, exchange->now_ms, &seen_ms);
	if (*state_out != RECORDER_SILENT)
		return ERR_NONE;
	clock_format_utc(seen_ms, seen);
	return detail_set(&exchange->detail, ERR_AWAY,
	    "the recorder has given no sign of life since %s", seen);
}

/* Events that others recorded are missing here. */
static enum error
look_at_cluster(struct exchange *exchange)
{
	const struct shared *shared = atomic_load(&exchange->service->shared);
	char seen[CLOCK_TEXT_SIZE];
	int64_t seen_ms;

	if (shared == NULL)
		return ERR_NONE;
	switch (cluster_sign_read(shared, exchange->now_ms, &seen_ms)) {
	case CLUSTER_LOST:
		return detail_set(&exchange->detail, ERR_STORE, "this "
		    "machine cannot follow the log: restore it from another "
		    "machine's backup");
	case CLUSTER_CUT_OFF:
		if (seen_ms == 0)
			return detail_set(&exchange->detail, ERR_STORE,
			    "this machine has not reached the log since its "
			    "recorder began");
		clock_format_utc(seen_ms, seen);
		return detail_set(&exchange->detail, ERR_STORE,
		    "this machine is cut off from the log since %s", seen);
	default:
		return ERR_NONE;
	}
}
