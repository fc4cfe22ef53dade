/* txn.c - read and write transactions. */
#include "store/txn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "shared/shared.h"
#include "shared/waiters.h"
#include "store/store_file.h"
#include "store/lmdb_error.h"
#include "store/room.h"
#include "store/tails.h"
#include "store/wake.h"

enum { SHARED_INTERVAL_MS = 1000, DISK_FULL_BYTES = 1024 * 1024 };

static struct store_txn *count_and_take_idle(struct store *store);
static bool put_idle_and_count(struct store_txn *txn);
static int start_read(struct store *store, struct store_txn *txn);
static int start_write(struct store_txn *txn);
static enum error extend_file(struct store_txn *txn);
static enum error write_all(struct store_txn *txn);
static int tell_full_disk(const struct store *store, int code);
static void sync_again(const struct store *store);
static void end_write(struct store_txn *txn);
static void follow_shared(struct store *store);
static void wake_waiters(struct store *store);
static void count_open(struct store *store, int change);
static void close_cursors(struct store_txn *txn);

enum error
store_read_begin(struct store *store, struct store_txn **txn_out)
{
	bool is_outgrown;
	enum error err = txn_read_begin(store, txn_out, &is_outgrown);

	if (!is_outgrown)
		return err;
	err = txn_follow_growth(store);
	if (err == ERR_NONE)
		err = txn_read_begin(store, txn_out, &is_outgrown);
	return err;
}

void
store_read_end(struct store_txn *txn)
{
	struct store *store;

	if (txn == NULL)
		return;
	store = txn->store;
	mdb_txn_reset(txn->mdb);
	memset(txn->is_renewed, 0, sizeof(txn->is_renewed));
	memset(txn->last_keys, 0, sizeof(txn->last_keys));
	memset(txn->whole_pages, 0, sizeof(txn->whole_pages));
	if (put_idle_and_count(txn))
		return;
	txn_free(txn);
	count_open(store, -1);
}

enum error
store_write_begin(struct store *store, bool is_intake,
    struct store_txn **txn_out)
{
	struct store_txn *txn = NULL;
	uint64_t pinned_pages = 0;
	enum error err = ERR_NONE;
	int code;

	assert(store->access == STORE_WRITE);
	*txn_out = NULL;

	if (is_intake)
		err = room_check_begin(store, &pinned_pages);
	if (err != ERR_NONE)
		return err;

	txn = calloc(1, sizeof(*txn));
	if (txn == NULL)
		return ERR_NO_MEMORY;
	txn->store = store;
	txn->is_write = true;
	txn->is_intake = is_intake;
	txn->pinned_pages = pinned_pages;

	code = start_write(txn);
	if (code != MDB_SUCCESS) {
		free(txn);
		return lmdb_failed(code, "mdb_txn_begin", store->path);
	}
	/* From here on no other thread writes. */
	txn->sweep = store->sweep;
	follow_shared(store);
	if (store->commit_count++ % COMMITS_BETWEEN_READER_CHECKS == 0)
		store_clear_dead_readers(store);
	err = extend_file(txn);
	if (err != ERR_NONE) {
		store_write_abort(txn);
		return err;
	}
	*txn_out = txn;
	return ERR_NONE;
}

enum error
store_write_commit(struct store_txn *txn)
{
	struct store *store = txn->store;
	int64_t begin_us;
	enum error err = write_all(txn);

	if (err != ERR_NONE) {
		store_write_abort(txn);
		return err;
	}
	end_write(txn);
	store->sweep = txn->sweep;
	begin_us = clock_steady_us();
	err = lmdb_failed(tell_full_disk(store, mdb_txn_commit(txn->mdb)),
	    "mdb_txn_commit", store->path);
	tally_count(&txn->tally, store->shared, begin_us, err == ERR_NONE);
	if (err != ERR_NONE) {
		/* What the round removed is there again. */
		store->sweep.is_begun = false;
		sync_again(store);
	} else {
		wake_waiters(store);
	}
	free(txn);
	return err;
}

void
store_write_abort(struct store_txn *txn)
{
	if (txn == NULL)
		return;
	end_write(txn);
	mdb_txn_abort(txn->mdb);
	free(txn);
}

enum error
txn_cursor(struct store_txn *txn, enum category category,
    MDB_cursor **cursor_out)
{
	MDB_cursor **cursor = &txn->cursors[category];
	int code = MDB_SUCCESS;

	if (*cursor == NULL)
		code = mdb_cursor_open(txn->mdb,
		    txn->store->trees[TREE_EVENTS], cursor);
	else if (!txn->is_write && !txn->is_renewed[category])
		code = mdb_cursor_renew(txn->mdb, *cursor);
	txn->is_renewed[category] = code == MDB_SUCCESS;
	*cursor_out = *cursor;
	return lmdb_failed(code, "mdb_cursor_open", txn->store->path);
}

enum error
txn_read_begin(struct store *store, struct store_txn **txn_out,
    bool *is_outgrown_out)
{
	struct store_txn *txn;
	int code;

	*txn_out = NULL;
	*is_outgrown_out = false;
	txn = count_and_take_idle(store);
	if (txn == NULL) {
		txn = calloc(1, sizeof(*txn));
		if (txn == NULL) {
			count_open(store, -1);
			return ERR_NO_MEMORY;
		}
		txn->store = store;
	}

	code = start_read(store, txn);
	if (code == MDB_READERS_FULL && store_clear_dead_readers(store) > 0)
		code = start_read(store, txn);
	if (code == MDB_SUCCESS) {
		*txn_out = txn;
		return ERR_NONE;
	}

	txn_free(txn);
	count_open(store, -1);
	*is_outgrown_out = code == MDB_MAP_RESIZED;
	return *is_outgrown_out ? ERR_STORE :
	    lmdb_failed(code, "mdb_txn_begin", store->path);
}

