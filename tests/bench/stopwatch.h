/* stopwatch.h - times that were measured, and what they say together. */
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct stopwatch {
	uint32_t *times_us;
	size_t count;
	size_t bad_count;	/* told along with the times */
};

void stopwatch_init(struct stopwatch *stopwatch);
void stopwatch_clear(struct stopwatch *stopwatch);

void stopwatch_add(struct stopwatch *stopwatch, int64_t time_us);

/* Prints one line of JSON and forgets the times. */
void stopwatch_print(struct stopwatch *stopwatch, double seconds);

int64_t clock_us(clockid_t clock);

/* Ends the program, with errno's text. */
_Noreturn void fail(const char *what);

#endif
