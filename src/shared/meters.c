/* meters.c - what is counted of a store, by all its processes together. */
#include "shared/meters.h"

#include <unistd.h>

#include "shared/mapping.h"
#include "shared/meter_rows.h"

static struct meter_stripe *own_stripe(const struct shared *shared);
static unsigned int status_column(unsigned int status);
static void add(_Atomic uint64_t *word, uint64_t count);
static uint64_t get(const _Atomic uint64_t *word);
static void add_stripe(struct meters_reading *reading,
    const struct meter_stripe *stripe);

void
meters_add(struct shared *shared, enum meter meter, uint64_t count)
{
	add(&own_stripe(shared)->values[meter], count);
}

/* All in the first stripe, so that the sum is what was set. */
void
meters_set(struct shared *shared, enum meter meter, int64_t value)
{
	atomic_store_explicit(
	    &shared_mapping(shared)->meters[0].values[meter],
	    (uint64_t)value, memory_order_relaxed);
}

uint64_t
meters_state(const struct shared *shared, enum meter meter)
{
	return get(&shared_mapping(shared)->meters[0].values[meter]);
}

uint64_t
meters_get(const struct shared *shared, enum meter meter)
{
	const struct mapping *mapping = shared_mapping(shared);
	uint64_t sum = 0;

	for (unsigned int i = 0; i < METER_STRIPES; i++)
		sum += get(&mapping->meters[i].values[meter]);
	return sum;
}

void
meters_count_request(struct shared *shared, enum meter_route route,
    unsigned int status)
{
	add(&own_stripe(shared)->requests[route][status_column(status)], 1);
}

void
meters_observe(struct shared *shared, enum meter_histogram histogram,
    uint64_t value)
{
	const struct meter_histogram_row *row =
	    &meter_histogram_rows[histogram];
	struct meter_stripe *stripe = own_stripe(shared);
	size_t i = 0;

	while (i < row->bound_count && value > row->bounds[i])
		i++;
	add(&stripe->histograms[histogram].buckets[i], 1);
	add(&stripe->histograms[histogram].sum, value);
}

/* By turns, those of several processes from different ones on. */
static struct meter_stripe *
own_stripe(const struct shared *shared)
{
	static atomic_uint threads;
	static _Thread_local unsigned int number;	/* from 1; 0: none */

	if (number == 0)
		number = 1 + ((unsigned int)getpid() +
		    atomic_fetch_add(&threads, 1)) % METER_STRIPES;
	return &shared_mapping(shared)->meters[number - 1];
}

static unsigned int
status_column(unsigned int status)
{
	for (unsigned int i = 1; i < METER_STATUS_COUNT; i++)
		if (meter_statuses[i] == status)
			return i;
	return 0;
}

static void
add(_Atomic uint64_t *word, uint64_t count)
{
	atomic_fetch_add_explicit(word, count, memory_order_relaxed);
}

static uint64_t
get(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

void
meters_read(const struct shared *shared, struct meters_reading *reading_out)
{
	const struct mapping *mapping = shared_mapping(shared);

	*reading_out = (struct meters_reading){ 0 };
	for (unsigned int i = 0; i < METER_STRIPES; i++)
		add_stripe(reading_out, &mapping->meters[i]);
	for (unsigned int i = 0; i < METER_READING_FIRST; i++)
		reading_out->is_known[i] = true;
}

static void
add_stripe(struct meters_reading *reading, const struct meter_stripe *stripe)
{
	for (size_t i = 0; i < METER_COUNT; i++)
		reading->values[i] += get(&stripe->values[i]);
	for (size_t i = 0; i < METER_ROUTE_COUNT; i++)
		for (size_t j = 0; j < METER_STATUS_COUNT; j++)
			reading->requests[i][j] +=
			    get(&stripe->requests[i][j]);
	for (size_t i = 0; i < METER_HISTOGRAM_COUNT; i++) {
		for (size_t j = 0; j < METER_BUCKETS_MAX; j++)
			reading->histograms[i].buckets[j] +=
			    get(&stripe->histograms[i].buckets[j]);
		reading->histograms[i].sum +=
		    get(&stripe->histograms[i].sum);
	}
}

void
meters_reading_set(struct meters_reading *reading, enum meter meter,
    int64_t value)
{
	reading->values[meter] = (uint64_t)value;
	reading->is_known[meter] = true;
}
