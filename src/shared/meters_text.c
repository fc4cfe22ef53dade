/* meters_text.c - meters as Prometheus reads them (text format 0.0.4). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "shared/meter_rows.h"
#include "shared/meters.h"

enum { NUMBER_SIZE = 40 };

static void add_head(struct buffer *buffer, const char *name,
    const char *type, const char *help);
static void add_meter(struct buffer *buffer, const struct meter_row *row,
    uint64_t value);
static void add_requests(struct buffer *buffer,
    const struct meters_reading *reading);
static void add_histogram(struct buffer *buffer,
    const struct meters_reading *reading, enum meter_histogram histogram);
static void add_bucket(struct buffer *buffer,
    const struct meter_histogram_row *row, const char *bound,
    uint64_t count);
static void format_number(char text[NUMBER_SIZE], enum meter_unit unit,
    uint64_t number);

void
meters_add_text(struct buffer *buffer, const struct meters_reading *reading)
{
	add_requests(buffer, reading);
	for (enum meter_histogram i = METER_REQUEST_US;
	    i < METER_HISTOGRAM_COUNT; i++)
		add_histogram(buffer, reading, i);
	for (size_t i = 0; i < METER_COUNT; i++)
		if (reading->is_known[i])
			add_meter(buffer, &meter_rows[i],
			    reading->values[i]);
}

static void
add_head(struct buffer *buffer, const char *name, const char *type,
    const char *help)
{
	/* Rows of one name follow each other, and share the first one's. */
	if (help == NULL)
		return;
	buffer_add_format(buffer, "# HELP %s %s\n# TYPE %s %s\n", name, help,
	    name, type);
}

static void
add_meter(struct buffer *buffer, const struct meter_row *row, uint64_t value)
{
	bool has_labels = row->labels[0] != '\0';
	char text[NUMBER_SIZE];

	add_head(buffer, row->name,
	    row->kind == METER_COUNTER ? "counter" : "gauge", row->help);
	format_number(text, row->unit, value);
	buffer_add_format(buffer, "%s%s%s%s %s\n", row->name,
	    has_labels ? "{" : "", row->labels, has_labels ? "}" : "", text);
}

/* Most of the table never happens, and is left out. */
static void
add_requests(struct buffer *buffer, const struct meters_reading *reading)
{
	static const char name[] = "apitrail_http_requests_total";

	add_head(buffer, name, "counter",
	    "Requests that were answered, by route, method and status.");
	for (size_t i = 0; i < METER_ROUTE_COUNT; i++) {
		for (size_t j = 0; j < METER_STATUS_COUNT; j++) {
			uint64_t count = reading->requests[i][j];

			if (count == 0)
				continue;
			buffer_add_format(buffer, "%s{%s,status=\"", name,
			    meter_routes[i]);
			if (meter_statuses[j] == 0)
				buffer_add_text(buffer, "other");
			else
				buffer_add_number(buffer, meter_statuses[j]);
			buffer_add_format(buffer, "\"} %" PRIu64 "\n", count);
		}
	}
}

static void
add_histogram(struct buffer *buffer, const struct meters_reading *reading,
    enum meter_histogram histogram)
{
	const struct meter_histogram_row *row =
	    &meter_histogram_rows[histogram];
	const uint64_t *buckets = reading->histograms[histogram].buckets;
	bool has_labels = row->labels[0] != '\0';
	uint64_t count = 0;
	char text[NUMBER_SIZE];

	add_head(buffer, row->name, "histogram", row->help);
	for (size_t i = 0; i < row->bound_count; i++) {
		count += buckets[i];
		format_number(text, row->unit, row->bounds[i]);
		add_bucket(buffer, row, text, count);
	}
	count += buckets[row->bound_count];
	add_bucket(buffer, row, "+Inf", count);
	format_number(text, row->unit, reading->histograms[histogram].sum);
	buffer_add_format(buffer, "%s_sum%s%s%s %s\n", row->name,
	    has_labels ? "{" : "", row->labels, has_labels ? "}" : "", text);
	buffer_add_format(buffer, "%s_count%s%s%s %" PRIu64 "\n", row->name,
	    has_labels ? "{" : "", row->labels, has_labels ? "}" : "", count);
}

static void
add_bucket(struct buffer *buffer, const struct meter_histogram_row *row,
    const char *bound, uint64_t count)
{
	buffer_add_format(buffer, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n",
	    row->name, row->labels, row->labels[0] == '\0' ? "" : ",", bound,
	    count);
}

/* A number that is none of ours, from a file that anybody may have written
 * into, is shown as it is. */
static void
format_number(char text[NUMBER_SIZE], enum meter_unit unit, uint64_t number)
{
	uint64_t second = unit == METER_MILLISECONDS ? 1000 : 1000000;
	int digits = unit == METER_MILLISECONDS ? 3 : 6;

	if (unit == METER_PLAIN)
		snprintf(text, NUMBER_SIZE, "%" PRIu64, number);
	else if (number % second == 0)
		snprintf(text, NUMBER_SIZE, "%" PRIu64, number / second);
	else
		snprintf(text, NUMBER_SIZE, "%" PRIu64 ".%0*" PRIu64,
		    number / second, digits, number % second);
}
