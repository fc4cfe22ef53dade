/* map_ahead.h - pages of the data file, mapped before somebody reads them.
 *
 * The first touch of a page costs each process a fault, which is more than
 * all else that reading it takes.  Mapped for many pages at once, one costs a
 * hundredth of that.
 */
#ifndef STORE_MAP_AHEAD_H
#define STORE_MAP_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

struct store;

/* How far a round of it has come: all zeros begin a new one. */
struct map_ahead {
	uint64_t next_bytes;
	uint64_t free_bytes;	/* behind the last page: mapped to here */
};

/*
 * Maps the next slice of what the cache of files holds, and reads nothing
 * from the disk; and some of the room behind the last page, where the next
 * commits go.  Returns false when there is no more for now: then what is
 * added meanwhile comes next.  Errors are none of anybody's: whoever reads
 * such a page maps it.
 *
 * No other thread may close the store or follow its growth meanwhile.
 */
bool map_ahead_slice(struct store *store, struct map_ahead *ahead);

#endif
