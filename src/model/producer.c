/* producer.c - who sends messages, and which of them came already. */
#include "model/producer.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "model/sodium_ready.h"

enum { BITS_OFFSET = 8 + 8 + 8 };

static void move(struct producer_window *window, uint64_t number);
static uint8_t *byte_of(struct producer_window *window, uint64_t number);
static uint8_t bit_of(uint64_t number);

void
producer_make(struct producer *producer)
{
	sodium_ready();
	randombytes_buf(producer->bytes, sizeof(producer->bytes));
}

bool
producer_is(const struct producer *a, const struct producer *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
producer_window_take(struct producer_window *window, uint64_t number,
    int64_t now_ms)
{
	if (producer_window_is_over(window, now_ms))
		*window = (struct producer_window){ 0 };
	if (number == 0 || (window->highest >= PRODUCER_WINDOW &&
	    number <= window->highest - PRODUCER_WINDOW))
		return false;
	window->last_ms = now_ms;
	if (number > window->highest)
		move(window, number);
	if ((*byte_of(window, number) & bit_of(number)) != 0)
		return false;
	*byte_of(window, number) |= bit_of(number);
	window->count++;
	return true;
}

bool
producer_window_has(const struct producer_window *window, uint64_t number)
{
	if (number > window->highest)
		return false;
	return window->highest - number >= PRODUCER_WINDOW ||
	    (window->bits[number % PRODUCER_WINDOW / 8] & bit_of(number)) !=
	    0;
}

bool
producer_window_is_over(const struct producer_window *window, int64_t now_ms)
{
	return window->last_ms <= now_ms - PRODUCER_MS;
}

size_t
producer_window_write(const struct producer_window *window,
    uint8_t bytes[PRODUCER_WINDOW_BYTES_MAX])
{
	uint64_t last_ms = htole64((uint64_t)window->last_ms);
	uint64_t highest = htole64(window->highest);
	uint64_t count = htole64(window->count);
	size_t len = PRODUCER_BITS_BYTES;

	while (len > 0 && window->bits[len - 1] == 0)
		len--;
	memcpy(bytes, &last_ms, sizeof(last_ms));
	memcpy(bytes + 8, &highest, sizeof(highest));
	memcpy(bytes + 16, &count, sizeof(count));
	memcpy(bytes + BITS_OFFSET, window->bits, len);
	return BITS_OFFSET + len;
}

bool
producer_window_read(const uint8_t *bytes, size_t len,
    struct producer_window *window)
{
	uint64_t last_ms;
	uint64_t highest;
	uint64_t count;

	*window = (struct producer_window){ 0 };
	if (len < BITS_OFFSET || len > PRODUCER_WINDOW_BYTES_MAX)
		return false;
	memcpy(&last_ms, bytes, sizeof(last_ms));
	memcpy(&highest, bytes + 8, sizeof(highest));
	memcpy(&count, bytes + 16, sizeof(count));
	memcpy(window->bits, bytes + BITS_OFFSET, len - BITS_OFFSET);
	window->last_ms = (int64_t)le64toh(last_ms);
	window->highest = le64toh(highest);
	window->count = le64toh(count);
	return true;
}

/* The numbers between are those of messages that may still come. */
static void
move(struct producer_window *window, uint64_t number)
{
	if (number - window->highest >= PRODUCER_WINDOW)
		memset(window->bits, 0, sizeof(window->bits));
	else
		for (uint64_t i = number - window->highest; i > 0; i--)
			*byte_of(window, number - i + 1) &=
			    (uint8_t)~bit_of(number - i + 1);
	window->highest = number;
}

static uint8_t *
byte_of(struct producer_window *window, uint64_t number)
{
	return &window->bits[number % PRODUCER_WINDOW / 8];
}

static uint8_t
bit_of(uint64_t number)
{
	return (uint8_t)(1U << number % 8);
}