enum error
txn_follow_growth(struct store *store)
{
	int code = EBUSY;

	pthread_mutex_lock(&store->mutex);
	if (store->open_count == 0)
		/* Zero: as large as the others made it. */
		code = mdb_env_set_mapsize(store->env, 0);
	pthread_mutex_unlock(&store->mutex);
	return lmdb_failed(code, "mdb_env_set_mapsize", store->path);
}

void
txn_free(struct store_txn *txn)
{
	if (txn == NULL)
		return;
	close_cursors(txn);
	mdb_txn_abort(txn->mdb);
	free(txn);
}

/* Counted before it begins: who follows a growth waits for nobody that it
 * missed. */
static struct store_txn *
count_and_take_idle(struct store *store)
{
	struct store_txn *txn = NULL;

	pthread_mutex_lock(&store->mutex);
	store->open_count++;
	if (store->idle_count > 0)
		txn = store->idle[--store->idle_count];
	pthread_mutex_unlock(&store->mutex);
	return txn;
}

/* One that cannot be kept still counts. */
static bool
put_idle_and_count(struct store_txn *txn)
{
	struct store *store = txn->store;
	bool is_put;

	pthread_mutex_lock(&store->mutex);
	is_put = store->idle_count < IDLE_TXNS_MAX;
	if (is_put) {
		store->idle[store->idle_count++] = txn;
		store->open_count--;
	}
	pthread_mutex_unlock(&store->mutex);
	return is_put;
}

static int
start_read(struct store *store, struct store_txn *txn)
{
	if (txn->mdb != NULL)
		return mdb_txn_renew(txn->mdb);
	return mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn->mdb);
}

/* Another process may have grown the map since our last look. */
static int
start_write(struct store_txn *txn)
{
	MDB_env *env = txn->store->env;
	int code = mdb_txn_begin(env, NULL, 0, &txn->mdb);

	if (code == MDB_MAP_RESIZED &&
	    txn_follow_growth(txn->store) == ERR_NONE)
		code = mdb_txn_begin(env, NULL, 0, &txn->mdb);
	return code;
}

/* Under the write lock, so that nobody else changes size or pages. */
static enum error
extend_file(struct store_txn *txn)
{
	struct store *store = txn->store;
	MDB_envinfo state;
	int fd;
	int code = mdb_env_info(store->env, &state);

	if (code == MDB_SUCCESS)
		code = mdb_env_get_fd(store->env, &fd);
	if (code == MDB_SUCCESS && store_file_extend(fd,
	    (int64_t)((state.me_last_pgno + 1) * store->page_bytes),
	    (int64_t)state.me_mapsize) != ERR_NONE)
		code = errno;
	if (code == MDB_SUCCESS && txn->is_intake)
		return room_reserve(txn, fd, state.me_last_pgno);
	return lmdb_failed(code, "ftruncate", store->path);
}

/* What was gathered in memory goes to its trees. */
static enum error
write_all(struct store_txn *txn)
{
	enum error err = tails_flush(txn);

	if (err == ERR_NONE)
		err = stamps_flush(txn);
	if (err == ERR_NONE && txn->is_intake)
		err = room_check_commit(txn);
	return err;
}

/* LMDB says EIO when the disk took a part of what was written. */
static int
tell_full_disk(const struct store *store, int code)
{
	struct statvfs status;

	if (code != EIO || statvfs(store->path, &status) != 0)
		return code;
	return status.f_bavail * status.f_frsize < DISK_FULL_BYTES ?
	    ENOSPC : code;
}

/*
 * A disk may have the meta page of a commit that it said it had not.  LMDB then
 * writes the old one back, unsynced; until that is on disk too, a cut of power
 * would bring back a commit whose pages the next writer has used.
 */
static void
sync_again(const struct store *store)
{
	int fd;

	if (mdb_env_get_fd(store->env, &fd) == MDB_SUCCESS)
		(void)fdatasync(fd);
}

/* Before LMDB lets the next writer begin. */
static void
end_write(struct store_txn *txn)
{
	close_cursors(txn);
	tails_forget(txn->store);
}

static void
follow_shared(struct store *store)
{
	int64_t now_ms = clock_steady_ms();

	if (now_ms - store->shared_at_ms < SHARED_INTERVAL_MS)
		return;
	store->shared_at_ms = now_ms;
	shared_renew(store->shared);
}

/* Only after the commit: waiters.h says why. */
static void
wake_waiters(struct store *store)
{
	/* Where the file of counters cannot be had, nobody can be seen. */
	if (shared_is_file(store->shared) &&
	    !waiters_are_there(store->shared, clock_now_ms()))
		return;
	if (wake_touch(store->path) == ERR_NONE ||
	    atomic_exchange(&store->has_complained, true))
		return;
	log_fact(LEVEL_WARNING, "who waits for events is not woken, and finds "
	    "them some seconds later", "store", store->path, "cause",
	    strerror(errno), NULL);
}

static void
count_open(struct store *store, int change)
{
	pthread_mutex_lock(&store->mutex);
	store->open_count += (unsigned int)change;
	pthread_mutex_unlock(&store->mutex);
}

static void
close_cursors(struct store_txn *txn)
{
	for (size_t i = 0; i < CATEGORY_COUNT; i++) {
		mdb_cursor_close(txn->cursors[i]);
		txn->cursors[i] = NULL;
	}
}
