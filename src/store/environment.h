/* environment.h - the LMDB environment, as this folder shares it.
 *
 * Nobody outside of store/ includes this, nor lmdb.h.
 */
#ifndef STORE_ENVIRONMENT_H
#define STORE_ENVIRONMENT_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "store/store.h"
#include "store/sweep.h"

struct shared;
struct store_txn;
struct tails;

/* One named tree to a purpose.  The numbers go into the checksums: add at
 * the end, never change one. */
enum tree {
	TREE_META,
	TREE_ORGANIZATIONS,
	TREE_ORGANIZATION_NAMES,
	TREE_ORGANIZATION_STAMPS,
	TREE_API_KEYS,
	TREE_API_KEY_IDS,
	TREE_ORGANIZATION_API_KEYS,
	TREE_EVENTS,
	TREE_IDEMPOTENCY,
	TREE_IDEMPOTENCY_TIMES,
	TREE_COUNT
};

enum {
	/* Read transactions kept for the next reader: one a thread. */
	IDLE_TXNS_MAX = 128,
	/* Every so many commits of a process, dead readers are cleared. */
	COMMITS_BETWEEN_READER_CHECKS = 64
};

struct store {
	char *path;
	enum store_access access;
	int64_t map_bytes;	/* as set; LMDB's may have to be larger */
	MDB_env *env;
	MDB_dbi trees[TREE_COUNT];
	MDB_dbi first_tree;	/* LMDB's own, of all others */
	uint32_t format;
	size_t page_bytes;

	pthread_mutex_t mutex;	/* guards these three */
	struct store_txn *idle[IDLE_TXNS_MAX];
	unsigned int idle_count;
	unsigned int open_count;

	/* The writer's; LMDB lets one write at a time. */
	struct tails *tails;	/* NULL until something is appended */
	struct sweep sweep;
	unsigned int commit_count;

	/* Of one that is open to be written: for whom a commit is news. */
	struct shared *shared;
	int64_t shared_at_ms;	/* when it was looked at last */
	atomic_bool has_complained;	/* that nobody can be woken */
};

/* "events" and the like. */
const char *tree_name(enum tree tree);

/* Opens nothing yet; NULL when memory runs out. */
struct store *environment_new(const char *path, enum store_access access,
    int64_t map_bytes);
/* What of it is open is closed. */
void environment_free(struct store *store);

/* Each returns LMDB's code.  flags: MDB_RDONLY for the environment,
 * MDB_CREATE for the trees, which a transaction is begun and ended for. */
int environment_open(struct store *store, int64_t map_bytes,
    unsigned int flags);
int environment_open_trees(struct store *store, MDB_txn *txn,
    unsigned int flags);

#endif
