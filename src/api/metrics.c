/* metrics.c - /metrics, for the operator's side. */
#include <config.h>

#include "api/metrics.h"

#include "api/exchange.h"
#include "api/response.h"
#include "shared/cluster_sign.h"
#include "shared/meters.h"
#include "shared/recorder_sign.h"
#include "shared/responders.h"
#include "shared/shared.h"
#include "store/store.h"

static void read_shared(const struct exchange *exchange,
    struct meters_reading *reading);
static void read_store(const struct exchange *exchange,
    struct meters_reading *reading);

enum error
metrics_answer(struct exchange *exchange)
{
	struct buffer *body = &exchange->response->body;
	struct meters_reading reading = { 0 };
	/* Opens the counters, too. */
	enum error err = exchange_read(exchange);

	read_shared(exchange, &reading);
	meters_reading_set(&reading, METER_STORE_UP, 0);
	if (err == ERR_NONE)
		read_store(exchange, &reading);
	meters_reading_set(&reading, METER_RETENTION_MS,
	    exchange->service->retention_ms);
	buffer_add_text(body,
	    "# HELP apitrail_build_info The version that answers.\n"
	    "# TYPE apitrail_build_info gauge\n"
	    "apitrail_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
	meters_add_text(body, &reading);
	response_begin(exchange, 200, "OK",
	    media_content_type(exchange->media));
	return ERR_NONE;
}

static void
read_shared(const struct exchange *exchange, struct meters_reading *reading)
{
	const struct shared *shared = atomic_load(&exchange->service->shared);
	struct responders_sum sum;
	int64_t seen_ms;

	if (shared == NULL)
		return;
	meters_read(shared, reading);
	cluster_sign_hide(reading);
	meters_reading_set(reading, METER_COUNTERS_SHARED,
	    shared_is_file(shared));
	meters_reading_set(reading, METER_RECORDER_UP,
	    recorder_sign_read(shared, exchange->now_ms, &seen_ms) ==
	    RECORDER_ALIVE);
	responders_read(shared, exchange->now_ms, &sum);
	meters_reading_set(reading, METER_RESPONDERS,
	    (int64_t)sum.responders);
	meters_reading_set(reading, METER_CONNECTIONS,
	    (int64_t)sum.connections);
	meters_reading_set(reading, METER_WAITERS, (int64_t)sum.waiters);
}

static void
read_store(const struct exchange *exchange, struct meters_reading *reading)
{
	struct store_stat stat;

	if (store_stat_read_sizes(exchange->txn, &stat) != ERR_NONE)
		return;
	meters_reading_set(reading, METER_STORE_UP, 1);
	meters_reading_set(reading, METER_STORE_LAST_STAMP_MS,
	    stat.last_stamp_ms);
	meters_reading_set(reading, METER_STORE_BLOCKS,
	    (int64_t)stat.blocks);
	meters_reading_set(reading, METER_STORE_ORGANIZATIONS,
	    (int64_t)stat.organizations);
	meters_reading_set(reading, METER_STORE_API_KEYS,
	    (int64_t)stat.api_keys);
	meters_reading_set(reading, METER_STORE_IDEMPOTENCY_KEYS,
	    (int64_t)stat.idempotency_keys);
	meters_reading_set(reading, METER_STORE_FILE_BYTES, stat.file_bytes);
	meters_reading_set(reading, METER_STORE_USED_BYTES, stat.used_bytes);
	meters_reading_set(reading, METER_STORE_INTAKE_BYTES,
	    stat.map_bytes / 100 * MAP_USE_PERCENT_MAX);
	meters_reading_set(reading, METER_STORE_MAP_BYTES, stat.map_bytes);
	meters_reading_set(reading, METER_STORE_READERS, stat.open_reads);
	meters_reading_set(reading, METER_STORE_READERS_MAX,
	    stat.readers_max);
}
