/* last_used.c - when each API key was last used.
 *
 * A slot is several words, so a reader can meet it half written, by a writer
 * that is at it or was killed.  The tag is made from the id, and the reader
 * makes it again: an id of two halves, or another key's, does not fit.
 *
 * A slot is taken over in this order, each with release: the tag; no use; the
 * id; the use.  It is read with acquire: the tag, the id, the use, and the tag
 * once more.  Whoever reads the new id reads after that no use or the new one,
 * never the old; and whoever reads a use of a new owner then finds that the
 * tag is another one, and passes it over.
 *
 * A writer that held the slot when another took it over may mix the two ids,
 * or leave its own moment, which is now as well.  All of it is written again
 * with the next use, a second later.
 */
#include "shared/last_used.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "shared/mapping.h"

static_assert(LAST_USED_ID_WORDS * sizeof(uint64_t) >= EVENT_ID_LEN + 1,
    "an id fits");

enum { SLOT_COUNT = LAST_USED_SETS * SET_SLOTS };

static uint64_t tag_of(const struct mapping *mapping, const char *id);
static struct last_used_slot *find(struct mapping *mapping, uint64_t tag);
static struct last_used_slot *take_over(struct mapping *mapping,
    uint64_t tag);
static void write_use(struct last_used_slot *slot, const char *id,
    int64_t now_ms);
static bool read_use(const struct mapping *mapping,
    const struct last_used_slot *slot, int64_t now_ms, struct last_use *use);

void
last_used_touch(struct shared *shared, const char id[EVENT_ID_LEN + 1],
    int64_t now_ms)
{
	struct mapping *mapping = shared_mapping(shared);
	uint64_t tag = tag_of(mapping, id);
	struct last_used_slot *slot = find(mapping, tag);

	/* Most of the time this only reads, so that a line is not fought
	 * over by the cores.  A use of the future is overwritten. */
	if (slot != NULL) {
		int64_t used_ms = atomic_load_explicit(&slot->used_ms,
		    memory_order_relaxed);

		if (used_ms <= now_ms && used_ms > now_ms - SECOND_MS)
			return;
	} else {
		slot = take_over(mapping, tag);
	}
	if (slot != NULL)
		write_use(slot, id, now_ms);
}

int64_t
last_used_find(struct shared *shared, const char id[EVENT_ID_LEN + 1],
    int64_t now_ms)
{
	struct mapping *mapping = shared_mapping(shared);
	struct last_used_slot *slot = find(mapping, tag_of(mapping, id));
	struct last_use use;

	if (slot == NULL || !read_use(mapping, slot, now_ms, &use) ||
	    strcmp(use.id, id) != 0)
		return 0;
	return use.used_ms;
}

size_t
last_used_changed(struct shared *shared, int64_t now_ms, size_t *position,
    struct last_use *uses, size_t use_max)
{
	struct mapping *mapping = shared_mapping(shared);
	size_t use_count = 0;

	for (; *position < SLOT_COUNT && use_count < use_max; (*position)++) {
		struct last_used_slot *slot = &mapping->last_used
		    [*position / SET_SLOTS][*position % SET_SLOTS];

		if (read_use(mapping, slot, now_ms, &uses[use_count]) &&
		    uses[use_count].used_ms != atomic_load_explicit(
		    &slot->saved_ms, memory_order_relaxed))
			use_count++;
	}
	if (*position >= SLOT_COUNT)
		*position = 0;
	return use_count;
}

void
last_used_saved(struct shared *shared, const struct last_use *uses,
    size_t use_count)
{
	struct mapping *mapping = shared_mapping(shared);

	for (size_t i = 0; i < use_count; i++) {
		struct last_used_slot *slot = find(mapping,
		    tag_of(mapping, uses[i].id));

		if (slot != NULL)
			atomic_store_explicit(&slot->saved_ms,
			    uses[i].used_ms, memory_order_relaxed);
	}
}

static uint64_t
tag_of(const struct mapping *mapping, const char *id)
{
	return tag_make(mapping->header.seed, id, EVENT_ID_LEN);
}

static struct last_used_slot *
find(struct mapping *mapping, uint64_t tag)
{
	struct last_used_slot *set = mapping->last_used[tag % LAST_USED_SETS];

	for (size_t i = 0; i < SET_SLOTS; i++)
		if (atomic_load_explicit(&set[i].tag,
		    memory_order_acquire) == tag)
			return &set[i];
	return NULL;
}

/* NULL when another thread was faster: the next use is another chance. */
static struct last_used_slot *
take_over(struct mapping *mapping, uint64_t tag)
{
	struct last_used_slot *set = mapping->last_used[tag % LAST_USED_SETS];
	struct last_used_slot *least = NULL;
	bool is_least_saved = false;
	int64_t least_ms = 0;
	uint64_t least_tag = 0;

	for (size_t i = 0; i < SET_SLOTS; i++) {
		uint64_t found = atomic_load_explicit(&set[i].tag,
		    memory_order_relaxed);
		int64_t used_ms = atomic_load_explicit(&set[i].used_ms,
		    memory_order_relaxed);
		bool is_saved = found == 0 || used_ms == atomic_load_explicit(
		    &set[i].saved_ms, memory_order_relaxed);

		if (found == 0)
			used_ms = 0;
		if (least != NULL && (is_saved != is_least_saved ?
		    is_least_saved : used_ms >= least_ms))
			continue;
		least = &set[i];
		is_least_saved = is_saved;
		least_ms = used_ms;
		least_tag = found;
	}
	if (!atomic_compare_exchange_strong_explicit(&least->tag, &least_tag,
	    tag, memory_order_acq_rel, memory_order_relaxed))
		return NULL;
	atomic_store_explicit(&least->saved_ms, 0, memory_order_release);
	atomic_store_explicit(&least->used_ms, 0, memory_order_release);
	return least;
}

static void
write_use(struct last_used_slot *slot, const char *id, int64_t now_ms)
{
	uint64_t words[LAST_USED_ID_WORDS] = { 0 };

	memcpy(words, id, EVENT_ID_LEN);
	for (size_t i = 0; i < LAST_USED_ID_WORDS; i++)
		atomic_store_explicit(&slot->id[i], words[i],
		    memory_order_release);
	atomic_store_explicit(&slot->used_ms, now_ms, memory_order_release);
}

/* Says whether the slot holds a whole use of the past. */
static bool
read_use(const struct mapping *mapping, const struct last_used_slot *slot,
    int64_t now_ms, struct last_use *use)
{
	uint64_t tag = atomic_load_explicit(&slot->tag, memory_order_acquire);
	uint64_t words[LAST_USED_ID_WORDS];

	if (tag == 0)
		return false;
	for (size_t i = 0; i < LAST_USED_ID_WORDS; i++)
		words[i] = atomic_load_explicit(&slot->id[i],
		    memory_order_acquire);
	memcpy(use->id, words, EVENT_ID_LEN);
	use->id[EVENT_ID_LEN] = '\0';
	use->used_ms = atomic_load_explicit(&slot->used_ms,
	    memory_order_acquire);
	return tag_of(mapping, use->id) == tag &&
	    text_is_of(use->id, EVENT_ID_LEN, CLASS_ALNUM |
	    CLASS_DASH | CLASS_UNDERSCORE) &&
	    use->used_ms > 0 && use->used_ms - CLOCK_SKEW_MS <= now_ms &&
	    atomic_load_explicit(&slot->tag, memory_order_relaxed) == tag;
}
