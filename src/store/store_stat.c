/* store_stat.c - what is in the store, in numbers. */
#include <sys/stat.h>

#include "store/block.h"
#include "store/event_blocks.h"
#include "store/lmdb_error.h"
#include "store/readers.h"
#include "store/room.h"
#include "store/sealed.h"
#include "store/store.h"
#include "store/tails.h"
#include "store/txn.h"

enum { STAT_BLOCK_BYTES = 512 };	/* of st_blocks */

static enum error count_events(struct store_txn *txn,
    struct store_stat *stat);
static enum error add_block(struct store_txn *txn, const MDB_val *key,
    const MDB_val *value, struct store_stat *stat);
static enum error count_entries(struct store_txn *txn, enum tree tree,
    uint64_t *count_out);
static enum error read_sizes(struct store_txn *txn, struct store_stat *stat);
static store_reader_visit count_reader;

enum error
store_stat_read(struct store_txn *txn, struct store_stat *stat_out)
{
	enum error err = ERR_NONE;

	if (txn->is_write)
		err = tails_flush(txn);
	if (err == ERR_NONE)
		err = store_stat_read_sizes(txn, stat_out);
	if (err == ERR_NONE)
		err = count_events(txn, stat_out);
	return err;
}

enum error
store_stat_read_sizes(struct store_txn *txn, struct store_stat *stat_out)
{
	enum error err;

	*stat_out = (struct store_stat){ .format = txn->store->format };
	err = read_sizes(txn, stat_out);
	if (err == ERR_NONE)
		err = count_entries(txn, TREE_EVENTS, &stat_out->blocks);
	if (err == ERR_NONE)
		err = count_entries(txn, TREE_ORGANIZATIONS,
		    &stat_out->organizations);
	if (err == ERR_NONE)
		err = count_entries(txn, TREE_API_KEYS, &stat_out->api_keys);
	if (err == ERR_NONE)
		err = count_entries(txn, TREE_IDEMPOTENCY_TIMES,
		    &stat_out->idempotency_keys);
	if (err == ERR_NONE)
		err = store_last_stamp(txn, &stat_out->last_stamp_ms);
	return err;
}

static enum error
count_events(struct store_txn *txn, struct store_stat *stat)
{
	MDB_cursor *cursor = NULL;
	MDB_val key;
	MDB_val value;
	enum error err = ERR_NONE;
	int code = mdb_cursor_open(txn->mdb, txn->store->trees[TREE_EVENTS],
	    &cursor);

	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	while (code == MDB_SUCCESS && err == ERR_NONE) {
		err = add_block(txn, &key, &value, stat);
		code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (err == ERR_NONE && code != MDB_NOTFOUND)
		err = lmdb_failed(code, "mdb_cursor_get", txn->store->path);
	return err;
}

static enum error
add_block(struct store_txn *txn, const MDB_val *key, const MDB_val *value,
    struct store_stat *stat)
{
	struct block_key block_key;
	unsigned int count;
	int64_t last_ms;

	if (!block_key_read(key->mv_data, key->mv_size, &block_key) ||
	    block_read_header(value->mv_data, value->mv_size, &count,
	    &last_ms) != ERR_NONE)
		return sealed_log_corrupt(txn, TREE_EVENTS, key->mv_data,
		    key->mv_size, "its key or its length is wrong");
	stat->events += count;
	if (stat->oldest_ms == 0 ||
	    block_key.first.stored_at_ms < stat->oldest_ms)
		stat->oldest_ms = block_key.first.stored_at_ms;
	if (last_ms > stat->newest_ms)
		stat->newest_ms = last_ms;
	return ERR_NONE;
}

/* One that is damaged is left to pruning, and to check. */
enum error
store_count_old_blocks(struct store_txn *txn, int64_t oldest_ms,
    uint64_t *count_out)
{
	MDB_cursor *cursor = NULL;
	MDB_val key;
	MDB_val value;
	int code = mdb_cursor_open(txn->mdb, txn->store->trees[TREE_EVENTS],
	    &cursor);

	*count_out = 0;
	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	while (code == MDB_SUCCESS) {
		unsigned int count;
		int64_t last_ms;

		if (block_read_header(value.mv_data, value.mv_size, &count,
		    &last_ms) == ERR_NONE && last_ms < oldest_ms)
			(*count_out)++;
		code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return code == MDB_NOTFOUND ? ERR_NONE :
	    lmdb_failed(code, "mdb_cursor_get", txn->store->path);
}

static enum error
count_entries(struct store_txn *txn, enum tree tree, uint64_t *count_out)
{
	MDB_stat stat;
	int code = mdb_stat(txn->mdb, txn->store->trees[tree], &stat);

	*count_out = code == MDB_SUCCESS ? stat.ms_entries : 0;
	return lmdb_failed(code, "mdb_stat", txn->store->path);
}

static enum error
read_sizes(struct store_txn *txn, struct store_stat *stat)
{
	struct store *store = txn->store;
	MDB_envinfo state;
	struct stat status;
	uint64_t pages = 0;
	enum error err;
	int fd = -1;

	err = room_used_pages(txn, &pages);
	if (err != ERR_NONE)
		return err;
	mdb_env_info(store->env, &state);
	mdb_env_get_fd(store->env, &fd);
	if (fstat(fd, &status) == 0)
		stat->file_bytes = (int64_t)status.st_blocks *
		    STAT_BLOCK_BYTES;
	stat->map_bytes = (int64_t)state.me_mapsize;
	stat->used_bytes = (int64_t)(pages * store->page_bytes);
	stat->readers = state.me_numreaders;
	stat->readers_max = state.me_maxreaders;
	store_readers_visit(store, count_reader, stat);
	return ERR_NONE;
}

static void
count_reader(const struct reader *reader, void *arg)
{
	struct store_stat *stat = arg;

	(void)reader;
	stat->open_reads++;
}
