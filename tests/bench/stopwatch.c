/* stopwatch.c - times that were measured, and what they say together. */
#include "stopwatch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES_MAX = 16 * 1024 * 1024, US_PER_S = 1000000, NS_PER_US = 1000 };

static int compare(const void *left, const void *right);

void
stopwatch_init(struct stopwatch *stopwatch)
{
	*stopwatch = (struct stopwatch){
		.times_us = malloc(TIMES_MAX * sizeof(uint32_t)),
	};
	if (stopwatch->times_us == NULL)
		fail("stopwatch");
}

void
stopwatch_clear(struct stopwatch *stopwatch)
{
	free(stopwatch->times_us);
}

void
stopwatch_add(struct stopwatch *stopwatch, int64_t time_us)
{
	if (stopwatch->count == TIMES_MAX)
		return;
	if (time_us < 0)
		time_us = 0;
	stopwatch->times_us[stopwatch->count++] =
	    time_us > UINT32_MAX ? UINT32_MAX : (uint32_t)time_us;
}

void
stopwatch_print(struct stopwatch *stopwatch, double seconds)
{
	uint32_t *times_us = stopwatch->times_us;
	size_t count = stopwatch->count;

	if (count == 0)
		fail("no answer came");
	qsort(times_us, count, sizeof(times_us[0]), compare);
	printf("{\"count\":%zu,\"bad\":%zu,\"seconds\":%.3f,"
	    "\"median_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n",
	    count, stopwatch->bad_count, seconds, times_us[count / 2],
	    times_us[count - 1 - count / 100], times_us[count - 1]);
	fflush(stdout);
	stopwatch->count = 0;
	stopwatch->bad_count = 0;
}

static int
compare(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

int64_t
clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

void
fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}
