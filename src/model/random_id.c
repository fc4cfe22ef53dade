/* random_id.c - ids: random ones, and those that sort in commit order. */
#include "model/random_id.h"

#include <assert.h>
#include <sodium.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "model/sodium_ready.h"

enum { COUNTER_LEN = 4, FIRST_COUNT = 62, SYMBOL_BITS = 6 };

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

static unsigned int draw_six_bits(void);
static void fill_pool(void);
static void fill(char *text, size_t text_len);

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
	assert(counter < EVENT_COUNTER_MAX);
	id[0] = firsts[counter >> 3 * SYMBOL_BITS];
	id[1] = symbols[counter >> 2 * SYMBOL_BITS & 63];
	id[2] = symbols[counter >> SYMBOL_BITS & 63];
	id[3] = symbols[counter & 63];
	fill(id + COUNTER_LEN, EVENT_ID_LEN - COUNTER_LEN);
	id[EVENT_ID_LEN] = '\0';
}
