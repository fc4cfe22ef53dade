/* responders.c - which responders run, and how many they serve.
 *
 * A slot belongs to whose tag is in it, for as long as that one renews its
 * time.  Taking it over is one exchange of the tag; two who are mistaken about
 * who has it for a moment cost one wrong sum.
 */
#include "shared/responders.h"

#include <stdbool.h>
#include <unistd.h>

#include "shared/mapping.h"

static bool is_alive(int64_t seen_ms, int64_t now_ms);
static bool take_slot(struct mapping *mapping, struct responder_place *place,
    int64_t now_ms);

void
responders_tell(struct shared *shared, struct responder_place *place,
    uint64_t connections, uint64_t waiters, int64_t now_ms)
{
	struct mapping *mapping = shared_mapping(shared);
	struct responder_slot *slot = &mapping->responders[place->slot];

	if (place->tag == 0 ||
	    atomic_load_explicit(&slot->tag, memory_order_relaxed) !=
	    place->tag) {
		if (!take_slot(mapping, place, now_ms))
			return;
		slot = &mapping->responders[place->slot];
	}
	atomic_store_explicit(&slot->connections, connections,
	    memory_order_relaxed);
	atomic_store_explicit(&slot->waiters, waiters, memory_order_relaxed);
	atomic_store_explicit(&slot->seen_ms, now_ms, memory_order_relaxed);
}

void
responders_leave(struct shared *shared, const struct responder_place *place)
{
	struct responder_slot *slot =
	    &shared_mapping(shared)->responders[place->slot];

	if (place->tag != 0 &&
	    atomic_load_explicit(&slot->tag, memory_order_relaxed) ==
	    place->tag)
		atomic_store_explicit(&slot->seen_ms, 0,
		    memory_order_relaxed);
}

void
responders_read(const struct shared *shared, int64_t now_ms,
    struct responders_sum *sum_out)
{
	const struct mapping *mapping = shared_mapping(shared);

	*sum_out = (struct responders_sum){ 0 };
	for (unsigned int i = 0; i < RESPONDER_SLOTS; i++) {
		const struct responder_slot *slot = &mapping->responders[i];

		if (!is_alive(atomic_load_explicit(&slot->seen_ms,
		    memory_order_relaxed), now_ms))
			continue;
		sum_out->responders++;
		sum_out->connections += atomic_load_explicit(
		    &slot->connections, memory_order_relaxed);
		sum_out->waiters += atomic_load_explicit(&slot->waiters,
		    memory_order_relaxed);
	}
}

/* A time that is ahead was written before the clock was set back, or by
 * somebody else. */
static bool
is_alive(int64_t seen_ms, int64_t now_ms)
{
	int64_t ago_ms;

	return !__builtin_sub_overflow(now_ms, seen_ms, &ago_ms) &&
	    ago_ms >= -CLOCK_SKEW_MS && ago_ms <= RESPONDER_ALIVE_MS;
}

/* The process's number and a time make a tag that no other has: a number is
 * not given out twice within a millisecond. */
static bool
take_slot(struct mapping *mapping, struct responder_place *place,
    int64_t now_ms)
{
	uint64_t tag = (uint64_t)now_ms << 22 ^ (uint64_t)getpid();

	for (unsigned int i = 0; i < RESPONDER_SLOTS; i++) {
		struct responder_slot *slot = &mapping->responders[i];
		uint64_t seen = atomic_load_explicit(&slot->tag,
		    memory_order_relaxed);

		if (is_alive(atomic_load_explicit(&slot->seen_ms,
		    memory_order_relaxed), now_ms))
			continue;
		if (!atomic_compare_exchange_strong_explicit(&slot->tag,
		    &seen, tag, memory_order_relaxed, memory_order_relaxed))
			continue;
		*place = (struct responder_place){ .tag = tag, .slot = i };
		return true;
	}
	return false;
}
