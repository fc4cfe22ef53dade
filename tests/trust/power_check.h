/* power_check.h - whether a store has all that was acknowledged. */
#ifndef TESTS_TRUST_POWER_CHECK_H
#define TESTS_TRUST_POWER_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "power_log.h"

enum { POWER_EVENTS_MAX = 1 << 16 };

/* What the user was told so far.  Events are numbered by the user, who gives
 * each a queue of the id e-NUMBER. */
struct power_promises {
	bool is_init;
	uint64_t organizations;
	uint64_t api_keys;
	uint64_t events;	/* how many of them below are so */
	/* The same when the last backup was done; a restore asks for it. */
	uint64_t backup_events;
	uint8_t is_backed_up[POWER_EVENTS_MAX];
	uint8_t is_recorded[POWER_EVENTS_MAX];
};

void power_promises_take(struct power_promises *promises,
    const struct power_record *record);

/*
 * Opens the store, reads all, and holds it to the promises; is_written: then
 * records one event more and does so again.  A store that nobody was told is made may be missing or unfinished,
 * with words that say so; init has to make it.  false, with what is wrong on
 * stderr.
 */
bool power_check(const char *path, const struct power_promises *promises,
    bool is_written);

#endif
