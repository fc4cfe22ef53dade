/* readers.h - who reads the store right now. */
#ifndef STORE_READERS_H
#define STORE_READERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct store;

/* One open read transaction. */
struct reader {
	pid_t pid;
	uint64_t thread;	/* as LMDB names it */
	uint64_t commit;	/* whose state it keeps */
};

/* At most count_max of all processes that have the store open; returns how
 * many.  Those that died are among them until they are cleared. */
size_t store_readers(struct store *store, struct reader *readers,
    size_t count_max);

#endif
