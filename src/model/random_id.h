/* random_id.h - ids: random ones, and those that sort in commit order. */
#ifndef MODEL_RANDOM_ID_H
#define MODEL_RANDOM_ID_H

#include <stdint.h>

#include "model/limits.h"

/* 21 random characters of [A-Za-z0-9_-], the first a letter or digit. */
void random_id(char id[EVENT_ID_LEN + 1]);

/* Events of one organization in one millisecond, 62 * 64^3. */
#define EVENT_COUNTER_MAX UINT32_C(16252928)

/*
 * An event's id: four characters of counter, in the order of their bytes,
 * then 17 random ones.  counter is below EVENT_COUNTER_MAX; ids of greater
 * counters are greater.
 */
void event_id_make(uint32_t counter, char id[EVENT_ID_LEN + 1]);

enum { EVENT_ORIGIN_KEY_BYTES = 32 };

/* Where an event came from that several machines record alike. */
struct event_origin {
	uint8_t key[EVENT_ORIGIN_KEY_BYTES];	/* the machines' own secret */
	uint64_t sequence;	/* of its message */
	uint32_t index;		/* among the events of that message */
};

/*
 * The same with 17 characters that follow from the origin, so that every
 * machine makes the same id: who does not know the key can neither tell the
 * sequence from it nor guess the id of another event.
 */
void event_id_derive(const struct event_origin *origin, uint32_t counter,
    char id[EVENT_ID_LEN + 1]);

#endif
