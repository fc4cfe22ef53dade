/* meter_rows.h - what the parts of meters share: their table. */
#ifndef SHARED_METER_ROWS_H
#define SHARED_METER_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "shared/meters.h"

enum meter_kind { METER_COUNTER, METER_GAUGE };

/* What a number counts, and how it is shown: all times in seconds. */
enum meter_unit { METER_PLAIN, METER_MILLISECONDS, METER_MICROSECONDS };

struct meter_row {
	const char *name;
	const char *labels;	/* "" or as in Prometheus' text */
	enum meter_kind kind;
	enum meter_unit unit;
	const char *help;	/* NULL: of the row before, of the same name */
};

struct meter_histogram_row {
	const char *name;
	const char *labels;
	enum meter_unit unit;
	const uint64_t *bounds;	/* each the greatest of its bucket */
	size_t bound_count;	/* below METER_BUCKETS_MAX */
	const char *help;
};

extern const struct meter_row meter_rows[METER_COUNT];
extern const char *const meter_routes[METER_ROUTE_COUNT];	/* labels */
extern const uint16_t meter_statuses[METER_STATUS_COUNT];	/* 0: other */
extern const struct meter_histogram_row
    meter_histogram_rows[METER_HISTOGRAM_COUNT];

#endif
