/* live_store.c - a store that may come, go, grow and be replaced meanwhile. */
#include "store/live_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "model/api_key.h"
#include "store/store_file.h"
#include "store/file_system.h"
#include "store/gate.h"
#include "store/map_ahead.h"
#include "store/pepper_file.h"
#include "store/txn.h"

enum {
	LOOK_INTERVAL_MS = 1000,
	/* While others are at the files, and the old ones still serve. */
	LOOK_AGAIN_MS = 20,
	/* What left the cache of files and came back is mapped again. */
	MAP_ROUND_MS = 60 * SECOND_MS,
	MAP_SLICES_MAX = 4	/* before a pause */
};

struct live_store {
	char *path;
	char *pepper_path;
	int64_t map_bytes;
	pthread_mutex_t look;	/* held by the one thread that looks */
	atomic_llong look_at_ms;	/* when to look at the path again */

	/* Each reader holds this shared as long as its transaction lives;
	 * whoever opens, closes or grows holds it alone. */
	pthread_rwlock_t barrier;
	struct store *store;	/* NULL while it is away */
	uint64_t opening;	/* counts those that succeeded */
	struct pepper pepper;
	struct file_identity identity;
	enum error err;		/* why it is away */
	bool is_away_logged;
	bool is_warned;
	struct map_ahead map_ahead;
	int64_t map_round_at_ms;	/* when its round began */
};

static bool map_slice(struct live_store *live);
static void begin_map_round(struct live_store *live);
static void look_if_due(struct live_store *live);
static bool has_changed(struct live_store *live);
static bool is_cut_off(const struct live_store *live,
    const struct file_identity *now);
static int follow(struct live_store *live);
static void close_store(struct live_store *live);
static void log_change(struct live_store *live, enum error err,
    const struct detail *detail);
static enum error open_store(struct live_store *live, struct detail *detail);
static enum error begin(struct live_store *live, struct store_txn **txn_out,
    bool *is_outgrown_out);
static enum error follow_growth(struct live_store *live);

enum error
live_store_new(const char *path, const char *pepper_path, int64_t map_bytes,
    struct live_store **live_out)
{
	struct live_store *live = calloc(1, sizeof(*live));
	pthread_rwlockattr_t attributes;

	*live_out = NULL;
	if (live == NULL)
		return ERR_NO_MEMORY;
	live->path = strdup(path);
	live->pepper_path = strdup(pepper_path);
	live->map_bytes = map_bytes;
	live->err = ERR_STORE;
	pthread_mutex_init(&live->look, NULL);
	/* Readers that come and go without a gap must not keep the one who
	 * reopens waiting. */
	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes,
	    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&live->barrier, &attributes);
	pthread_rwlockattr_destroy(&attributes);
	if (live->path == NULL || live->pepper_path == NULL) {
		live_store_free(live);
		return ERR_NO_MEMORY;
	}
	*live_out = live;
	return ERR_NONE;
}

void
live_store_free(struct live_store *live)
{
	if (live == NULL)
		return;
	store_close(live->store);
	pthread_rwlock_destroy(&live->barrier);
	pthread_mutex_destroy(&live->look);
	explicit_bzero(&live->pepper, sizeof(live->pepper));
	free(live->path);
	free(live->pepper_path);
	free(live);
}

/* A store that is made a moment later is found by the first who reads. */
void
live_store_open(struct live_store *live)
{
	look_if_due(live);
	if (live->store == NULL)
		atomic_store_explicit(&live->look_at_ms, 0,
		    memory_order_release);
}

enum error
live_store_begin(struct live_store *live, struct store_txn **txn_out,
    const struct pepper **pepper_out)
{
	bool is_outgrown = false;
	enum error err;

	*txn_out = NULL;
	*pepper_out = NULL;
	look_if_due(live);
	err = begin(live, txn_out, &is_outgrown);
	if (is_outgrown) {
		err = follow_growth(live);
		if (err == ERR_NONE)
			err = begin(live, txn_out, &is_outgrown);
	}
	if (err == ERR_NONE)
		*pepper_out = &live->pepper;
	return err;
}

void
live_store_end(struct live_store *live, struct store_txn *txn)
{
	if (txn == NULL)
		return;
	store_read_end(txn);
	pthread_rwlock_unlock(&live->barrier);
}

struct store_moment
live_store_moment(const struct live_store *live, const struct store_txn *txn)
{
	return (struct store_moment){
		.opening = live->opening,
		.commit = mdb_txn_id(txn->mdb),
	};
}

bool
live_store_is_at(struct live_store *live, const struct store_moment *moment)
{
	MDB_envinfo state;
	bool is_at;

	look_if_due(live);
	pthread_rwlock_rdlock(&live->barrier);
	is_at = live->err == ERR_NONE && live->opening == moment->opening &&
	    mdb_env_info(live->store->env, &state) == MDB_SUCCESS &&
	    state.me_last_txnid == moment->commit;
	pthread_rwlock_unlock(&live->barrier);
	return is_at;
}

bool
live_store_map_ahead(struct live_store *live)
{
	for (unsigned int i = 0; i < MAP_SLICES_MAX; i++)
		if (!map_slice(live))
			return false;
	return true;
}

/* The barrier is held no longer than for a page: others may wait for it.  It
 * is not waited for, as who holds it may hang, and somebody has to tell. */
static bool
map_slice(struct live_store *live)
{
	bool is_more;

	if (pthread_rwlock_tryrdlock(&live->barrier) != 0)
		return false;
	begin_map_round(live);
	is_more = live->err == ERR_NONE &&
	    map_ahead_slice(live->store, &live->map_ahead);
	pthread_rwlock_unlock(&live->barrier);
	return is_more;
}

