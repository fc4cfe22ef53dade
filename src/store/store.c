/* store.c - open and close the LMDB environment. */
#include "store/store.h"

#include <assert.h>

#include "shared/shared.h"
#include "store/store_file.h"
#include "store/file_system.h"
#include "store/gate.h"
#include "store/lmdb_error.h"
#include "store/lock_file.h"
#include "store/meta.h"
#include "store/txn.h"
#include "store/writers.h"

static enum error open_inside(const char *path, enum store_access access,
    int64_t map_bytes, struct store **store_out, struct detail *detail);
static enum error open_trees_of(const char *path, enum store_access access,
    const struct store_file *file, int64_t map_bytes, unsigned int flags,
    struct store **store_out, struct detail *detail);
static int64_t map_bytes_for(int64_t map_bytes, const struct store_file *file);
static enum error open_trees(struct store *store, struct detail *detail);
static enum error open_trees_in(struct store *store, MDB_txn *mdb,
    struct detail *detail);
static enum error check_format(struct store *store, MDB_txn *mdb,
    struct detail *detail);
static enum error explain(const struct store *store, int code,
    struct detail *detail);

enum error
store_open(const char *path, enum store_access access, int64_t map_bytes,
    struct store **store_out, struct detail *detail)
{
	struct store *store = NULL;
	enum error err;
	int gate_fd = -1;

	*store_out = NULL;
	err = file_system_check(path, detail);
	if (err == ERR_NONE)
		err = gate_enter(path, GATE_WAIT_MS, &gate_fd, detail);
	if (err == ERR_IO)
		err = ERR_STORE;
	if (err == ERR_NONE)
		err = open_inside(path, access, map_bytes, &store, detail);
	/* The makers of counters have to be alone there. */
	gate_leave(gate_fd);
	if (err == ERR_NONE && access == STORE_WRITE &&
	    shared_new(path, &store->shared) != ERR_NONE)
		err = detail_set(detail, ERR_NO_MEMORY, "out of memory");
	if (err == ERR_NONE) {
		*store_out = store;
		store = NULL;
	}
	store_close(store);
	return err;
}

enum error
store_open_copy(const char *path, int64_t map_bytes,
    struct store **store_out, struct detail *detail)
{
	struct store *store = NULL;
	struct store_file file;
	enum error err = store_file_look(path, STORE_READ, &file, detail);

	*store_out = NULL;
	if (err == ERR_NONE)
		err = open_trees_of(path, STORE_READ, &file, map_bytes,
		    MDB_RDONLY | MDB_NOLOCK, &store, detail);
	if (err == ERR_NONE) {
		*store_out = store;
		store = NULL;
	}
	store_close(store);
	return err;
}

void
store_close(struct store *store)
{
	environment_free(store);
}

unsigned int
store_clear_dead_readers(struct store *store)
{
	int dead = 0;

	lmdb_failed(mdb_reader_check(store->env, &dead), "mdb_reader_check",
	    store->path);
	return (unsigned int)dead;
}

/* Within the gate.  *store_out has to be closed, also after an error. */
static enum error
open_inside(const char *path, enum store_access access, int64_t map_bytes,
    struct store **store_out, struct detail *detail)
{
	struct store_file file;
	enum error err;
	int fd = -1;

	err = store_file_look(path, access, &file, detail);
	if (err == ERR_NONE)
		err = lock_file_make(path, access, detail);
	if (err == ERR_NONE)
		err = open_trees_of(path, access, &file, map_bytes,
		    access == STORE_READ ? MDB_RDONLY : 0, store_out, detail);
	assert(err != ERR_NONE || *store_out != NULL);
	if (err == ERR_NONE && access == STORE_WRITE) {
		mdb_env_get_fd((*store_out)->env, &fd);
		err = writers_join(fd, path, detail);
	}
	return err;
}

static enum error
open_trees_of(const char *path, enum store_access access,
    const struct store_file *file, int64_t map_bytes, unsigned int flags,
    struct store **store_out, struct detail *detail)
{
	struct store *store = environment_new(path, access, map_bytes);
	int code;

