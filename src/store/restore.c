/* restore.c - put a backup in the place of a store. */
#include "store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/api_key.h"
#include "store/aside.h"
#include "store/directory.h"
#include "store/file_system.h"
#include "store/gate.h"
#include "store/pepper_file.h"
#include "store/store.h"
#include "store/store_file.h"
#include "store/wake.h"
#include "store/writers.h"

/* Of a store without a record but that of its format: two meta pages, the
 * tree of trees, and its leaf.  The first organization needs more. */
enum { EMPTY_PAGES = 4 };

struct restore {
	char *from;
	char *path;
	/* Of the pepper in the store's directory; "" when it stays. */
	char pepper[NAME_MAX + 1];
	bool is_directory_made;
	int directory_fd;
	int data_fd;		/* the old file; -1: there is none */
	struct aside aside;
};

static enum error look_at_backup(const struct restore *restore,
    struct detail *detail);
static enum error open_directory(struct restore *restore,
    struct detail *detail);
static enum error plan_pepper(struct restore *restore,
    const char *pepper_path, struct detail *detail);
static enum error compare_peppers(const struct restore *restore,
    const char *own, const char *pepper_path, struct detail *detail);
static enum error take_hold(struct restore *restore, bool may_replace,
    struct detail *detail);
static enum error exclude_writers(struct restore *restore,
    struct detail *detail);
static enum error open_backup(const struct restore *restore,
    int64_t map_bytes, struct store **store_out, struct detail *detail);
static bool is_same_store(const struct restore *restore);
static enum error replace(struct restore *restore, struct detail *detail);
static bool is_there(const char *directory, const char *name);

bool
restore_replaces(const char *path)
{
	struct store_file file;

	if (!is_there(path, DATA_FILE))
		return false;
	return store_file_look(path, STORE_READ, &file, NULL) != ERR_NONE ||
	    file.used_bytes > (int64_t)(EMPTY_PAGES * file.page_bytes);
}

