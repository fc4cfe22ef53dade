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

#endif
