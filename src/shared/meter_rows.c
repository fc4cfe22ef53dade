/* meter_rows.c - the table of all that is counted. */
#include "shared/meter_rows.h"

#include <assert.h>

#include "base/text.h"

/* What the manual and tests read: apitrail-http(7) lists these names. */
const struct meter_row meter_rows[] = {
	[METER_EVENTS_RECORDED] = { "apitrail_events_recorded_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Events stamped and committed, by POST, append and changes to "
	    "keys." },
	[METER_EVENTS_IMPORTED] = { "apitrail_events_imported_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Events committed with times and ids of their own." },
	[METER_EVENTS_PRUNED] = { "apitrail_events_pruned_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Events removed because they were too old." },
	[METER_BLOCKS_PRUNED] = { "apitrail_blocks_pruned_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Blocks of events removed because they were too old." },
	[METER_COMMITS] = { "apitrail_commits_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Transactions that are on disk." },
	[METER_COMMITS_FAILED] = { "apitrail_commits_failed_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Transactions that the disk did not take." },
	[METER_BAD_KEYS] = { "apitrail_bad_keys_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Requests with an API key that is none, each of which counts for "
	    "its address's lock-out." },
	[METER_LOCKOUTS] = { "apitrail_lockouts_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Addresses locked out because too many bad API keys came." },
	[METER_LOCKOUT_REFUSALS] = { "apitrail_lockout_refusals_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Requests refused because their address is locked out." },
	[METER_RATE_REFUSALS] = { "apitrail_rate_refusals_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Requests refused because of their API key's rate." },
	[METER_RECORDER_SEEN_MS] = {
	    "apitrail_recorder_last_seen_timestamp_seconds", "",
	    METER_GAUGE, METER_MILLISECONDS,
	    "When the recorder gave its last sign of life; 0 if none did." },
	[METER_CLUSTER_MEMBER] = { "apitrail_cluster_member", "",
	    METER_GAUGE, METER_PLAIN,
	    "Whether this machine is one of several." },
	[METER_CLUSTER_UP] = { "apitrail_cluster_up", "",
	    METER_GAUGE, METER_PLAIN,
	    "Whether the recorder is connected to NATS." },
	[METER_CLUSTER_LOST] = { "apitrail_cluster_lost", "",
	    METER_GAUGE, METER_PLAIN,
	    "Whether the store has to be restored from another "
	    "machine's backup." },
	[METER_CLUSTER_LAGGING] = { "apitrail_cluster_lagging", "",
	    METER_GAUGE, METER_PLAIN,
	    "Whether the store is behind the log for seconds." },
	[METER_CLUSTER_SEEN_MS] = {
	    "apitrail_cluster_last_seen_timestamp_seconds", "",
	    METER_GAUGE, METER_MILLISECONDS,
	    "When the recorder looked at the log last." },
	[METER_CLUSTER_POSITION] = { "apitrail_cluster_position", "",
	    METER_GAUGE, METER_PLAIN,
	    "Sequence of the last message in the store." },
	[METER_CLUSTER_LAG] = { "apitrail_cluster_lag_messages", "",
	    METER_GAUGE, METER_PLAIN,
	    "Messages that the log has and the store has not." },
	[METER_CLUSTER_FAILOVERS] = { "apitrail_cluster_failovers_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Connections to NATS that were made anew." },
	[METER_CLUSTER_SKIPPED] = {
	    "apitrail_cluster_skipped_messages_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Messages in the log that no machine of this cluster put "
	    "there." },
	[METER_CLUSTER_GAPS] = { "apitrail_cluster_gaps_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Places in the log where messages were missing." },
	[METER_CLUSTER_DIFFERENCES] = {
	    "apitrail_cluster_log_differences_total", "",
	    METER_COUNTER, METER_PLAIN,
	    "Places in the log where a server had something else than "
	    "most." },
	[METER_CLUSTER_SPLIT] = { "apitrail_cluster_log_split", "",
	    METER_GAUGE, METER_PLAIN,
	    "Whether servers differ about what is next in the log, and most "
	    "do not agree." },
	[METER_RECORDER_UP] = { "apitrail_recorder_up", "",
	    METER_GAUGE, METER_PLAIN,
	    "Whether the recorder's last sign of life is recent." },
	[METER_RESPONDERS] = { "apitrail_responders", "",
	    METER_GAUGE, METER_PLAIN,
	    "Responder processes with event loops that run." },
	[METER_CONNECTIONS] = { "apitrail_connections", "",
	    METER_GAUGE, METER_PLAIN,
	    "Connections of web servers that responders hold." },
	[METER_WAITERS] = { "apitrail_waiters", "",
	    METER_GAUGE, METER_PLAIN,
	    "Requests that wait for news, streams among them." },
	[METER_COUNTERS_SHARED] = { "apitrail_counters_shared", "",
	    METER_GAUGE, METER_PLAIN,
	    "Whether the counters are those of all processes, not of this "
	    "one alone." },
	[METER_STORE_UP] = { "apitrail_store_up", "",
	    METER_GAUGE, METER_PLAIN,
	    "Whether the store opens and can be read." },
	[METER_RETENTION_MS] = { "apitrail_retention_seconds", "",
	    METER_GAUGE, METER_MILLISECONDS,
	    "How far the window reaches back." },
	[METER_STORE_LAST_STAMP_MS] = {
	    "apitrail_store_last_stamp_timestamp_seconds", "",
	    METER_GAUGE, METER_MILLISECONDS,
	    "The stored_at of the last event; 0 if there was none." },
	[METER_STORE_BLOCKS] = { "apitrail_store_blocks", "",
	    METER_GAUGE, METER_PLAIN,
	    "Blocks of events in the store, of a page each." },
	[METER_STORE_ORGANIZATIONS] = { "apitrail_store_organizations", "",
	    METER_GAUGE, METER_PLAIN,
	    "Organizations in the store." },
	[METER_STORE_API_KEYS] = { "apitrail_store_api_keys", "",
	    METER_GAUGE, METER_PLAIN,
	    "API keys in the store." },
	[METER_STORE_IDEMPOTENCY_KEYS] = {
	    "apitrail_store_idempotency_keys", "",
	    METER_GAUGE, METER_PLAIN,
	    "Idempotency keys in the store." },
	[METER_STORE_FILE_BYTES] = { "apitrail_store_file_bytes", "",
	    METER_GAUGE, METER_PLAIN,
	    "What the data file takes on disk." },
	[METER_STORE_USED_BYTES] = { "apitrail_store_used_bytes", "",
	    METER_GAUGE, METER_PLAIN,
	    "Pages of the data file that are in use." },
	[METER_STORE_INTAKE_BYTES] = { "apitrail_store_intake_bytes", "",
	    METER_GAUGE, METER_PLAIN,
	    "The use of the map at which events are refused." },
	[METER_STORE_MAP_BYTES] = { "apitrail_store_map_bytes", "",
	    METER_GAUGE, METER_PLAIN,
	    "The size of the map." },
	[METER_STORE_READERS] = { "apitrail_store_readers", "",
	    METER_GAUGE, METER_PLAIN,
	    "Read transactions that are open in all processes." },
	[METER_STORE_READERS_MAX] = { "apitrail_store_readers_max", "",
	    METER_GAUGE, METER_PLAIN,
	    "Slots for readers." },
};
static_assert(COUNT_OF(meter_rows) == METER_COUNT, "one row per meter");

