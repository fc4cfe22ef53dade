/* wake.h - the file that a commit touches, and those who watch it.
 *
 * Whoever waits for news keeps this order, and misses nothing: first watch,
 * then announce it (shared/waiters.h), then look in a read that begins after
 * that, then sleep.
 *
 * There is no limit to how often a commit touches the file, so no touch is
 * owed when a process ends.  Those who watch set the pace instead: a wake that
 * was not read yet swallows the next ones, so who leaves it unread for
 * WAKE_PAUSE_MS after a look is woken that often at most.
 */
#ifndef STORE_WAKE_H
#define STORE_WAKE_H

#include <stdbool.h>

#include "base/error.h"

struct wake_watch;

/* In the store's directory.  It is empty: its times are the news. */
#define WAKE_FILE "wake"

enum { WAKE_PAUSE_MS = 5 };

/*
 * Wakes all who watch this directory's file; makes it where it is missing.
 * It is found by its name each time, so this is never the file that another
 * one took the place of.  ERR_IO with errno set.
 */
enum error wake_touch(const char *directory);

/*
 * Begins to watch.  directory is copied, and need not be there yet.
 * ERR_NO_MEMORY.  ERR_IO, logged here: the system gives no more watches to
 * this user; then it is good for nothing but to look once a second.
 */
enum error wake_watch_new(const char *directory,
    struct wake_watch **watch_out);
void wake_watch_free(struct wake_watch *watch);

/* For poll and the like: readable when there may be news.  It stays the same
 * for the life of the watch, and stays readable until wake_watch_take. */
int wake_watch_fd(const struct wake_watch *watch);

/*
 * Takes the wakes that came; waits for nothing.  Whether there was one, or
 * something else after which to look: the file, or the directory, was made,
 * removed or replaced, which is followed here.
 */
bool wake_watch_take(struct wake_watch *watch);

/*
 * Follows what no watch tells, such as a directory above that was replaced:
 * to be called every second or so.  Whether anything had changed; then look.
 * Costs two short system calls.
 */
bool wake_watch_renew(struct wake_watch *watch);

#endif
