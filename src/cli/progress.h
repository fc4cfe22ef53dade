/* progress.h - how far a long work is, on a terminal.
 *
 * A line on stderr when that is a terminal, from one second of work on:
 * done, rate and, when the size is known, a bar and the time left.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *unit;	/* borrowed: "events" */
	int64_t began_ms;
	int64_t shown_ms;
	bool is_wanted;
	bool is_shown;
};

void progress_begin(struct progress *progress, const char *unit);

/*
 * count is of the unit; done of all is how far it is, in any measure; all is
 * 0 when that is not known.  Draws a few times a second at most.
 */
void progress_show(struct progress *progress, uint64_t count, uint64_t done,
    uint64_t all);

/* Takes the line away, before anything else is written and at the end. */
void progress_hide(struct progress *progress);

/* Takes away the line that another process may have left. */
void progress_wipe(void);

#endif
