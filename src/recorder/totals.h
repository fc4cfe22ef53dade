/* totals.h - what a recorder did since it began, told when it stops. */
#ifndef RECORDER_TOTALS_H
#define RECORDER_TOTALS_H

#include <stdint.h>

struct totals {
	uint64_t requests;
	uint64_t recorded;	/* of them */
	uint64_t events;
	uint64_t pruned;
	uint64_t commits;
};

void totals_add(struct totals *totals, const struct totals *more);

/* Logs them, with what was pruned beside commits of events. */
void totals_log(const struct totals *totals, const char *store_path,
    uint64_t pruned);

#endif