const char *const meter_routes[] = {
	[METER_ROUTE_LIST_EVENTS] = "route=\"/events\",method=\"GET\"",
	[METER_ROUTE_RECORD_EVENTS] = "route=\"/events\",method=\"POST\"",
	[METER_ROUTE_HEALTHZ] = "route=\"/healthz\",method=\"GET\"",
	[METER_ROUTE_READYZ] = "route=\"/readyz\",method=\"GET\"",
	[METER_ROUTE_METRICS] = "route=\"/metrics\",method=\"GET\"",
	[METER_ROUTE_OTHER] = "route=\"other\",method=\"other\"",
};
static_assert(COUNT_OF(meter_routes) == METER_ROUTE_COUNT,
    "one label per route");

const uint16_t meter_statuses[] = {
	0, 200, 201, 202, 204, 400, 401, 402, 403, 404, 405, 406, 409, 413,
	414, 415, 422, 423, 429, 500, 501, 503, 504, 505
};
static_assert(COUNT_OF(meter_statuses) == METER_STATUS_COUNT,
    "one column per status");

static const uint64_t durations_us[] = {
	50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000,
	250000, 500000, 1000000, 2500000, 5000000, 10000000
};
static_assert(COUNT_OF(durations_us) < METER_BUCKETS_MAX, "room for more");

static const uint64_t batch_events[] = {
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000
};
static_assert(COUNT_OF(batch_events) < METER_BUCKETS_MAX, "room for more");

#define REQUEST_ROW(route, labels, help) \
	[METER_REQUEST_US + (route)] = { \
	    "apitrail_http_request_duration_seconds", labels, \
	    METER_MICROSECONDS, durations_us, COUNT_OF(durations_us), help }

const struct meter_histogram_row meter_histogram_rows[] = {
	REQUEST_ROW(METER_ROUTE_LIST_EVENTS,
	    "route=\"/events\",method=\"GET\"",
	    "From the whole request to the answer, or its first piece.  "
	    "Requests that wait for news are left out."),
	REQUEST_ROW(METER_ROUTE_RECORD_EVENTS,
	    "route=\"/events\",method=\"POST\"", NULL),
	REQUEST_ROW(METER_ROUTE_HEALTHZ,
	    "route=\"/healthz\",method=\"GET\"", NULL),
	REQUEST_ROW(METER_ROUTE_READYZ,
	    "route=\"/readyz\",method=\"GET\"", NULL),
	REQUEST_ROW(METER_ROUTE_METRICS,
	    "route=\"/metrics\",method=\"GET\"", NULL),
	REQUEST_ROW(METER_ROUTE_OTHER,
	    "route=\"other\",method=\"other\"", NULL),
	[METER_COMMIT_US] = { "apitrail_commit_duration_seconds", "",
	    METER_MICROSECONDS, durations_us, COUNT_OF(durations_us),
	    "From the end of a transaction's work until it is on disk." },
	[METER_COMMIT_EVENTS] = { "apitrail_commit_events", "",
	    METER_PLAIN, batch_events, COUNT_OF(batch_events),
	    "Events in a commit that has any." },
};
static_assert(COUNT_OF(meter_histogram_rows) == METER_HISTOGRAM_COUNT,
    "one row per histogram");
