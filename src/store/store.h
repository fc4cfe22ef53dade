/* store.h - the LMDB environment: make it, open it, read and write in it.
 *
 * One environment a process (lmdb.h: opened twice, a process loses its
 * locks), default sync, MDB_NOTLS.  FORMAT.md tells the bytes.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct store;
struct store_txn;

enum store_access { STORE_READ, STORE_WRITE };

/*
 * Makes the store's directory, its data file and the pepper where they are
 * missing; what is there is left alone.  Safe against a crash at any moment
 * and against another process doing the same: the data file is made aside
 * and linked into place.  Owner, group and modes are as
 * apitrail-store(7) says.
 *
 * ERR_MEANING: the directory is on a network file system, or is no
 * directory.  ERR_IO, ERR_STORE.  detail names path and cause.  made_out is
 * whether anything was missing.
 */
enum error store_init(const char *path, const char *pepper_path,
    int64_t map_bytes, bool *made_out, struct detail *detail);

/*
 * Opens it.  ERR_STORE: missing, no permission, of a newer format, not a
 * store, on a network file system, or out of reader slots.  ERR_CORRUPT:
 * shorter than its own pages, or its format record is damaged.  detail names
 * path and cause, for the operator.  Fork after this is forbidden.
 *
 * Also ERR_STORE: a restore has it, which lasts a moment for readers (see
 * gate.h), and for writers as long as the restore does.
 */
enum error store_open(const char *path, enum store_access access,
    int64_t map_bytes, struct store **store_out, struct detail *detail);

/*
 * Opens a copy to be read that nobody else has open, or will: without locks,
 * so on any file system, and on one that cannot be written to.  The errors of
 * store_open.
 */
enum error store_open_copy(const char *path, int64_t map_bytes,
    struct store **store_out, struct detail *detail);

void store_close(struct store *store);

/*
 * A read transaction; its view is that of one moment.  Keep it short: while
 * it lives, the pages it sees cannot be used again.  Transactions and their
 * reader slots are kept and renewed, so this costs about a microsecond.
 * One thread at a time uses one store_txn.  Every pointer read from it is
 * borrowed until it ends.
 */
enum error store_read_begin(struct store *store, struct store_txn **txn_out);
void store_read_end(struct store_txn *txn);

/*
 * The write transaction, one at a time in all processes: this waits for
 * another writer.  ERR_FULL: over MAP_USE_PERCENT_MAX of the map is in use, and
 * is_intake (prune and erase pass false, and go on).
 */
enum error store_write_begin(struct store *store, bool is_intake,
    struct store_txn **txn_out);
/* On disk when this returns ERR_NONE; otherwise nothing was changed.  The
 * transaction is gone either way.  ERR_FULL, ERR_STORE, ERR_IO. */
enum error store_write_commit(struct store_txn *txn);
void store_write_abort(struct store_txn *txn);

/* Clears reader slots of processes that died; returns how many. */
unsigned int store_clear_dead_readers(struct store *store);

enum { MAP_USE_PERCENT_MAX = 80 };

struct store_stat {
	uint32_t format;
	int64_t map_bytes;
	int64_t file_bytes;	/* as allocated on disk */
	int64_t used_bytes;	/* pages not free */
	uint64_t events;	/* stored, pruned or not yet */
	uint64_t blocks;
	uint64_t organizations;
	uint64_t api_keys;
	uint64_t idempotency_keys;
	int64_t oldest_ms;	/* 0 when there are no events */
	int64_t newest_ms;
	int64_t last_stamp_ms;	/* 0 when nothing was recorded */
	unsigned int readers;	/* slots in use, open or not */
	unsigned int open_reads;	/* read transactions of all */
	unsigned int readers_max;
};

/* Reads every block's header: seconds on a large store. */
enum error store_stat_read(struct store_txn *txn, struct store_stat *stat_out);
/* All but events, oldest_ms and newest_ms, which are 0: microseconds. */
enum error store_stat_read_sizes(struct store_txn *txn,
    struct store_stat *stat_out);

/* Blocks of which every event was stored before oldest_ms: what pruning has to
 * do.  Reads every block's header, too. */
enum error store_count_old_blocks(struct store_txn *txn, int64_t oldest_ms,
    uint64_t *count_out);

/* The last stamp given to a recorded event, 0 for none. */
enum error store_last_stamp(struct store_txn *txn, int64_t *stamp_ms_out);

#endif
