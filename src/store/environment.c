/* environment.c - the LMDB environment and its trees. */
#include "store/environment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "model/limits.h"
#include "shared/shared.h"
#include "store/tails.h"
#include "store/txn.h"

static const char *const tree_names[] = {
	[TREE_META]                  = "meta",
	[TREE_ORGANIZATIONS]         = "organizations",
	[TREE_ORGANIZATION_NAMES]    = "organization_names",
	[TREE_ORGANIZATION_STAMPS]   = "organization_stamps",
	[TREE_API_KEYS]              = "api_keys",
	[TREE_API_KEY_IDS]           = "api_key_ids",
	[TREE_ORGANIZATION_API_KEYS] = "organization_api_keys",
	[TREE_EVENTS]                = "events",
	[TREE_IDEMPOTENCY]           = "idempotency",
	[TREE_IDEMPOTENCY_TIMES]     = "idempotency_times",
};
static_assert(COUNT_OF(tree_names) == TREE_COUNT, "a name for each tree");

static_assert(sizeof(size_t) >= sizeof(uint64_t),
    "the map needs the addresses of a 64-bit machine");

static void log_assertion(MDB_env *env, const char *message);

const char *
tree_name(enum tree tree)
{
	return tree_names[tree];
}

struct store *
environment_new(const char *path, enum store_access access,
    int64_t map_bytes)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->path = strdup(path);
	if (store->path == NULL) {
		free(store);
		return NULL;
	}
	store->access = access;
	store->map_bytes = map_bytes;
	pthread_mutex_init(&store->mutex, NULL);
	return store;
}

void
environment_free(struct store *store)
{
	if (store == NULL)
		return;
	for (unsigned int i = 0; i < store->idle_count; i++)
		txn_free(store->idle[i]);
	if (store->env != NULL)
		mdb_env_close(store->env);
	tails_free(store->tails);
	shared_free(store->shared);
	pthread_mutex_destroy(&store->mutex);
	free(store->path);
	free(store);
}

int
environment_open(struct store *store, int64_t map_bytes, unsigned int flags)
{
	int code = mdb_env_create(&store->env);

	if (code == MDB_SUCCESS)
		code = mdb_env_set_assert(store->env, log_assertion);
	if (code == MDB_SUCCESS)
		code = mdb_env_set_userctx(store->env, store->path);
	if (code == MDB_SUCCESS)
		code = mdb_env_set_maxdbs(store->env, TREE_COUNT);
	if (code == MDB_SUCCESS)
		code = mdb_env_set_maxreaders(store->env, STORE_READERS_MAX);
	if (code == MDB_SUCCESS)
		code = mdb_env_set_mapsize(store->env, (size_t)map_bytes);
	/* The files are there, with their modes. */
	if (code == MDB_SUCCESS)
		code = mdb_env_open(store->env, store->path,
		    MDB_NOTLS | flags, 0600);
	return code;
}

int
environment_open_trees(struct store *store, MDB_txn *txn, unsigned int flags)
{
	int code = mdb_dbi_open(txn, NULL, 0, &store->first_tree);

	for (size_t i = 0; i < TREE_COUNT && code == MDB_SUCCESS; i++)
		code = mdb_dbi_open(txn, tree_names[i], flags,
		    &store->trees[i]);
	return code;
}

/* LMDB aborts the process when this returns: it has found what must not be,
 * such as a page of zeros. */
static void
log_assertion(MDB_env *env, const char *message)
{
	log_fact(LEVEL_ERROR, "the store is damaged, LMDB gives up",
	    "store", (const char *)mdb_env_get_userctx(env),
	    "cause", message, NULL);
}