enum error
restore_begin(const char *from, const char *path, const char *pepper_path,
    bool may_replace, struct restore **restore_out, struct detail *detail)
{
	struct restore *restore = calloc(1, sizeof(*restore));
	enum error err;

	*restore_out = NULL;
	if (restore == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	restore->directory_fd = -1;
	restore->data_fd = -1;
	restore->aside.fd = -1;
	restore->from = strdup(from);
	restore->path = strdup(path);
	if (restore->from == NULL || restore->path == NULL) {
		err = detail_set(detail, ERR_NO_MEMORY, "out of memory");
		goto out;
	}
	err = look_at_backup(restore, detail);
	if (err == ERR_NONE)
		err = open_directory(restore, detail);
	if (err == ERR_NONE)
		err = plan_pepper(restore, pepper_path, detail);
	if (err == ERR_NONE)
		err = gate_close(path, restore->directory_fd, GATE_WAIT_MS,
		    detail);
	if (err != ERR_NONE)
		goto out;
	err = take_hold(restore, may_replace, detail);
	gate_open(restore->directory_fd);
	if (err != ERR_NONE)
		goto out;

	*restore_out = restore;
	restore = NULL;
out:
	restore_abort(restore);
	return err;
}

static enum error
look_at_backup(const struct restore *restore, struct detail *detail)
{
	struct store_file file;
	struct stat from;
	struct stat to;

	if (stat(restore->from, &from) != 0)
		return detail_set(detail, ERR_MEANING, "%s: %s",
		    restore->from, strerror(errno));
	if (!S_ISDIR(from.st_mode) || !is_there(restore->from, DATA_FILE))
		return detail_set(detail, ERR_MEANING, "%s: expected the "
		    "folder of a backup, which holds " DATA_FILE,
		    restore->from);
	if (stat(restore->path, &to) == 0 && from.st_dev == to.st_dev &&
	    from.st_ino == to.st_ino)
		return detail_set(detail, ERR_MEANING, "%s: expected a backup "
		    "of the store, this is the store itself", restore->from);
	return store_file_look(restore->from, STORE_READ, &file, detail);
}

static enum error
open_directory(struct restore *restore, struct detail *detail)
{
	enum error err = directory_make(restore->path, &restore->directory_fd,
	    &restore->is_directory_made, detail);

	if (err != ERR_NONE)
		return err;
	if (file_system_check(restore->path, detail) != ERR_NONE)
		return ERR_MEANING;
	file_system_warn(restore->path);
	return ERR_NONE;
}

static enum error
plan_pepper(struct restore *restore, const char *pepper_path,
    struct detail *detail)
{
	const char *slash = strrchr(pepper_path, '/');
	char own[PATH_MAX];
	struct pepper pepper;
	enum error err;

	if (snprintf(own, sizeof(own), "%s/" BACKUP_PEPPER, restore->from) >=
	    (int)sizeof(own))
		return detail_set(detail, ERR_MEANING, "%s: the path is too "
		    "long", restore->from);
	if (is_there(restore->from, BACKUP_PEPPER)) {
		if (!copy_folder_owns_pepper(restore->path, pepper_path))
			return compare_peppers(restore, own, pepper_path,
			    detail);
		snprintf(restore->pepper, sizeof(restore->pepper), "%s",
		    slash == NULL ? pepper_path : slash + 1);
		return ERR_NONE;
	}
	err = pepper_file_read(pepper_path, &pepper, detail);
	explicit_bzero(&pepper, sizeof(pepper));
	if (err == ERR_NONE)
		return ERR_NONE;
	detail_prefix(detail, "%s has no pepper, so put the one that belongs "
	    "to it in its place first: ", restore->from);
	return ERR_MEANING;
}

/* A pepper that lies elsewhere may serve others too: it is not replaced. */
static enum error
compare_peppers(const struct restore *restore, const char *own,
    const char *pepper_path, struct detail *detail)
{
	struct pepper theirs;
	struct pepper ours;
	enum error err = pepper_file_read(own, &theirs, detail);

	if (err != ERR_NONE)
		return err;
	err = pepper_file_read(pepper_path, &ours, detail);
	if (err != ERR_NONE) {
		detail_prefix(detail, "put %s in its place first: ", own);
		err = ERR_MEANING;
	} else if (memcmp(&theirs, &ours, sizeof(ours)) != 0) {
		err = detail_set(detail, ERR_MEANING, "%s: another pepper than "
		    "the one of %s, without which no key of it is known; put "
		    "that in its place first", pepper_path, restore->from);
	}
	explicit_bzero(&theirs, sizeof(theirs));
	explicit_bzero(&ours, sizeof(ours));
	return err;
}

/* With the gate closed: nobody makes a store there meanwhile. */
static enum error
take_hold(struct restore *restore, bool may_replace, struct detail *detail)
{
	struct ownership owner;
	enum error err = exclude_writers(restore, detail);

	if (err != ERR_NONE)
		return err;
	if (!may_replace && restore_replaces(restore->path))
		return detail_set(detail, ERR_MEANING, "%s: a store is there, "
		    "and would be replaced", restore->path);
	if (ownership_read(restore->directory_fd, &owner) != ERR_NONE)
		return detail_set(detail, ERR_IO, "%s: %s", restore->path,
		    strerror(errno));
	return aside_make(restore->directory_fd, restore->path, RESTORE_ASIDE,
	    &owner, DIRECTORY_MODE, &restore->aside, detail);
}

static enum error
exclude_writers(struct restore *restore, struct detail *detail)
{
	restore->data_fd = openat(restore->directory_fd, DATA_FILE,
	    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (restore->data_fd >= 0)
		return writers_exclude(restore->data_fd, restore->path,
		    detail);
	if (errno == ENOENT)
		return ERR_NONE;
	return detail_set(detail, ERR_IO, "%s/" DATA_FILE ": cannot open it "
	    "to write: %s", restore->path, strerror(errno));
}

enum error
restore_fill(struct restore *restore, int64_t map_bytes,
    const struct copy_watch *watch, struct copy_result *result,
    struct detail *detail)
{
	char pepper[PATH_MAX];
	struct store *store = NULL;
	enum error err;

	*result = (struct copy_result){ 0 };
	err = open_backup(restore, map_bytes, &store, detail);
	if (err == ERR_NONE)
		err = copy_folder_records(&restore->aside, store, watch,
		    result, detail);
	store_close(store);
	if (err == ERR_NONE && restore_has_pepper(restore)) {
		snprintf(pepper, sizeof(pepper), "%s/" BACKUP_PEPPER,
		    restore->from);
		err = copy_folder_pepper(&restore->aside, pepper,
		    restore->pepper, detail);
	}
	if (err == ERR_NONE)
		err = copy_folder_verify(&restore->aside, restore->from,
		    watch, result, detail);
	return err;
}

/* Somebody may use it as a store, who then has made the lock file. */
static enum error
open_backup(const struct restore *restore, int64_t map_bytes,
    struct store **store_out, struct detail *detail)
{
	if (is_there(restore->from, LOCK_FILE))
		return store_open(restore->from, STORE_READ, map_bytes,
		    store_out, detail);
	return store_open_copy(restore->from, map_bytes, store_out, detail);
}

bool
restore_has_pepper(const struct restore *restore)
{
	return restore->pepper[0] != '\0';
}

enum error
restore_commit(struct restore *restore, struct detail *detail)
{
	enum error err = gate_close(restore->path, restore->directory_fd,
	    GATE_WAIT_MS, detail);

	if (err == ERR_NONE) {
		err = replace(restore, detail);
		gate_open(restore->directory_fd);
	}
	if (err == ERR_NONE)
		/* Who waits for news looks at the new store.  Nobody misses
		 * more than a second when this fails. */
		(void)wake_touch(restore->path);
	restore_abort(restore);
	return err;
}

static enum error
replace(struct restore *restore, struct detail *detail)
{
	enum error err;

	if (!is_same_store(restore))
		return detail_set(detail, ERR_EXISTS, "%s: another store has "
		    "come there meanwhile", restore->path);
	/* From here on the new store counts. */
	err = aside_rename(&restore->aside, RESTORE_READY, detail);
	if (err == ERR_NONE) {
		restore->is_directory_made = false;
		err = gate_move_ready(restore->path, restore->directory_fd,
		    detail);
	}
	return err;
}

static bool
is_same_store(const struct restore *restore)
{
	struct stat held;
	struct stat named;
	bool is_named = fstatat(restore->directory_fd, DATA_FILE, &named,
	    AT_SYMLINK_NOFOLLOW) == 0;

	if (restore->data_fd < 0)
		return !is_named && errno == ENOENT;
	return is_named && fstat(restore->data_fd, &held) == 0 &&
	    held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

void
restore_abort(struct restore *restore)
{
	if (restore == NULL)
		return;
	aside_clear(&restore->aside);
	if (restore->is_directory_made)
		rmdir(restore->path);
	if (restore->data_fd >= 0)
		close(restore->data_fd);
	if (restore->directory_fd >= 0)
		close(restore->directory_fd);
	free(restore->from);
	free(restore->path);
	free(restore);
}

static bool
is_there(const char *directory, const char *name)
{
	char path[PATH_MAX];
	struct stat status;

	return snprintf(path, sizeof(path), "%s/%s", directory, name) <
	    (int)sizeof(path) && lstat(path, &status) == 0;
}
