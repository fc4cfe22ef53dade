/* readers.c - who reads the store right now. */
#include "store/readers.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/lmdb_error.h"
#include "store/txn.h"

struct list {
	struct reader *readers;
	size_t count;
	size_t count_max;
};

static MDB_msg_func add_line;

size_t
store_readers(struct store *store, struct reader *readers, size_t count_max)
{
	struct list list = { readers, 0, count_max };
	int code = mdb_reader_list(store->env, add_line, &list);

	/* It returns what the last call of add_line did. */
	if (code < 0)
		lmdb_failed(code, "mdb_reader_list", store->path);
	return list.count;
}

/* LMDB writes a table for people, and has no other.  A slot without a
 * transaction has a dash in the place of its number. */
static int
add_line(const char *line, void *arg)
{
	struct list *list = arg;
	struct reader reader;
	int pid;

	/* The numbers are LMDB's own. */
	/* NOLINTNEXTLINE(cert-err34-c) */
	if (list->count < list->count_max && sscanf(line, "%d %" SCNx64
	    " %" SCNu64, &pid, &reader.thread, &reader.commit) == 3) {
		reader.pid = pid;
		list->readers[list->count++] = reader;
	}
	return 0;
}
