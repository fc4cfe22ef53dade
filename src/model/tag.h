/* tag.h - 64 bits that stand for some bytes, to whoever has the seed. */
#ifndef MODEL_TAG_H
#define MODEL_TAG_H

#include <stddef.h>
#include <stdint.h>

enum { TAG_SEED_BYTES = 16 };

/* Random bytes. */
void tag_seed_make(uint8_t seed[TAG_SEED_BYTES]);

/*
 * SipHash-2-4 of the bytes, keyed with the seed, never 0.  Without the seed
 * nobody can choose bytes whose tags are alike, or tell the bytes from a tag.
 */
uint64_t tag_make(const uint8_t seed[TAG_SEED_BYTES], const void *bytes,
    size_t len);

/* 128 bits of the same kind: texts that have the same mark are the same, as
 * surely as nobody finds the seed. */
struct mark {
	uint64_t words[2];
};

struct mark mark_make(const uint8_t seed[TAG_SEED_BYTES], const void *bytes,
    size_t len);

#endif
