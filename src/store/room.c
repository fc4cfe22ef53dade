/* room.c - how much of the map is in use, and when intake stops. */
#include "store/room.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "store/lmdb_error.h"
#include "store/meta.h"
#include "store/readers.h"
#include "store/txn.h"

enum {
	META_PAGES = 2,
	/* The tree of free pages and the tree of trees. */
	FREE_TREE = 0,
	MAIN_TREE = 1,
	/* What is kept for pruning: a share of the map, or of a tiny one so
	 * many pages. */
	RESERVE_PERCENT = 5,
	RESERVE_PAGES_MIN = 32,
	/* The same on the disk, as pruning writes before it frees. */
	DISK_RESERVE_BYTES = 2 * 1024 * 1024
};

struct room {
	uint64_t used_pages;	/* of the trees */
	uint64_t pinned_pages;	/* freed, but not to be used again yet */
	size_t last_txn;	/* the last commit */
	size_t oldest_txn;	/* that a reader sees; SIZE_MAX: none */
	int oldest_pid;
	bool is_held;		/* by a reader that is behind */
};

static bool allocate(const struct store *store, int fd, uint64_t first,
    uint64_t count);
static bool is_grown(const struct store *store);
static uint64_t map_pages(const struct store *store);
static uint64_t bound_pages(const struct store *store);
static uint64_t reserve_pages(const struct store *store);
static enum error measure(struct store *store, struct room *room_out);
static store_reader_visit note_reader;
static enum error count_pinned(struct store_txn *txn, size_t oldest_txn,
    uint64_t *pinned_out);
static enum error release_last(struct store *store);
static void log_stalled(const struct store *store, const struct room *room);
static enum error count_pages(struct store_txn *txn, uint64_t *pages_out,
    uint64_t *inner_out);
static enum error add_tree_pages(struct store_txn *txn, MDB_dbi tree,
    uint64_t *pages, uint64_t *inner_pages);

enum error
room_used_pages(struct store_txn *txn, uint64_t *pages_out)
{
	uint64_t inner;

	return count_pages(txn, pages_out, &inner);
}

enum error
room_check_begin(struct store *store, uint64_t *pinned_out)
{
	struct room room;
	enum error err;

	*pinned_out = 0;
	/* While the file may still grow, its free pages need no counting. */
	if (!is_grown(store))
		return ERR_NONE;

	store_clear_dead_readers(store);
	err = measure(store, &room);
	if (err == ERR_NONE && !room.is_held &&
	    room.pinned_pages > reserve_pages(store)) {
		err = release_last(store);
		if (err == ERR_NONE)
			err = measure(store, &room);
	}
	if (err != ERR_NONE)
		return err;

	*pinned_out = room.pinned_pages;
	if (room.used_pages > bound_pages(store))
		return ERR_FULL;
	if (room.is_held &&
	    room.used_pages + room.pinned_pages > bound_pages(store)) {
		log_stalled(store, &room);
		return ERR_FULL;
	}
	return ERR_NONE;
}

enum error
room_check_commit(struct store_txn *txn)
{
	uint64_t pages;
	uint64_t inner;
	enum error err = count_pages(txn, &pages, &inner);

	if (err != ERR_NONE)
		return err;
	/* Pages that this transaction wrote anew are not free for the next
	 * one: blocks, and at most all that leads to them. */
	pages += inner + txn->replaced_pages + txn->pinned_pages;
	return pages + reserve_pages(txn->store) > map_pages(txn->store) ?
	    ERR_FULL : ERR_NONE;
}

enum error
room_reserve(struct store_txn *txn, int fd, uint64_t last_page)
{
	const struct store *store = txn->store;
	uint64_t file_pages = last_page + 1;
	uint64_t wanted = DISK_RESERVE_BYTES / store->page_bytes;
	uint64_t pages;
	uint64_t inner;
	enum error err;

	if (file_pages >= map_pages(store))
		return ERR_NONE;
	if (wanted > map_pages(store) - file_pages)
		wanted = map_pages(store) - file_pages;
	if (allocate(store, fd, file_pages, wanted))
		return ERR_NONE;

	/* Pages that are free within the file have their room. */
	err = count_pages(txn, &pages, &inner);
	if (err != ERR_NONE || file_pages >= pages + wanted ||
	    allocate(store, fd, file_pages, pages + wanted - file_pages))
		return err;
	return lmdb_failed(ENOSPC, "fallocate", store->path);
}

