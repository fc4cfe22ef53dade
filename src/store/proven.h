/* proven.h - what was found to be true in one state of the store, where it
 * stays true: leaves that the pages above lead to, keys of blocks whose
 * checksums are right, and what is the next record behind a gap.
 */
#ifndef STORE_PROVEN_H
#define STORE_PROVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/category.h"
#include "store/block.h"
#include "store/neighbours.h"

enum { PROVEN_LEAVES_MAX = 64, PROVEN_KEYS_MAX = 8 };

/* All zero: nothing.  Once full, what comes takes the place of another. */
struct proven {
	size_t txn_number;
	const uint8_t *leaves[PROVEN_LEAVES_MAX];
	struct {
		const uint8_t *place;
		uint8_t bytes[BLOCK_KEY_BYTES];
	} keys[PROVEN_KEYS_MAX];
	unsigned int next_key;
	struct {
		bool is_known;
		bool is_above;
		const uint8_t *found;
		uint8_t key[BLOCK_KEY_BYTES];
	} gaps[CATEGORY_COUNT];
};

/* What was proven in another state counts no more. */
void proven_begin(struct proven *proven, size_t txn_number);

bool proven_has_leaf(const struct proven *proven, const uint8_t *leaf);
void proven_add_leaf(struct proven *proven, const uint8_t *leaf);

/* By where it lies in the map, and what it was there. */
bool proven_has_key(const struct proven *proven, const uint8_t *key);
void proven_add_key(struct proven *proven, const uint8_t *key);

/* The last of each category, which holds for larger gaps as well. */
bool proven_has_next(const struct proven *proven, enum category category,
    struct gap gap, const uint8_t *found);
void proven_add_next(struct proven *proven, enum category category,
    struct gap gap, const uint8_t *found);

#endif
