/* responders.h - which responders run, and how many they serve.
 *
 * A sum that each process adds to and takes from is wrong for good once one is
 * killed.  So each has a slot in which it says every second what is so, and
 * what was not said anew for a while counts for nothing.
 */
#ifndef SHARED_RESPONDERS_H
#define SHARED_RESPONDERS_H

#include <stdint.h>

struct shared;

/* How old the word of one who lives can be. */
enum { RESPONDER_ALIVE_MS = 10 * 1000 };

/* What a process keeps between its words; all zero at first. */
struct responder_place {
	uint64_t tag;
	unsigned int slot;
};

struct responders_sum {
	uint64_t responders;
	uint64_t connections;
	uint64_t waiters;
};

/*
 * Says what is so, to be called every second by one thread.  A process that
 * was silent for too long, or whose counters are another file now, takes
 * another slot.  When all are taken it is not counted.
 */
void responders_tell(struct shared *shared, struct responder_place *place,
    uint64_t connections, uint64_t waiters, int64_t now_ms);

/* It ends, and takes its word back. */
void responders_leave(struct shared *shared,
    const struct responder_place *place);

void responders_read(const struct shared *shared, int64_t now_ms,
    struct responders_sum *sum_out);

#endif