/* Where nothing can be kept, there is nothing to be done. */
static bool
allocate(const struct store *store, int fd, uint64_t first, uint64_t count)
{
	return fallocate(fd, FALLOC_FL_KEEP_SIZE,
	    (off_t)(first * store->page_bytes),
	    (off_t)(count * store->page_bytes)) == 0 ||
	    (errno != ENOSPC && errno != EDQUOT);
}

static bool
is_grown(const struct store *store)
{
	MDB_envinfo state;

	return mdb_env_info(store->env, &state) == MDB_SUCCESS &&
	    state.me_last_pgno + 1 > bound_pages(store);
}

static uint64_t
map_pages(const struct store *store)
{
	return (uint64_t)store->map_bytes / store->page_bytes;
}

static uint64_t
bound_pages(const struct store *store)
{
	return map_pages(store) * MAP_USE_PERCENT_MAX / 100;
}

static uint64_t
reserve_pages(const struct store *store)
{
	uint64_t pages = map_pages(store) * RESERVE_PERCENT / 100;

	return pages < RESERVE_PAGES_MIN ? RESERVE_PAGES_MIN : pages;
}

static enum error
measure(struct store *store, struct room *room_out)
{
	struct store_txn *txn = NULL;
	MDB_envinfo state;
	uint64_t inner;
	size_t oldest_txn;
	enum error err;

	*room_out = (struct room){ .oldest_txn = SIZE_MAX };
	mdb_env_info(store->env, &state);
	room_out->last_txn = state.me_last_txnid;
	/* Before the transaction below becomes a reader too. */
	store_readers_visit(store, note_reader, room_out);
	room_out->is_held = room_out->oldest_txn < room_out->last_txn;
	oldest_txn = room_out->is_held ? room_out->oldest_txn :
	    room_out->last_txn;

	err = store_read_begin(store, &txn);
	if (err == ERR_NONE)
		err = count_pages(txn, &room_out->used_pages, &inner);
	if (err == ERR_NONE)
		err = count_pinned(txn, oldest_txn, &room_out->pinned_pages);
	store_read_end(txn);
	return err;
}

static void
note_reader(const struct reader *reader, void *arg)
{
	struct room *room = arg;

	if (reader->commit >= room->oldest_txn)
		return;
	room->oldest_txn = reader->commit;
	room->oldest_pid = reader->pid;
}

/* The pages freed by transactions that the oldest reader, or the last
 * commit's view, may still see. */
static enum error
count_pinned(struct store_txn *txn, size_t oldest_txn, uint64_t *pinned_out)
{
	MDB_cursor *cursor = NULL;
	MDB_val key = { sizeof(oldest_txn), &oldest_txn };
	MDB_val value;
	int code;

	*pinned_out = 0;
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

/*
 * What the last commit freed can be used from the next but one on.  When that
 * is much, such as after pruning, a commit that changes nothing is made in
 * between: else a batch that finds no room would be given up, and again, and
 * no commit would ever come.
 */
static enum error
release_last(struct store *store)
{
	struct store_txn *txn = NULL;
	enum error err = store_write_begin(store, false, &txn);

	if (err != ERR_NONE)
		return err;
	err = meta_put_format(txn);
	if (err != ERR_NONE) {
		store_write_abort(txn);
		return err;
	}
	return store_write_commit(txn);
}

static void
log_stalled(const struct store *store, const struct room *room)
{
	char pid[16];
	char behind[24];
	char bytes[24];

	snprintf(pid, sizeof(pid), "%d", room->oldest_pid);
	snprintf(behind, sizeof(behind), "%zu",
	    room->last_txn - room->oldest_txn);
	snprintf(bytes, sizeof(bytes), "%" PRIu64,
	    room->pinned_pages * store->page_bytes);
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
