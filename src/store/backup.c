/* backup.c - a copy of a store that is in use, in a folder of its own. */
#include "store/backup.h"

#include <dirent.h>
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
#include "store/copy_folder.h"
#include "store/pepper_file.h"
#include "store/store.h"
#include "store/store_file.h"

#define SUFFIX ".making"

struct backup {
	char *path;		/* of the store */
	char *pepper_path;	/* NULL: it lies elsewhere */
	int parent_fd;		/* of the target */
	char parent[PATH_MAX];
	char name[NAME_MAX + 1];
	struct aside aside;
};

static enum error look_at_store(struct backup *backup,
    const char *pepper_path, struct ownership *owner,
    struct detail *detail);
static enum error find_target(struct backup *backup, const char *target,
    struct detail *detail);
static bool split(struct backup *backup, const char *target);
static enum error check_free(const struct backup *backup,
    const char *target, struct detail *detail);
static bool is_empty(const char *directory);
static enum error make_aside(struct backup *backup,
    const struct ownership *owner, struct detail *detail);

enum error
backup_begin(const char *path, const char *pepper_path, const char *target,
    struct backup **backup_out, struct detail *detail)
{
	struct backup *backup = calloc(1, sizeof(*backup));
	struct ownership owner;
	enum error err;

	*backup_out = NULL;
	if (backup == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	backup->parent_fd = -1;
	backup->aside.fd = -1;
	backup->path = strdup(path);
	if (backup->path == NULL) {
		err = detail_set(detail, ERR_NO_MEMORY, "out of memory");
		goto out;
	}
	err = look_at_store(backup, pepper_path, &owner, detail);
	if (err == ERR_NONE)
		err = find_target(backup, target, detail);
	if (err == ERR_NONE)
		err = make_aside(backup, &owner, detail);
	if (err != ERR_NONE)
		goto out;

	*backup_out = backup;
	backup = NULL;
out:
	backup_abort(backup);
	return err;
}

/* The copy belongs to whom the store belongs to. */
static enum error
look_at_store(struct backup *backup, const char *pepper_path,
    struct ownership *owner, struct detail *detail)
{
	struct pepper pepper;
	enum error err = ERR_NONE;
	int fd = open(backup->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || ownership_read(fd, owner) != ERR_NONE)
		err = detail_set(detail, ERR_STORE, "%s: cannot open the "
		    "store's directory: %s", backup->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (err != ERR_NONE ||
	    !copy_folder_owns_pepper(backup->path, pepper_path))
		return err;
	/* Now and not after the work: without its pepper it is none. */
	err = pepper_file_read(pepper_path, &pepper, detail);
	explicit_bzero(&pepper, sizeof(pepper));
	if (err != ERR_NONE)
		return err;
	backup->pepper_path = strdup(pepper_path);
	return backup->pepper_path != NULL ? ERR_NONE :
	    detail_set(detail, ERR_NO_MEMORY, "out of memory");
}

static enum error
find_target(struct backup *backup, const char *target, struct detail *detail)
{
	if (!split(backup, target))
		return detail_set(detail, ERR_MEANING, "%s: expected the path "
		    "of a folder that is to be made, with a name of at most "
		    "%d bytes", target, NAME_MAX - (int)sizeof(SUFFIX) + 1);
	backup->parent_fd = open(backup->parent, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (backup->parent_fd < 0)
		return detail_set(detail, ERR_MEANING, "%s: cannot open the "
		    "directory that it is to be in: %s", target,
		    strerror(errno));
	return check_free(backup, target, detail);
}

/* An empty directory's own name, whatever it was called: it is replaced. */
static bool
split(struct backup *backup, const char *target)
{
	char path[PATH_MAX];
	const char *name;
	char *slash;

	if (realpath(target, path) == NULL &&
	    snprintf(path, sizeof(path), "%s", target) >= (int)sizeof(path))
		return false;
	for (size_t len = strlen(path); len > 1 && path[len - 1] == '/';
	    len--)
		path[len - 1] = '\0';
	slash = strrchr(path, '/');
	name = slash == NULL ? path : slash + 1;
	if (name[0] == '\0' || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0 ||
	    strlen(name) + sizeof(SUFFIX) > sizeof(backup->name))
		return false;
	snprintf(backup->name, sizeof(backup->name), "%s", name);
	if (slash != NULL)
		slash[slash == path] = '\0';
	snprintf(backup->parent, sizeof(backup->parent), "%s",
	    slash == NULL ? "." : path);
	return true;
}

static enum error
check_free(const struct backup *backup, const char *target,
    struct detail *detail)
{
	struct stat parent;
	struct stat status;

	if (fstatat(backup->parent_fd, backup->name, &status,
	    AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ERR_NONE : detail_set(detail,
		    ERR_MEANING, "%s: %s", target, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return detail_set(detail, ERR_MEANING, "%s: expected a name "
		    "that is free, or an empty directory, found something "
		    "else", target);
	if (!is_empty(target))
		return detail_set(detail, ERR_MEANING, "%s: the directory is "
		    "not empty, or cannot be read; name one that is, or one "
		    "that is not there", target);
	if (fstat(backup->parent_fd, &parent) == 0 &&
	    parent.st_dev != status.st_dev)
		return detail_set(detail, ERR_MEANING, "%s: another disk "
		    "begins there, and the backup would have to take its "
		    "place; name a folder in it", target);
	return ERR_NONE;
}

static bool
is_empty(const char *directory)
{
	const struct dirent *entry;
	DIR *list = opendir(directory);
	bool is_empty = list != NULL;

	while (is_empty && (entry = readdir(list)) != NULL)
		is_empty = strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0;
	if (list != NULL)
		closedir(list);
	return is_empty;
}

static enum error
make_aside(struct backup *backup, const struct ownership *owner,
    struct detail *detail)
{
	char name[sizeof(backup->name) + sizeof(SUFFIX)];

	snprintf(name, sizeof(name), "%s" SUFFIX, backup->name);
	return aside_make(backup->parent_fd, backup->parent, name, owner,
	    DIRECTORY_MODE, &backup->aside, detail);
}

enum error
backup_fill(struct backup *backup, int64_t map_bytes,
    const struct copy_watch *watch, struct copy_result *result,
    struct detail *detail)
{
	struct store *store = NULL;
	enum error err;

	*result = (struct copy_result){ 0 };
	err = store_open(backup->path, STORE_READ, map_bytes, &store, detail);
	if (err == ERR_NONE)
		err = copy_folder_records(&backup->aside, store, watch,
		    result, detail);
	/* Before the long look: it holds back pages as a reader. */
	store_close(store);
	if (err == ERR_NONE && backup->pepper_path != NULL)
		err = copy_folder_pepper(&backup->aside, backup->pepper_path,
		    BACKUP_PEPPER, detail);
	if (err == ERR_NONE)
		err = copy_folder_verify(&backup->aside, backup->path, watch,
		    result, detail);
	return err;
}

bool
backup_has_pepper(const struct backup *backup)
{
	return backup->pepper_path != NULL;
}

enum error
backup_commit(struct backup *backup, struct detail *detail)
{
	enum error err = aside_rename(&backup->aside, backup->name, detail);

	backup_abort(backup);
	return err;
}

void
backup_abort(struct backup *backup)
{
	if (backup == NULL)
		return;
	aside_clear(&backup->aside);
	if (backup->parent_fd >= 0)
		close(backup->parent_fd);
	free(backup->path);
	free(backup->pepper_path);
	free(backup);
}
