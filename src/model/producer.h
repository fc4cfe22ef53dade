/* producer.h - who sends messages, and which of them came already.
 *
 * A message whose acknowledgement was lost is sent again, and may be in the
 * log twice.  A producer numbers its messages, and sends none that is
 * PRODUCER_WINDOW or more ahead of one that is not decided yet; so the highest
 * number and a bit for each of those below it tell all (the anti-replay window
 * of RFC 4303, 3.4.3).
 */
#ifndef MODEL_PRODUCER_H
#define MODEL_PRODUCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* How long a producer that sends nothing is remembered: far longer than a
 * copy of a message can be on its way. */
enum { PRODUCER_MS = HOUR_MS };

enum {
	PRODUCER_BYTES = 8,
	PRODUCER_WINDOW = 2048,
	PRODUCER_BITS_BYTES = PRODUCER_WINDOW / 8,
	PRODUCER_WINDOW_BYTES_MAX = 8 + 8 + 8 + PRODUCER_BITS_BYTES
};

/* A process that sends messages; random, so that each is another one. */
struct producer {
	uint8_t bytes[PRODUCER_BYTES];
};

struct producer_window {
	int64_t last_ms;	/* of the log, when the last message came */
	uint64_t highest;	/* number; 0: none came */
	uint64_t count;		/* of all that came, each once */
	/* Bit number % PRODUCER_WINDOW is whether it came. */
	uint8_t bits[PRODUCER_BITS_BYTES];
};

void producer_make(struct producer *producer_out);
bool producer_is(const struct producer *a, const struct producer *b);

/* False: the message came before, or is so old that nobody waits for it.  Time
 * never goes back. */
bool producer_window_take(struct producer_window *window, uint64_t number,
    int64_t now_ms);

/* Whether the message came, or is so old that nobody waits for it. */
bool producer_window_has(const struct producer_window *window,
    uint64_t number);

bool producer_window_is_over(const struct producer_window *window,
    int64_t now_ms);

/* Returns how many bytes it wrote: bits that are all zero are left out. */
size_t producer_window_write(const struct producer_window *window,
    uint8_t bytes[PRODUCER_WINDOW_BYTES_MAX]);
bool producer_window_read(const uint8_t *bytes, size_t len,
    struct producer_window *window_out);

#endif
