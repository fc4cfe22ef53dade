/* waiters.h - whether anybody waits for news.
 *
 * A commit has to wake those who wait, which costs more than a look here; most
 * of the time nobody does.
 */
#ifndef SHARED_WAITERS_H
#define SHARED_WAITERS_H

#include <stdbool.h>
#include <stdint.h>

struct shared;

/* The furthest that waiters_announce may look ahead. */
enum { WAITERS_AHEAD_MS_MAX = 2 * 60 * 1000 };

/*
 * Somebody waits until until_ms, at most WAITERS_AHEAD_MS_MAX from now_ms;
 * announce it anew before that, and every few seconds, so that a clock that
 * is set forward costs no more than that.  Never fails to be seen when the
 * order is kept: first watch the wake file, then announce, then look for news
 * in a read that begins after this, then sleep.
 */
void waiters_announce(struct shared *shared, int64_t until_ms,
    int64_t now_ms);

/*
 * Whether somebody is to be woken.  To be asked after the commit: then either
 * this sees the announcement, or the announcer's look for news sees the
 * commit.
 */
bool waiters_are_there(struct shared *shared, int64_t now_ms);

#endif
