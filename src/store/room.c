/* room.c - how much of the map is in use, and when intake stops. */
#include "store/room.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "store/lmdb_error.h"
#include "store/txn.h"

enum {
	META_PAGES = 2,
	/* The tree of free pages and the tree of trees. */
	FREE_TREE = 0,
	MAIN_TREE = 1,
	/* What is kept for pruning: a share of the map, or of a tiny one so
	 * many pages. */
	RESERVE_PERCENT = 5,
	RESERVE_PAGES_MIN = 32
};

/* The oldest of the transactions that readers hold. */
struct oldest_reader {
	size_t txn_number;
	int pid;
};

static uint64_t map_pages(const struct store *store);
static enum error count_pinned(struct store_txn *txn, size_t oldest,
    uint64_t *pinned_out);
static int note_reader(const char *line, void *arg);
static void log_stalled(const struct store *store,
    const struct oldest_reader *reader, size_t last_txn, uint64_t pinned);
static enum error add_tree_pages(struct store_txn *txn, MDB_dbi tree,
    uint64_t *pages, uint64_t *inner_pages);
static enum error count_pages(struct store_txn *txn, uint64_t *pages_out,
    uint64_t *inner_out);

enum error
room_used_pages(struct store_txn *txn, uint64_t *pages_out)
{
	uint64_t inner;

	return count_pages(txn, pages_out, &inner);
}

enum error
room_check_begin(struct store *store, uint64_t *pinned_out)
{
	struct oldest_reader reader = { SIZE_MAX, 0 };
	struct store_txn *txn = NULL;
	MDB_envinfo state;
	uint64_t bound = map_pages(store) * MAP_USE_PERCENT_MAX / 100;
	uint64_t pages;
	enum error err;
	size_t last_txn;

	*pinned_out = 0;
	mdb_env_info(store->env, &state);
	/* While the file may still grow, its free pages need no counting. */
	if (state.me_last_pgno + 1 <= bound)
		return ERR_NONE;

	store_clear_dead_readers(store);
	/* Before the transaction below becomes a reader too. */
	mdb_reader_list(store->env, note_reader, &reader);
	last_txn = state.me_last_txnid;
	err = store_read_begin(store, &txn);
	if (err == ERR_NONE)
		err = count_pages(txn, &pages, &(uint64_t){ 0 });
	if (err == ERR_NONE)
		err = count_pinned(txn, reader.txn_number < last_txn ?
		    reader.txn_number : last_txn, pinned_out);
	if (err != ERR_NONE)
		goto out;

	if (pages > bound) {
		err = ERR_FULL;
	} else if (reader.txn_number < last_txn &&
	    pages + *pinned_out > bound) {
		log_stalled(store, &reader, last_txn, *pinned_out);
		err = ERR_FULL;
	}
out:
	store_read_end(txn);
	return err;
}

enum error
room_check_commit(struct store_txn *txn)
{
	uint64_t all = map_pages(txn->store);
	uint64_t reserve = all * RESERVE_PERCENT / 100;
	uint64_t pages;
	uint64_t inner;
	enum error err;

	if (reserve < RESERVE_PAGES_MIN)
		reserve = RESERVE_PAGES_MIN;
	err = count_pages(txn, &pages, &inner);
	if (err != ERR_NONE)
		return err;
	/* Pages that this transaction wrote anew are not free for the next
	 * one: blocks, and at most all that leads to them. */
	if (pages + inner + txn->replaced_pages + txn->pinned_pages + reserve >
	    all)
		return ERR_FULL;
	return ERR_NONE;
}

static uint64_t
map_pages(const struct store *store)
{
	return (uint64_t)store->map_bytes / store->page_bytes;
}

/* The pages freed by transactions that the oldest reader, or the last
 * commit's view, may still see. */
static enum error
count_pinned(struct store_txn *txn, size_t oldest, uint64_t *pinned_out)
{
	MDB_cursor *cursor = NULL;
	MDB_val key = { sizeof(oldest), &oldest };
	MDB_val value;
	int code;

	code = mdb_cursor_open(txn->mdb, FREE_TREE, &cursor);
	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	while (code == MDB_SUCCESS) {
		size_t count = 0;

		/* A record is a count, then that many page numbers. */
		if (value.mv_size >= sizeof(count))
			memcpy(&count, value.mv_data, sizeof(count));
		*pinned_out += count;
		code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return code == MDB_NOTFOUND ? ERR_NONE :
	    lmdb_failed(code, "mdb_cursor_get", txn->store->path);
}

/* LMDB lists its readers as lines of pid, thread and transaction. */
static int
note_reader(const char *line, void *arg)
{
	struct oldest_reader *oldest = arg;
	size_t thread;
	size_t txn_number;
	int pid;

	if (sscanf(line, "%d %zx %zu", &pid, &thread, &txn_number) == 3 &&
	    txn_number < oldest->txn_number) {
		oldest->txn_number = txn_number;
		oldest->pid = pid;
	}
	return 0;
}

static void
log_stalled(const struct store *store, const struct oldest_reader *reader,
    size_t last_txn, uint64_t pinned)
{
	char pid[16];
	char behind[24];
	char bytes[24];

	snprintf(pid, sizeof(pid), "%d", reader->pid);
	snprintf(behind, sizeof(behind), "%zu", last_txn - reader->txn_number);
	snprintf(bytes, sizeof(bytes), "%" PRIu64, pinned * store->page_bytes);
	log_fact(LEVEL_WARNING, "a reader that does not end holds pages back",
	    "store", store->path, "pid", pid, "commits_behind", behind,
	    "bytes", bytes, NULL);
}

static enum error
count_pages(struct store_txn *txn, uint64_t *pages_out, uint64_t *inner_out)
{
	enum error err;

	*pages_out = META_PAGES;
	*inner_out = 0;
	err = add_tree_pages(txn, FREE_TREE, pages_out, inner_out);
	if (err == ERR_NONE)
		err = add_tree_pages(txn, MAIN_TREE, pages_out, inner_out);
	for (size_t i = 0; i < TREE_COUNT && err == ERR_NONE; i++)
		err = add_tree_pages(txn, txn->store->trees[i], pages_out,
		    inner_out);
	return err;
}

static enum error
add_tree_pages(struct store_txn *txn, MDB_dbi tree, uint64_t *pages,
    uint64_t *inner_pages)
{
	MDB_stat stat;
	int code = mdb_stat(txn->mdb, tree, &stat);

	if (code != MDB_SUCCESS)
		return lmdb_failed(code, "mdb_stat", txn->store->path);
	*inner_pages += stat.ms_branch_pages + stat.ms_leaf_pages;
	*pages += stat.ms_branch_pages + stat.ms_leaf_pages +
	    stat.ms_overflow_pages;
	return ERR_NONE;
}
