/* twins.h - imported events that contradict what is stored already. */
#ifndef CLI_TWINS_H
#define CLI_TWINS_H

#include <stdint.h>

#include "cli/slice.h"

struct store;

struct twins {
	struct store *store;	/* borrowed */
	uint32_t organization;
};

#define TWIN_REASON "stored_at and id: another event has them already"

/* arg is a struct twins.  Refuses a draft when the store has another event
 * with its stored_at and id. */
slice_check twins_check;

#endif
