/* lockouts.c - addresses that sent too many bad keys.
 *
 * A slot is two words: the tag of an address, and its failures, which are the
 * moment of the first one, their count, and twelve bits of the tag.  A word of
 * failures whose bits are not those of the tag beside it belongs to an address
 * that was forgotten, and counts as none: so a slot is taken over by writing
 * the tag alone, and whoever is killed after that leaves nobody locked out
 * for another one's failures.
 *
 * The tag is written with release before the failures that go with it, and
 * these are read with acquire before the tag is read again: whoever sees the
 * new owner's failures sees its tag, and looks for a place of its own.
 */
#include "shared/lockouts.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "model/address.h"
#include "shared/mapping.h"

enum { START_BITS = 42, COUNT_BITS = 10, OWNER_BITS = 12 };
static_assert(START_BITS + COUNT_BITS + OWNER_BITS == 64, "one word");
static_assert(LOCKOUT_FAILURES_MAX < 1 << COUNT_BITS, "every count fits");

#define START_MAX ((INT64_C(1) << START_BITS) - 1)
#define COUNT_MAX ((1U << COUNT_BITS) - 1)

struct failures {
	int64_t start_ms;
	uint32_t count;		/* 0: there is nothing to count on from */
};

/* What is looked for: whose, by which rule, and when. */
struct search {
	struct lockout_slot *set;
	uint64_t tag;
	int64_t window_ms;
	int64_t now_ms;
};

static struct search begin(struct shared *shared,
    const struct lockout_rule *rule, const struct address *address,
    int64_t now_ms);
static struct lockout_slot *find(const struct search *search);
static struct lockout_slot *take_over(const struct search *search);
static bool is_less_harm(const struct failures *one,
    const struct failures *other);
static bool count_once(const struct search *search,
    struct lockout_slot *slot, bool is_new);
static struct failures unpack(const struct search *search, uint64_t tag,
    uint64_t word);
static uint64_t pack(uint64_t tag, const struct failures *failures);
static uint64_t owner_of(uint64_t tag);

enum error
lockout_rule_parse(const char *text, struct lockout_rule *rule_out)
{
	int64_t count;
	int64_t window_ms;

	*rule_out = (struct lockout_rule){ 0 };
	if (strcmp(text, "off") == 0)
		return ERR_NONE;
	if (text_parse_rate(text, &count, &window_ms) != ERR_NONE ||
	    count < 1 || count > LOCKOUT_FAILURES_MAX ||
	    window_ms < SECOND_MS || window_ms > LOCKOUT_WINDOW_MS_MAX)
		return ERR_MEANING;
	rule_out->failures_max = (uint32_t)count;
	rule_out->window_ms = window_ms;
	return ERR_NONE;
}

int64_t
lockouts_retry_after(struct shared *shared, const struct lockout_rule *rule,
    const struct address *address, int64_t now_ms)
{
	struct search search;
	struct lockout_slot *slot;
	struct failures failures;
	int64_t left_ms;

	if (rule->failures_max == 0)
		return 0;
	search = begin(shared, rule, address, now_ms);
	slot = find(&search);
	if (slot == NULL)
		return 0;
	failures = unpack(&search, search.tag, atomic_load_explicit(
	    &slot->failures, memory_order_relaxed));
	if (failures.count < rule->failures_max)
		return 0;
	left_ms = failures.start_ms + rule->window_ms - now_ms;
	return (left_ms + SECOND_MS - 1) / SECOND_MS;
}

void
lockouts_count(struct shared *shared, const struct lockout_rule *rule,
    const struct address *address, int64_t now_ms)
{
	struct search search;

	if (rule->failures_max == 0)
		return;
	search = begin(shared, rule, address, now_ms);
	for (int i = 0; i < CHANGE_ATTEMPTS_MAX; i++) {
		struct lockout_slot *slot = find(&search);
		bool is_new = slot == NULL;

		if (is_new)
			slot = take_over(&search);
		if (slot != NULL && count_once(&search, slot, is_new))
			return;
	}
}