	*store_out = store;
	if (store == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	store->page_bytes = file->page_bytes;
	code = environment_open(store, map_bytes_for(map_bytes, file), flags);
	if (code != MDB_SUCCESS)
		return explain(store, code, detail);
	store_clear_dead_readers(store);
	return open_trees(store, detail);
}

/*
 * A setting smaller than what is there must not leave LMDB without a free
 * page: then not even pruning could go on.
 */
static int64_t
map_bytes_for(int64_t map_bytes, const struct store_file *file)
{
	int64_t page_bytes = (int64_t)file->page_bytes;
	int64_t bytes = map_bytes;

	if (bytes < file->used_bytes)
		bytes = file->used_bytes + file->used_bytes / 4;
	return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

static enum error
open_trees(struct store *store, struct detail *detail)
{
	MDB_txn *mdb = NULL;
	enum error err;
	int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &mdb);

	if (code == MDB_MAP_RESIZED) {
		code = mdb_env_set_mapsize(store->env, 0);
		if (code == MDB_SUCCESS)
			code = mdb_txn_begin(store->env, NULL, MDB_RDONLY,
			    &mdb);
	}
	if (code != MDB_SUCCESS)
		return explain(store, code, detail);

	err = open_trees_in(store, mdb, detail);
	if (err != ERR_NONE) {
		mdb_txn_abort(mdb);
		return err;
	}
	/* An aborted transaction would close the trees again. */
	code = mdb_txn_commit(mdb);
	return code == MDB_SUCCESS ? ERR_NONE : explain(store, code, detail);
}

/* The format comes first: a newer one may have other trees. */
static enum error
open_trees_in(struct store *store, MDB_txn *mdb, struct detail *detail)
{
	int code = mdb_dbi_open(mdb, tree_name(TREE_META), 0,
	    &store->trees[TREE_META]);
	enum error err;

	if (code == MDB_NOTFOUND)
		return detail_set(detail, ERR_STORE,
		    "%s: an LMDB file, but not a store of apitrail",
		    store->path);
	if (code != MDB_SUCCESS)
		return explain(store, code, detail);
	err = check_format(store, mdb, detail);
	if (err != ERR_NONE)
		return err;
	code = environment_open_trees(store, mdb, 0);
	return code == MDB_SUCCESS ? ERR_NONE : explain(store, code, detail);
}

static enum error
check_format(struct store *store, MDB_txn *mdb, struct detail *detail)
{
	struct store_txn txn = { .store = store, .mdb = mdb };

	switch (meta_get_format(&txn, &store->format)) {
	case ERR_NONE:
		break;
	case ERR_NOT_FOUND:
		return detail_set(detail, ERR_STORE,
		    "%s: it has no format record, so it is not a store of "
		    "apitrail", store->path);
	case ERR_CORRUPT:
		return detail_set(detail, ERR_CORRUPT,
		    "%s: its format record is damaged", store->path);
	default:
		return detail_set(detail, ERR_STORE,
		    "%s: its format record cannot be read", store->path);
	}
	if (store->format > FORMAT_VERSION)
		return detail_set(detail, ERR_STORE, "%s: the store has format "
		    "%u, made by a newer apitrail; this one knows formats up "
		    "to %d", store->path, store->format, FORMAT_VERSION);
	return ERR_NONE;
}

static enum error
explain(const struct store *store, int code, struct detail *detail)
{
	enum error err = lmdb_error(code);

	switch (err) {
	case ERR_NOT_FOUND:
		return detail_set(detail, ERR_CORRUPT,
		    "%s: the store is damaged: one of its trees is missing",
		    store->path);
	case ERR_CORRUPT:
		return detail_set(detail, err, "%s: the store is damaged: %s",
		    store->path, mdb_strerror(code));
	case ERR_NO_MEMORY:
		return detail_set(detail, err, "%s: %s", store->path,
		    mdb_strerror(code));
	default:
		return detail_set(detail, ERR_STORE, "%s: %s", store->path,
		    mdb_strerror(code));
	}
}
