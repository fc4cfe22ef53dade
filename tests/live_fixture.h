/* live_fixture.h - stores that come, go and are replaced, to be followed. */
#ifndef TESTS_LIVE_FIXTURE_H
#define TESTS_LIVE_FIXTURE_H

#include <stdint.h>

#include "base/error.h"
#include "store/live_store.h"

enum { LIVE_SMALL_MAP_BYTES = 1 << 20 };

struct live_filling {
	const char *path;
	const char *name;
	int64_t map_bytes;
	int events;
};

/* Makes the store if it is not there, and in it an organization of that name
 * with events.  Opened twice in one process, a store would lose its locks:
 * the first is for a process of its own (arg is a struct live_filling), the
 * second makes one. */
void live_fixture_fill_here(void *arg);
void live_fixture_fill(const char *path, const char *name, int64_t map_bytes,
    int events);

/* To be freed by live_store_free. */
struct live_store *live_fixture_new(const char *path);

/* Looks an organization up; the first error met. */
enum error live_fixture_find(struct live_store *live, const char *name);

/* The same until that error comes, which takes until the next look. */
void live_fixture_await(struct live_store *live, const char *name,
    enum error err);

/* What a read that begins now sees; one must begin. */
struct store_moment live_fixture_moment(struct live_store *live);

#endif
