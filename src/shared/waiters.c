/* waiters.c - whether anybody waits for news.
 *
 * Two sides each write one place and then read the other's: the announcer
 * this word and then the store, the committer the store and then this word.
 * Without a full fence between the two, a processor may do the read first, and
 * each side would miss the other.  With both fences, one of the two comes
 * second, and sees what the first one wrote.
 */
#include "shared/waiters.h"

#include "shared/mapping.h"

static bool is_possible(int64_t until_ms, int64_t now_ms);

void
waiters_announce(struct shared *shared, int64_t until_ms, int64_t now_ms)
{
	_Atomic int64_t *word = &shared_mapping(shared)->waited_until_ms;
	int64_t seen_ms = atomic_load_explicit(word, memory_order_relaxed);

	for (int i = 0; i < CHANGE_ATTEMPTS_MAX; i++) {
		/* One who waits longer has said so. */
		if (seen_ms >= until_ms && is_possible(seen_ms, now_ms))
			break;
		if (atomic_compare_exchange_weak_explicit(word, &seen_ms,
		    until_ms, memory_order_relaxed, memory_order_relaxed))
			break;
	}
	/* Also when nothing was written: what was seen is then seen by all
	 * who pass their fence after this one. */
	atomic_thread_fence(memory_order_seq_cst);
}

bool
waiters_are_there(struct shared *shared, int64_t now_ms)
{
	int64_t until_ms;

	atomic_thread_fence(memory_order_seq_cst);
	until_ms = atomic_load_explicit(
	    &shared_mapping(shared)->waited_until_ms, memory_order_relaxed);
	return until_ms > now_ms && is_possible(until_ms, now_ms);
}

/* What is too far ahead was written before the clock was set back, or by
 * somebody else. */
static bool
is_possible(int64_t until_ms, int64_t now_ms)
{
	int64_t ahead_ms;

	return !__builtin_sub_overflow(until_ms, now_ms, &ahead_ms) &&
	    ahead_ms <= WAITERS_AHEAD_MS_MAX + CLOCK_SKEW_MS;
}
