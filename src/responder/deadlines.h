/* deadlines.h - who must be done by when.
 *
 * All of one kind have the same time, so each kind is a list in the order of
 * their ends: setting, dropping and looking cost the same for any number.
 */
#ifndef RESPONDER_DEADLINES_H
#define RESPONDER_DEADLINES_H

#include <stdint.h>

enum deadline_kind {
	DEADLINE_ARRIVE,	/* of a request, whole, after its first byte */
	DEADLINE_TAKE,		/* of each 64 KiB of an answer, by the server */
	DEADLINE_IDLE,		/* of a kept connection, three times as long */
	/* It waits for its turn, or is parked, with a time of its own. */
	DEADLINE_NEVER,
	DEADLINE_KINDS
};

/* Embedded in what must be done; zeroed while it is not set. */
struct deadline {
	struct deadline *next;
	struct deadline *previous;
	int64_t at_ms;
};

struct deadlines {
	struct deadline lists[DEADLINE_KINDS];
	int64_t lengths_ms[DEADLINE_KINDS];
};

void deadlines_init(struct deadlines *deadlines, int64_t timeout_ms);

/* Sets it anew, whatever it was.  Times are clock_steady_ms. */
void deadline_set(struct deadlines *deadlines, struct deadline *deadline,
    enum deadline_kind kind, int64_t now_ms);
void deadline_drop(struct deadline *deadline);

/* The one of that kind that was set longest ago; NULL when there is none. */
struct deadline *deadlines_first(struct deadlines *deadlines,
    enum deadline_kind kind);

/* One that has passed; NULL when there is none. */
struct deadline *deadlines_passed(struct deadlines *deadlines,
    int64_t now_ms);

/* Milliseconds until the next passes, at most max_ms. */
int deadlines_wait_ms(struct deadlines *deadlines, int64_t now_ms,
    int max_ms);

#endif
