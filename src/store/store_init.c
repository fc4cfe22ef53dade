/* store_init.c - make a store, safe against crashes and other makers. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ownership.h"
#include "store/store_file.h"
#include "store/directory.h"
#include "store/file_system.h"
#include "store/gate.h"
#include "store/lmdb_error.h"
#include "store/lock_file.h"
#include "store/meta.h"
#include "store/pepper_file.h"
#include "store/store.h"
#include "store/txn.h"

/* Where the data file is made, in the store's directory. */
#define ASIDE ".making"

static enum error make_store_file(const char *path, int fd, int64_t map_bytes,
    bool *made_out, struct detail *detail);
static bool is_there(int fd, const char *name);
static void remove_aside(int fd);
static enum error make_aside(const char *path, int fd, int64_t map_bytes,
    struct detail *detail);
static enum error fill(const char *path, int64_t map_bytes,
    struct detail *detail);
static int write_first_records(struct store *store);
static enum error link_into_place(int fd, bool *made_out);
static enum error finish_file(int directory_fd, const char *name);

enum error
store_init(const char *path, const char *pepper_path, int64_t map_bytes,
    bool *made_out, struct detail *detail)
{
	bool is_directory_made;
	bool is_data_made = false;
	bool is_pepper_made = false;
	enum error err;
	int fd = -1;

	*made_out = false;
	err = directory_make(path, &fd, &is_directory_made, detail);
	if (err != ERR_NONE)
		return err;
	if (file_system_check(path, detail) != ERR_NONE) {
		err = ERR_MEANING;
		goto out;
	}
	file_system_warn(path);

	err = make_store_file(path, fd, map_bytes, &is_data_made, detail);
	if (err == ERR_NONE)
		err = lock_file_make(path, STORE_WRITE, detail);
	if (err == ERR_NONE)
		err = pepper_file_make(pepper_path, fd, &is_pepper_made,
		    detail);
	/* Names that a maker left who was cut off. */
	if (err == ERR_NONE && fsync(fd) != 0)
		err = detail_set(detail, ERR_IO, "%s: cannot sync it: %s",
		    path, strerror(errno));
	*made_out = err == ERR_NONE &&
	    (is_directory_made || is_data_made || is_pepper_made);
out:
	close(fd);
	return err;
}

static enum error
make_store_file(const char *path, int fd, int64_t map_bytes, bool *made_out,
    struct detail *detail)
{
	enum error err;

	if (is_there(fd, DATA_FILE) && !is_there(fd, ASIDE))
		return ERR_NONE;
	/* Makers wait for each other, so what lies aside is nobody's. */
	err = gate_lock(path, fd, GATE_WAIT_MS, detail);
	if (err != ERR_NONE)
		return err;

	remove_aside(fd);
	/* The store may be there, but for its name. */
	err = gate_move_ready(path, fd, detail);
	if (err == ERR_NONE && !is_there(fd, DATA_FILE)) {
		err = make_aside(path, fd, map_bytes, detail);
		if (err == ERR_NONE &&
		    link_into_place(fd, made_out) != ERR_NONE)
			err = detail_set(detail, ERR_IO, "%s/" DATA_FILE
			    ": cannot make it: %s", path, strerror(errno));
		remove_aside(fd);
	}
	gate_open(fd);
	return err;
}

static bool
is_there(int fd, const char *name)
{
	struct stat status;

	return fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Whoever cannot remove it meets it again when making it anew. */
static void
remove_aside(int fd)
{
	unlinkat(fd, ASIDE "/" DATA_FILE, 0);
	unlinkat(fd, ASIDE "/" LOCK_FILE, 0);
	unlinkat(fd, ASIDE, AT_REMOVEDIR);
}

static enum error
make_aside(const char *path, int fd, int64_t map_bytes,
    struct detail *detail)
{
	char aside[PATH_MAX];
	enum error err;

	if (snprintf(aside, sizeof(aside), "%s/" ASIDE, path) >=
	    (int)sizeof(aside))
		return detail_set(detail, ERR_IO, "%s: the path is too long",
		    path);
	if (mkdirat(fd, ASIDE, 0700) != 0)
		return detail_set(detail, ERR_IO, "%s: cannot make it: %s",
		    aside, strerror(errno));
	err = lock_file_make(aside, STORE_WRITE, detail);
	return err == ERR_NONE ? fill(aside, map_bytes, detail) : err;
}

static enum error
fill(const char *path, int64_t map_bytes, struct detail *detail)
{
	struct store *store = environment_new(path, STORE_WRITE, map_bytes);
	int code;

	if (store == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	code = environment_open(store, map_bytes, 0);
	if (code == MDB_SUCCESS)
		code = write_first_records(store);
	store_close(store);
	if (code != MDB_SUCCESS)
		return detail_set(detail, ERR_STORE,
		    "%s: cannot make the store: %s", path,
		    mdb_strerror(code));
	return ERR_NONE;
}

static int
write_first_records(struct store *store)
{
	struct store_txn txn = { .store = store, .is_write = true };
	MDB_envinfo state;
	MDB_stat stat;
	int fd;
	int code = mdb_txn_begin(store->env, NULL, 0, &txn.mdb);

	if (code == MDB_SUCCESS)
		code = environment_open_trees(store, txn.mdb, MDB_CREATE);
	if (code == MDB_SUCCESS && meta_put_format(&txn) != ERR_NONE)
		code = EIO;
	if (code != MDB_SUCCESS) {
		mdb_txn_abort(txn.mdb);
		return code;
	}
	code = mdb_txn_commit(txn.mdb);
	if (code != MDB_SUCCESS)
		return code;

	mdb_env_info(store->env, &state);
	mdb_env_stat(store->env, &stat);
	mdb_env_get_fd(store->env, &fd);
	return store_file_extend(fd,
	    (int64_t)((state.me_last_pgno + 1) * stat.ms_psize),
	    (int64_t)state.me_mapsize) == ERR_NONE ? MDB_SUCCESS : errno;
}

/* A link never replaces what is there. */
static enum error
link_into_place(int fd, bool *made_out)
{
	enum error err = finish_file(fd, ASIDE "/" DATA_FILE);

	if (err != ERR_NONE)
		return err;
	if (linkat(fd, ASIDE "/" DATA_FILE, fd, DATA_FILE, 0) == 0)
		*made_out = true;
	else if (errno != EEXIST)
		return ERR_IO;
	return fsync(fd) == 0 ? ERR_NONE : ERR_IO;
}

static enum error
finish_file(int directory_fd, const char *name)
{
	struct ownership owner;
	enum error err;
	int fd = openat(directory_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return ERR_IO;
	err = ownership_read(directory_fd, &owner);
	if (err == ERR_NONE)
		err = ownership_give(fd, &owner, DATA_FILE_MODE);
	if (err == ERR_NONE && fsync(fd) != 0)
		err = ERR_IO;
	close(fd);
	return err;
}
