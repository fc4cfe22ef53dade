/* load.c - whether the thread of a loop has time for more connections. */
#include "responder/load.h"

#include <sys/resource.h>
#include <sys/time.h>

#include "base/clock.h"

static int64_t in_us(struct timeval time);

void
load_look(struct load *load, int64_t now_ms)
{
	struct rusage usage;

	if (now_ms - load->since_ms < LOAD_MS ||
	    getrusage(RUSAGE_THREAD, &usage) != 0)
		return;
	load_measure(load, now_ms,
	    in_us(usage.ru_utime) + in_us(usage.ru_stime), usage.ru_majflt);
}

void
load_measure(struct load *load, int64_t now_ms, int64_t used_us,
    int64_t faults)
{
	int64_t passed_us = (now_ms - load->since_ms) * 1000;

	atomic_store(&load->is_busy, (used_us - load->used_us) * 100 >=
	    passed_us * LOAD_BUSY_PERCENT ||
	    faults - load->faults >= LOAD_BUSY_FAULTS);
	load->since_ms = now_ms;
	load->used_us = used_us;
	load->faults = faults;
}

bool
load_is_busy(const struct load *load)
{
	return atomic_load(&load->is_busy);
}

static int64_t
in_us(struct timeval time)
{
	return (int64_t)time.tv_sec * SECOND_MS * 1000 + time.tv_usec;
}