static void
begin_map_round(struct live_store *live)
{
	int64_t now_ms = clock_steady_ms();

	if (now_ms - live->map_round_at_ms < MAP_ROUND_MS)
		return;
	live->map_round_at_ms = now_ms;
	live->map_ahead.next_bytes = 0;
}

/* Threads that find a look due wait for the one that is at it, so that none
 * is told that a store is away which is just being opened. */
static void
look_if_due(struct live_store *live)
{
	if (clock_steady_ms() < atomic_load_explicit(&live->look_at_ms,
	    memory_order_acquire))
		return;

	pthread_mutex_lock(&live->look);
	if (clock_steady_ms() >= atomic_load_explicit(&live->look_at_ms,
	    memory_order_acquire)) {
		int wait_ms = has_changed(live) ? follow(live) :
		    LOOK_INTERVAL_MS;

		atomic_store_explicit(&live->look_at_ms,
		    clock_steady_ms() + wait_ms, memory_order_release);
	}
	pthread_mutex_unlock(&live->look);
}

/* Only the thread that looks changes what is compared here. */
static bool
has_changed(struct live_store *live)
{
	struct file_identity now = store_file_identity(live->path);

	if (live->store == NULL || !now.is_there ||
	    now.device != live->identity.device ||
	    now.inode != live->identity.inode ||
	    is_cut_off(live, &now) || gate_has_ready(live->path))
		return true;
	/* What it grew to, it must keep. */
	live->identity.bytes = now.bytes;
	return false;
}

/* Reading on would be SIGBUS. */
static bool
is_cut_off(const struct live_store *live, const struct file_identity *now)
{
	return now->is_there && now->device == live->identity.device &&
	    now->inode == live->identity.inode &&
	    now->bytes < live->identity.bytes;
}

/*
 * Opens what lies there now; returns when to look again.  Pepper, data file
 * and lock file belong together, so they are taken within the gate.  While
 * that is closed, what is open goes on answering: it is a store that was
 * whole a moment ago, and nobody writes to it any more.
 */
static int
follow(struct live_store *live)
{
	struct file_identity now = store_file_identity(live->path);
	bool may_go_on = live->store != NULL && !is_cut_off(live, &now);
	struct detail detail = { "" };
	int gate_fd;
	enum error err = gate_enter(live->path,
	    may_go_on ? 0 : GATE_SHORT_WAIT_MS, &gate_fd, &detail);

	if (err == ERR_STORE && may_go_on)
		return LOOK_AGAIN_MS;
	/* Another directory is there, for which the sandbox has no rule. */
	if (err == ERR_IO)
		err = ERR_STORE;
	pthread_rwlock_wrlock(&live->barrier);
	close_store(live);
	if (err == ERR_NONE)
		err = open_store(live, &detail);
	log_change(live, err, &detail);
	live->err = err;
	pthread_rwlock_unlock(&live->barrier);
	gate_leave(gate_fd);
	/* Nothing is wrong with the store then. */
	return err == ERR_NO_MEMORY ? LOOK_AGAIN_MS : LOOK_INTERVAL_MS;
}

static void
close_store(struct live_store *live)
{
	store_close(live->store);
	live->store = NULL;
	explicit_bzero(&live->pepper, sizeof(live->pepper));
}

static void
log_change(struct live_store *live, enum error err,
    const struct detail *detail)
{
	if (err != ERR_NONE && !live->is_away_logged)
		log_fact(LEVEL_ERROR, "the store does not open",
		    "store", live->path, "cause", detail->text, NULL);
	else if (err == ERR_NONE && live->is_away_logged)
		log_fact(LEVEL_NOTICE, "the store is open again",
		    "store", live->path, NULL);
	live->is_away_logged = err != ERR_NONE;
}

static enum error
open_store(struct live_store *live, struct detail *detail)
{
	enum error err;

	/* Before the open: a file that comes meanwhile is met next time. */
	live->identity = store_file_identity(live->path);
	err = store_open(live->path, STORE_READ, live->map_bytes,
	    &live->store, detail);
	if (err != ERR_NONE)
		return err;
	err = pepper_file_read(live->pepper_path, &live->pepper, detail);
	if (err != ERR_NONE) {
		store_close(live->store);
		live->store = NULL;
		return err;
	}
	live->opening++;
	live->map_ahead = (struct map_ahead){ 0 };
	if (!live->is_warned)
		file_system_warn(live->path);
	live->is_warned = true;
	return ERR_NONE;
}

/* Leaves the barrier held, shared, when it returns ERR_NONE. */
static enum error
begin(struct live_store *live, struct store_txn **txn_out,
    bool *is_outgrown_out)
{
	enum error err;

	*is_outgrown_out = false;
	pthread_rwlock_rdlock(&live->barrier);
	err = live->err;
	if (err == ERR_NONE)
		err = txn_read_begin(live->store, txn_out, is_outgrown_out);
	if (err != ERR_NONE)
		pthread_rwlock_unlock(&live->barrier);
	return err;
}

/* Several threads may have met it; to follow twice is harmless. */
static enum error
follow_growth(struct live_store *live)
{
	enum error err;

	pthread_rwlock_wrlock(&live->barrier);
	err = live->store == NULL ? live->err :
	    txn_follow_growth(live->store);
	/* The map lies elsewhere now. */
	live->map_ahead = (struct map_ahead){ 0 };
	pthread_rwlock_unlock(&live->barrier);
	return err;
}