static struct search
begin(struct shared *shared, const struct lockout_rule *rule,
    const struct address *address, int64_t now_ms)
{
	struct mapping *mapping = shared_mapping(shared);
	struct address network = address_network(address);
	uint64_t tag = tag_make(mapping->header.seed, network.bytes,
	    ADDRESS_BYTES);

	return (struct search){
		.set = mapping->lockouts[tag % LOCKOUT_SETS],
		.tag = tag,
		.window_ms = rule->window_ms,
		.now_ms = now_ms,
	};
}

static struct lockout_slot *
find(const struct search *search)
{
	for (size_t i = 0; i < SET_SLOTS; i++)
		if (atomic_load_explicit(&search->set[i].tag,
		    memory_order_relaxed) == search->tag)
			return &search->set[i];
	return NULL;
}

/* NULL when another thread was faster. */
static struct lockout_slot *
take_over(const struct search *search)
{
	struct lockout_slot *least = NULL;
	struct failures least_failures = { 0 };
	uint64_t least_tag = 0;

	for (size_t i = 0; i < SET_SLOTS; i++) {
		struct lockout_slot *slot = &search->set[i];
		uint64_t tag = atomic_load_explicit(&slot->tag,
		    memory_order_relaxed);
		struct failures failures = unpack(search, tag,
		    atomic_load_explicit(&slot->failures,
		    memory_order_relaxed));

		if (tag == 0)
			failures = (struct failures){ .start_ms = -1 };
		if (least != NULL && !is_less_harm(&failures,
		    &least_failures))
			continue;
		least = slot;
		least_failures = failures;
		least_tag = tag;
	}
	return atomic_compare_exchange_strong_explicit(&least->tag,
	    &least_tag, search->tag, memory_order_release,
	    memory_order_relaxed) ? least : NULL;
}

static bool
is_less_harm(const struct failures *one, const struct failures *other)
{
	return one->count != other->count ? one->count < other->count :
	    one->start_ms < other->start_ms;
}

/* Says whether it was counted; when not, the slot may be another's by now. */
static bool
count_once(const struct search *search, struct lockout_slot *slot,
    bool is_new)
{
	uint64_t word = atomic_load_explicit(&slot->failures,
	    memory_order_acquire);
	struct failures failures = unpack(search, search->tag, word);

	if (atomic_load_explicit(&slot->tag, memory_order_relaxed) !=
	    search->tag)
		return false;
	/* One owner in 4096 has the same twelve bits as the last. */
	if (is_new)
		failures.count = 0;
	if (failures.count == 0)
		failures.start_ms = search->now_ms;
	if (failures.count < COUNT_MAX)
		failures.count++;
	return atomic_compare_exchange_strong_explicit(&slot->failures, &word,
	    pack(search->tag, &failures), memory_order_release,
	    memory_order_relaxed);
}

/* None when they are of another address, when the window is over, or when it
 * begins later than the skew of clocks explains. */
static struct failures
unpack(const struct search *search, uint64_t tag, uint64_t word)
{
	struct failures failures = {
		.start_ms = (int64_t)(word & (uint64_t)START_MAX),
		.count = (uint32_t)(word >> START_BITS) & COUNT_MAX,
	};

	if (word >> (START_BITS + COUNT_BITS) != owner_of(tag) ||
	    failures.start_ms - CLOCK_SKEW_MS > search->now_ms ||
	    failures.start_ms + search->window_ms <= search->now_ms)
		failures.count = 0;
	return failures;
}

static uint64_t
pack(uint64_t tag, const struct failures *failures)
{
	return owner_of(tag) << (START_BITS + COUNT_BITS) |
	    (uint64_t)failures->count << START_BITS |
	    ((uint64_t)failures->start_ms & (uint64_t)START_MAX);
}

/* The highest bits: the lowest are the same for all in a set. */
static uint64_t
owner_of(uint64_t tag)
{
	return tag >> (64 - OWNER_BITS);
}
