/* tag.c - 64 bits that stand for some bytes, to whoever has the seed. */
#include "model/tag.h"

#include <assert.h>
#include <sodium.h>

#include "model/sodium_ready.h"

static_assert(crypto_shorthash_KEYBYTES == TAG_SEED_BYTES, "SipHash's key");
static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "SipHash's result");
static_assert(crypto_shorthash_siphashx24_KEYBYTES == TAG_SEED_BYTES,
    "the key of SipHash's wider form");
static_assert(crypto_shorthash_siphashx24_BYTES == sizeof(struct mark),
    "its result");

void
tag_seed_make(uint8_t seed[TAG_SEED_BYTES])
{
	sodium_ready();
	randombytes_buf(seed, TAG_SEED_BYTES);
}

uint64_t
tag_make(const uint8_t seed[TAG_SEED_BYTES], const void *bytes, size_t len)
{
	uint64_t tag;

	/* It needs no sodium_ready: it neither allocates nor draws. */
	crypto_shorthash((uint8_t *)&tag, bytes, len, seed);
	return tag == 0 ? 1 : tag;
}

struct mark
mark_make(const uint8_t seed[TAG_SEED_BYTES], const void *bytes, size_t len)
{
	struct mark mark;

	crypto_shorthash_siphashx24((uint8_t *)&mark, bytes, len, seed);
	return mark;
}
