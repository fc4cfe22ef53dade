/* load.h - whether the thread of a loop has time for more connections. */
#ifndef RESPONDER_LOAD_H
#define RESPONDER_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	/* How long a look back goes, at least. */
	LOAD_MS = 100,
	/* Of that, as processor time: a thread works that much and more when
	 * it is busy. */
	LOAD_BUSY_PERCENT = 50,
	/* So is one that waited for the disk this often. */
	LOAD_BUSY_FAULTS = 5
};

/* All zero, it is not busy. */
struct load {
	int64_t since_ms;
	int64_t used_us;	/* until then */
	int64_t faults;
	atomic_bool is_busy;
};

/* The loop's thread calls it in each round, and the system is asked once in
 * LOAD_MS. */
void load_look(struct load *load, int64_t now_ms);

/* What the system would say: processor time and major faults of the thread,
 * from its start to now_ms. */
void load_measure(struct load *load, int64_t now_ms, int64_t used_us,
    int64_t faults);

/* Any thread may ask. */
bool load_is_busy(const struct load *load);

#endif
