/* waiting.h - those of one loop who wait for news, and whose turn it is.
 *
 * A waiter is due when there is news, or when its own time has come.  Those
 * who are due are taken one by one, so that a loop can do other work between
 * them however many they are.
 */
#ifndef RESPONDER_WAITING_H
#define RESPONDER_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Embedded in what waits; zeroed while it does not. */
struct waiter {
	struct waiter *next;
	struct waiter *previous;
	int64_t due_at_ms;
	size_t place;		/* in by_time */
};

struct waiting {
	struct waiter idle;	/* lists, of which these are the heads */
	struct waiter due;
	/* All of them, as a heap of which the first is due first. */
	struct waiter **by_time;
	size_t count;
	size_t size;
};

void waiting_init(struct waiting *waiting);
/* Nobody waits any more. */
void waiting_clear(struct waiting *waiting);

/*
 * Lets one wait that does not: until there is news, or due_at_ms, or not at
 * all when is_due.  Times are clock_steady_ms.  ERR_NO_MEMORY.
 */
enum error waiting_add(struct waiting *waiting, struct waiter *waiter,
    int64_t due_at_ms, bool is_due);

/* One that does not wait is left alone. */
void waiting_remove(struct waiting *waiting, struct waiter *waiter);

/* There is news: all are due. */
void waiting_call(struct waiting *waiting);

/* Takes out one that is due, of those who were called the one that was called
 * first; NULL when none is. */
struct waiter *waiting_take(struct waiting *waiting, int64_t now_ms);

/* When the next is due: 0 for now, INT64_MAX for none. */
int64_t waiting_wake_ms(const struct waiting *waiting);

#endif
