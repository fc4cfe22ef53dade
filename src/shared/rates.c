/* rates.c - how many requests a minute each API key makes.
 *
 * A bucket is one number: the moment at which it will be full again.  The
 * distance from now to there is what the key owes, in time; each request adds
 * what it costs, a minute divided by the rate, and is refused when it would
 * owe more than a minute (the generic cell rate algorithm).  So nothing ever
 * has to be filled, and a request is one compare-and-swap.
 *
 * Everything is relaxed: a bucket is one word, and whatever it holds can be
 * judged without any other.  The tag says whose it is, and is written first:
 * whoever is killed between the two leaves its key with the debt of the one
 * that was forgotten, the smallest of eight, for a minute at most.
 */
#include "shared/rates.h"

#include <assert.h>
#include <stddef.h>

#include "base/clock.h"
#include "shared/mapping.h"

#define MS_NS INT64_C(1000000)
#define SECOND_NS (SECOND_MS * MS_NS)
#define MINUTE_NS (MINUTE_MS * MS_NS)

/* What a request costs, and what a whole bucket is worth. */
struct price {
	int64_t request_ns;
	int64_t bucket_ns;
};

static struct rate_slot *find(struct rate_slot *set, uint64_t tag,
    int64_t now_ns, bool *is_taken_over_out);
static int64_t take(struct rate_slot *slot, bool is_taken_over,
    const struct price *price, int64_t now_ns);
static bool is_allowed(int64_t owed_ns, const struct price *price);
static int64_t owed(int64_t full_ns, int64_t now_ns);
static void describe(int64_t owed_ns, const struct price *price,
    int64_t now_ns, struct rate *rate);
static int64_t divide_up(int64_t number, int64_t divisor);

void
rates_take(struct shared *shared, const uint8_t digest[API_KEY_DIGEST_BYTES],
    uint32_t rate_per_minute, int64_t now_ms, struct rate *rate_out)
{
	struct mapping *mapping = shared_mapping(shared);
	uint64_t tag = tag_make(mapping->header.seed, digest,
	    API_KEY_DIGEST_BYTES);
	int64_t now_ns = now_ms * MS_NS;
	bool is_taken_over = false;
	int64_t owed_ns = 0;
	struct rate_slot *slot;
	struct price price;

	assert(rate_per_minute > 0);
	price.request_ns = MINUTE_NS / rate_per_minute;
	/* Of whole requests, so that there are exactly as many. */
	price.bucket_ns = price.request_ns * rate_per_minute;

	slot = find(mapping->rates[tag % RATE_SETS], tag, now_ns,
	    &is_taken_over);
	if (slot != NULL)
		owed_ns = take(slot, is_taken_over, &price, now_ns);
	rate_out->limit = rate_per_minute;
	describe(owed_ns, &price, now_ns, rate_out);
}

/* The key's slot, which it gets here if it has none; NULL when others were
 * faster each time. */
static struct rate_slot *
find(struct rate_slot *set, uint64_t tag, int64_t now_ns,
    bool *is_taken_over_out)
{
	for (int i = 0; i < CHANGE_ATTEMPTS_MAX; i++) {
		struct rate_slot *fullest = NULL;
		uint64_t fullest_tag = 0;
		int64_t least_ns = INT64_MAX;

		for (size_t j = 0; j < SET_SLOTS; j++) {
			uint64_t found = atomic_load_explicit(&set[j].tag,
			    memory_order_relaxed);
			int64_t owed_ns = -1;

			if (found == tag)
				return &set[j];
			if (found != 0)
				owed_ns = owed(atomic_load_explicit(
				    &set[j].full_ns, memory_order_relaxed),
				    now_ns);
			if (owed_ns >= least_ns)
				continue;
			least_ns = owed_ns;
			fullest = &set[j];
			fullest_tag = found;
		}
		*is_taken_over_out = fullest_tag != 0;
		if (atomic_compare_exchange_strong_explicit(&fullest->tag,
		    &fullest_tag, tag, memory_order_relaxed,
		    memory_order_relaxed))
			return fullest;
	}
	*is_taken_over_out = false;
	return NULL;
}

/*
 * Returns what was owed before.  Of a slot that was taken over, the number is
 * another key's debt: it is overwritten, with what threads of this key may
 * have added since the tag was, which is then forgiven.
 */
static int64_t
take(struct rate_slot *slot, bool is_taken_over, const struct price *price,
    int64_t now_ns)
{
	int64_t full_ns = atomic_load_explicit(&slot->full_ns,
	    memory_order_relaxed);

	for (int i = 0; i < CHANGE_ATTEMPTS_MAX; i++) {
		int64_t owed_ns = is_taken_over ? 0 : owed(full_ns, now_ns);

		if (!is_allowed(owed_ns, price) ||
		    atomic_compare_exchange_weak_explicit(&slot->full_ns,
		    &full_ns, now_ns + owed_ns + price->request_ns,
		    memory_order_relaxed, memory_order_relaxed))
			return owed_ns;
	}
	return 0;
}

static bool
is_allowed(int64_t owed_ns, const struct price *price)
{
	return owed_ns + price->request_ns <= price->bucket_ns;
}

/*
 * More than a minute cannot be owed, but other threads read the clock a moment
 * before or after this one.  Beyond that, the clock was set back, or somebody
 * else wrote here: nothing is owed.
 */
static int64_t
owed(int64_t full_ns, int64_t now_ns)
{
	int64_t owed_ns;

	if (__builtin_sub_overflow(full_ns, now_ns, &owed_ns) ||
	    owed_ns < 0 || owed_ns > MINUTE_NS + CLOCK_SKEW_MS * MS_NS)
		return 0;
	return owed_ns;
}

static void
describe(int64_t owed_ns, const struct price *price, int64_t now_ns,
    struct rate *rate)
{
	int64_t missing_ns;

	rate->is_allowed = is_allowed(owed_ns, price);
	if (rate->is_allowed)
		owed_ns += price->request_ns;
	/* By the clock's skew, or since the rate was changed. */
	if (owed_ns > price->bucket_ns)
		owed_ns = price->bucket_ns;

	missing_ns = owed_ns + price->request_ns - price->bucket_ns;
	rate->remaining = (uint32_t)((price->bucket_ns - owed_ns) /
	    price->request_ns);
	rate->reset_s = divide_up(now_ns + owed_ns, SECOND_NS);
	rate->retry_after_s = rate->is_allowed ? 0 :
	    divide_up(missing_ns, SECOND_NS);
}

static int64_t
divide_up(int64_t number, int64_t divisor)
{
	return (number + divisor - 1) / divisor;
}
