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

/* Visits each of all processes that have the store open.  Those that died are
 * among them until they are cleared. */
typedef void store_reader_visit(const struct reader *reader, void *arg);
void store_readers_visit(struct store *store, store_reader_visit *visit,
    void *arg);

/* The first count_max of them; returns how many. */
size_t store_readers(struct store *store, struct reader *readers,
    size_t count_max);

#endif
