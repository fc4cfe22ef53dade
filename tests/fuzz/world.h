/* world.h - what the whole responder is fuzzed in: a small store of two
 * organizations, a loop's connections, and a recorder that records nothing.
 */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include <stdbool.h>

#include "model/random_id.h"

struct connections;

enum { WORLD_ORGANIZATIONS = 2, WORLD_EVENTS = 30 };

struct world {
	struct connections *connections;
	/* A word in each event of the organization, and nowhere else: it is
	 * drawn when the process begins. */
	char marks[WORLD_ORGANIZATIONS][EVENT_ID_LEN + 1];
	/* The keys, which may read and write, as the corpus has them. */
	const char *keys[WORLD_ORGANIZATIONS];
};

/* The one world of the process; made at the first call. */
struct world *world_get(void);

/* Whether what the connections' epoll told of is the recorder's, which then
 * takes what it was sent, and answers. */
bool world_record(const void *what);

#endif
