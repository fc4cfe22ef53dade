/* random_id.c - ids: random ones, and those that sort in commit order. */
#include "model/random_id.h"

#include <assert.h>
#include <endian.h>
#include <sodium.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "model/sodium_ready.h"

enum {
	COUNTER_LEN = 4,
	FIRST_COUNT = 62,
	SYMBOL_BITS = 6,
	HASH_BYTES = 32		/* of an origin */
};

/*
 * Random bytes are drawn for many ids at once, by libsodium's generator from
 * a seed that the kernel gives: a system call for each would be a tenth of the
 * time that a small answer takes.  A process that forks after that must exec,
 * or it draws the same ids.
 */
enum { POOL_BYTES = 4096 };
static _Thread_local unsigned char pool[POOL_BYTES];
static _Thread_local size_t pool_left;

/* Both in the order of their bytes, so that ids sort as their counters. */
static const char firsts[] = TEXT_DIGITS TEXT_UPPER TEXT_LOWER;
static const char symbols[] = "-" TEXT_DIGITS TEXT_UPPER "_" TEXT_LOWER;
static_assert(sizeof(firsts) - 1 == FIRST_COUNT, "letters and digits");
static_assert(sizeof(symbols) - 1 == 1 << SYMBOL_BITS, "six bits each");
static_assert(HASH_BYTES >= EVENT_ID_LEN - COUNTER_LEN,
    "a byte for each character");

static unsigned int draw_six_bits(void);
static void fill_pool(void);
static void fill(char *text, size_t text_len);
static void write_counter(uint32_t counter, char *text);
static void hash_origin(const struct event_origin *origin,
    uint8_t hash[HASH_BYTES]);

void
random_id(char id[EVENT_ID_LEN + 1])
{
	unsigned int first;

	/* Drawn again when it is beyond them: each is as likely. */
	do
		first = draw_six_bits();
	while (first >= FIRST_COUNT);
	id[0] = firsts[first];
	fill(id + 1, EVENT_ID_LEN - 1);
	id[EVENT_ID_LEN] = '\0';
}

/* 64 symbols divide a random byte evenly. */
static unsigned int
draw_six_bits(void)
{
	if (pool_left == 0) {
		fill_pool();
	}
	return pool[--pool_left] & 63;
}

static void
fill_pool(void)
{
	unsigned char seed[randombytes_SEEDBYTES];

	sodium_ready();
	randombytes_buf(seed, sizeof(seed));
	randombytes_buf_deterministic(pool, sizeof(pool), seed);
	pool_left = sizeof(pool);
}

static void
fill(char *text, size_t text_len)
{
	for (size_t i = 0; i < text_len; i++)
		text[i] = symbols[draw_six_bits()];
}

void
event_id_make(uint32_t counter, char id[EVENT_ID_LEN + 1])
{
	write_counter(counter, id);
	fill(id + COUNTER_LEN, EVENT_ID_LEN - COUNTER_LEN);
	id[EVENT_ID_LEN] = '\0';
}

void
event_id_derive(const struct event_origin *origin, uint32_t counter,
    char id[EVENT_ID_LEN + 1])
{
	uint8_t hash[HASH_BYTES];

	hash_origin(origin, hash);
	write_counter(counter, id);
	for (size_t i = COUNTER_LEN; i < EVENT_ID_LEN; i++)
		id[i] = symbols[hash[i - COUNTER_LEN] & 63];
	id[EVENT_ID_LEN] = '\0';
}

static void
write_counter(uint32_t counter, char *text)
{
	assert(counter < EVENT_COUNTER_MAX);
	text[0] = firsts[counter >> 3 * SYMBOL_BITS];
	text[1] = symbols[counter >> 2 * SYMBOL_BITS & 63];
	text[2] = symbols[counter >> SYMBOL_BITS & 63];
	text[3] = symbols[counter & 63];
}

static void
hash_origin(const struct event_origin *origin, uint8_t hash[HASH_BYTES])
{
	const struct {
		uint64_t sequence;
		uint32_t index;
	} __attribute__((packed)) place = {
		.sequence = htobe64(origin->sequence),
		.index = htobe32(origin->index),
	};

	sodium_ready();
	/* It fails for lengths of digest and key only. */
	(void)crypto_generichash(hash, HASH_BYTES, (const uint8_t *)&place,
	    sizeof(place), origin->key, sizeof(origin->key));
}
