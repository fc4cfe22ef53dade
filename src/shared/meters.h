/* meters.h - what is counted of a store, by all its processes together.
 *
 * One table names everything that /metrics shows: a row a meter, in
 * meters_text.c.  Most are added to as things happen, and lie in the mapping;
 * some are only set in a reading by whoever shows it, since they are in the
 * store, or known to one process.
 *
 * A thread adds to one of several stripes, which lie on cache lines of their
 * own: threads that count at the same time do not wait for each other's line.
 * What a meter says is the sum.  It begins at 0 anew when the file of counters
 * does, which whoever reads it has to see (and Prometheus does).
 */
#ifndef SHARED_METERS_H
#define SHARED_METERS_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct shared;

/* Each has a row in meters_text.c.  At the end of a group is where another
 * one goes; MAPPING_VERSION grows with them. */
enum meter {
	/* Of the one write path, whoever takes it. */
	METER_EVENTS_RECORDED,
	METER_EVENTS_IMPORTED,
	METER_EVENTS_PRUNED,
	METER_BLOCKS_PRUNED,
	METER_COMMITS,
	METER_COMMITS_FAILED,
	/* Of requests that were refused. */
	METER_BAD_KEYS,
	METER_LOCKOUTS,
	METER_LOCKOUT_REFUSALS,
	METER_RATE_REFUSALS,
	/* Of the recorder. */
	METER_RECORDER_SEEN_MS,		/* its last sign of life */
	/* Of a machine among several; states, which cluster_sign.h sets. */
	METER_CLUSTER_MEMBER,
	METER_CLUSTER_UP,
	METER_CLUSTER_LOST,
	METER_CLUSTER_LAGGING,
	METER_CLUSTER_SEEN_MS,
	METER_CLUSTER_POSITION,
	METER_CLUSTER_LAG,
	METER_CLUSTER_FAILOVERS,
	METER_CLUSTER_SKIPPED,
	METER_CLUSTER_GAPS,
	METER_CLUSTER_DIFFERENCES,
	METER_CLUSTER_SPLIT,
	METER_CLUSTER_LAST = METER_CLUSTER_SPLIT,

	/* Set in a reading only, from here on. */
	METER_READING_FIRST,
	METER_RECORDER_UP = METER_READING_FIRST,
	METER_RESPONDERS,
	METER_CONNECTIONS,
	METER_WAITERS,
	METER_COUNTERS_SHARED,
	METER_STORE_UP,
	METER_RETENTION_MS,
	METER_STORE_LAST_STAMP_MS,
	METER_STORE_BLOCKS,
	METER_STORE_ORGANIZATIONS,
	METER_STORE_API_KEYS,
	METER_STORE_IDEMPOTENCY_KEYS,
	METER_STORE_FILE_BYTES,
	METER_STORE_USED_BYTES,
	METER_STORE_INTAKE_BYTES,
	METER_STORE_MAP_BYTES,
	METER_STORE_READERS,
	METER_STORE_READERS_MAX,
	METER_COUNT
};

/* What requests are told apart by, beside their status.  HEAD counts as
 * GET. */
enum meter_route {
	METER_ROUTE_LIST_EVENTS,
	METER_ROUTE_RECORD_EVENTS,
	METER_ROUTE_HEALTHZ,
	METER_ROUTE_READYZ,
	METER_ROUTE_METRICS,
	METER_ROUTE_OTHER,	/* OPTIONS, and what no route answers */
	METER_ROUTE_COUNT
};

enum meter_histogram {
	METER_REQUEST_US,	/* and so on, one a route */
	METER_COMMIT_US = METER_REQUEST_US + METER_ROUTE_COUNT,
	METER_COMMIT_EVENTS,
	METER_HISTOGRAM_COUNT
};

enum {
	/* Those that an answer can have, and one for any other. */
	METER_STATUS_COUNT = 24,
	/* The last one is for what is above all bounds. */
	METER_BUCKETS_MAX = 18,
	METER_TEXT_BYTES_MAX = 256 * 1024
};

void meters_add(struct shared *shared, enum meter meter, uint64_t count);
/* Of one that is a state, not a count. */
void meters_set(struct shared *shared, enum meter meter, int64_t value);
/* The sum of all that was added, or what was set.  The file may hold
 * anything, so this may be any number. */
uint64_t meters_get(const struct shared *shared, enum meter meter);

/* What was set, of one that is a state: one load. */
uint64_t meters_state(const struct shared *shared, enum meter meter);

/* Counts an answer. */
void meters_count_request(struct shared *shared, enum meter_route route,
    unsigned int status);

/* Puts a value, in the histogram's own unit, into its bucket. */
void meters_observe(struct shared *shared, enum meter_histogram histogram,
    uint64_t value);

/* All of them at about one moment. */
struct meters_reading {
	uint64_t values[METER_COUNT];
	bool is_known[METER_COUNT];	/* others are not shown */
	uint64_t requests[METER_ROUTE_COUNT][METER_STATUS_COUNT];
	struct {
		uint64_t buckets[METER_BUCKETS_MAX];
		uint64_t sum;
	} histograms[METER_HISTOGRAM_COUNT];
};

/* Those in the mapping become known, and no other. */
void meters_read(const struct shared *shared,
    struct meters_reading *reading_out);
/* Sets one in a reading, which knows it from then on. */
void meters_reading_set(struct meters_reading *reading, enum meter meter,
    int64_t value);

/* Adds all that is known, as Prometheus reads it (text format 0.0.4). */
void meters_add_text(struct buffer *buffer,
    const struct meters_reading *reading);

#endif
