/* totals.c - what a recorder did since it began. */
#include "recorder/totals.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"

enum { NUMBER_SIZE = 24 };

void
totals_add(struct totals *totals, const struct totals *more)
{
	totals->requests += more->requests;
	totals->recorded += more->recorded;
	totals->events += more->events;
	totals->pruned += more->pruned;
	totals->commits += more->commits;
}

void
totals_log(const struct totals *totals, const char *store_path,
    uint64_t pruned)
{
	char requests[NUMBER_SIZE];
	char recorded[NUMBER_SIZE];
	char events[NUMBER_SIZE];
	char commits[NUMBER_SIZE];
	char all_pruned[NUMBER_SIZE];

	snprintf(requests, NUMBER_SIZE, "%" PRIu64, totals->requests);
	snprintf(recorded, NUMBER_SIZE, "%" PRIu64, totals->recorded);
	snprintf(events, NUMBER_SIZE, "%" PRIu64, totals->events);
	snprintf(commits, NUMBER_SIZE, "%" PRIu64, totals->commits);
	snprintf(all_pruned, NUMBER_SIZE, "%" PRIu64,
	    totals->pruned + pruned);
	log_fact(LEVEL_NOTICE, "the recorder stops", "store", store_path,
	    "requests", requests, "recorded", recorded, "events", events,
	    "commits", commits, "pruned", all_pruned, NULL);
}
