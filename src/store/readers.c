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

struct visit {
	store_reader_visit *visit;
	void *arg;
};

static store_reader_visit add_reader;
static MDB_msg_func visit_line;

size_t
store_readers(struct store *store, struct reader *readers, size_t count_max)
{
	struct list list = { readers, 0, count_max };

	store_readers_visit(store, add_reader, &list);
	return list.count;
}

static void
add_reader(const struct reader *reader, void *arg)
{
	struct list *list = arg;

	if (list->count < list->count_max)
		list->readers[list->count++] = *reader;
}

void
store_readers_visit(struct store *store, store_reader_visit *visit,
    void *arg)
{
	struct visit each = { visit, arg };
	int code = mdb_reader_list(store->env, visit_line, &each);

	/* It returns what the last call of visit_line did. */
	if (code < 0)
		lmdb_failed(code, "mdb_reader_list", store->path);
}

/* LMDB writes a table for people, and has no other.  A slot without a
 * transaction has a dash in the place of its number. */
static int
visit_line(const char *line, void *arg)
{
	const struct visit *each = arg;
	struct reader reader;
	int pid;

	/* The numbers are LMDB's own. */
	/* NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(line, "%d %" SCNx64 " %" SCNu64, &pid, &reader.thread,
	    &reader.commit) == 3) {
		reader.pid = pid;
		each->visit(&reader, each->arg);
	}
	return 0;
}
