/* stuck.h - event loops that do not come round any more. */
#ifndef RESPONDER_STUCK_H
#define RESPONDER_STUCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looks, a second apart.  A round takes milliseconds; one that waits for a
 * disk may take seconds. */
enum { STUCK_LOOKS_MAX = 60, STUCK_LOOPS_MAX = 64 };

struct stuck {
	uint64_t rounds[STUCK_LOOPS_MAX];
	unsigned int looks[STUCK_LOOPS_MAX];
};

/*
 * To be called once a second with loop's count of rounds, odd while it is in
 * one.  Whether it has been in the same one for STUCK_LOOKS_MAX looks.  Looks
 * are counted, not time: when the whole process was stopped, or the machine
 * slept, nobody looked either.
 */
bool stuck_look(struct stuck *stuck, size_t loop, uint64_t rounds);

#endif
