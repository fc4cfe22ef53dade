/* proven.c - what was found to be true in one state of the store. */
#include "store/proven.h"

#include <string.h>

/* Pages are as large at least. */
enum { LEAF_SHIFT = 12 };

static size_t slot_of(const uint8_t *leaf);

void
proven_begin(struct proven *proven, size_t txn_number)
{
	if (proven->txn_number == txn_number)
		return;
	memset(proven, 0, sizeof(*proven));
	proven->txn_number = txn_number;
}

bool
proven_has_leaf(const struct proven *proven, const uint8_t *leaf)
{
	return proven->leaves[slot_of(leaf)] == leaf;
}

void
proven_add_leaf(struct proven *proven, const uint8_t *leaf)
{
	proven->leaves[slot_of(leaf)] = leaf;
}

bool
proven_has_key(const struct proven *proven, const uint8_t *key)
{
	for (size_t i = 0; i < PROVEN_KEYS_MAX; i++)
		if (proven->keys[i].place == key)
			return memcmp(proven->keys[i].bytes, key,
			    BLOCK_KEY_BYTES) == 0;
	return false;
}

void
proven_add_key(struct proven *proven, const uint8_t *key)
{
	unsigned int slot = proven->next_key++ % PROVEN_KEYS_MAX;

	proven->keys[slot].place = key;
	memcpy(proven->keys[slot].bytes, key, BLOCK_KEY_BYTES);
}

/* What is next behind one gap is next behind each that begins later. */
bool
proven_has_next(const struct proven *proven, enum category category,
    struct gap gap, const uint8_t *found)
{
	int order;

	if (!proven->gaps[category].is_known ||
	    proven->gaps[category].found != found)
		return false;
	order = memcmp(gap.key, proven->gaps[category].key, BLOCK_KEY_BYTES);
	return order > 0 || (order == 0 &&
	    gap.is_above == proven->gaps[category].is_above);
}

void
proven_add_next(struct proven *proven, enum category category,
    struct gap gap, const uint8_t *found)
{
	proven->gaps[category].is_known = true;
	proven->gaps[category].is_above = gap.is_above;
	proven->gaps[category].found = found;
	memcpy(proven->gaps[category].key, gap.key, BLOCK_KEY_BYTES);
}

static size_t
slot_of(const uint8_t *leaf)
{
	return ((uintptr_t)leaf >> LEAF_SHIFT) % PROVEN_LEAVES_MAX;
}
