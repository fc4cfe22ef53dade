/* aside.c - a folder that is filled before it gets its name. */
#include "store/aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than ever lie in one of ours. */
enum { FILES_MAX = 16 };

static enum error hold(struct aside *aside, struct detail *detail);
static enum error make_empty(int fd);
static bool is_still_there(const struct aside *aside);
static int sync_directory(int fd);
static enum error failed(const struct aside *aside, const char *name,
    struct detail *detail);

enum error
aside_make(int parent_fd, const char *parent, const char *name,
    const struct ownership *owner, mode_t mode, struct aside *aside,
    struct detail *detail)
{
	enum error err;

	*aside = (struct aside){
		.parent_fd = parent_fd, .fd = -1, .owner = *owner
	};
	if (snprintf(aside->name, sizeof(aside->name), "%s", name) >=
	    (int)sizeof(aside->name) || snprintf(aside->path,
	    sizeof(aside->path), "%s/%s", parent, name) >=
	    (int)sizeof(aside->path))
		return detail_set(detail, ERR_IO, "%s/%s: the path is too "
		    "long", parent, name);
	if (mkdirat(parent_fd, name, 0700) != 0 && errno != EEXIST)
		return failed(aside, "", detail);
	err = hold(aside, detail);
	if (err == ERR_NONE &&
	    ownership_give(aside->fd, owner, mode) != ERR_NONE)
		err = detail_set(detail, ERR_IO, "%s: cannot give it the "
		    "store's owner and mode, which the file system may not "
		    "keep: %s", aside->path, strerror(errno));
	return err;
}

/* Only a folder of ours, which is nobody's work any more. */
static enum error
hold(struct aside *aside, struct detail *detail)
{
	struct stat status;
	int fd = openat(aside->parent_fd, aside->name, O_RDONLY |
	    O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) != 0) {
		failed(aside, "", detail);
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	aside->fd = fd;
	/* Where there are no locks, one has to do without. */
	if ((flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
	    !is_still_there(aside)) {
		/* It is the other one's to remove. */
		close(fd);
		aside->fd = -1;
		return detail_set(detail, ERR_EXISTS, "%s: another process "
		    "is filling it", aside->path);
	}
	aside->fd = -1;
	if (status.st_uid != geteuid() && status.st_uid != aside->owner.user)
		errno = EPERM;
	else if (make_empty(fd) == ERR_NONE)
		aside->fd = fd;
	if (aside->fd >= 0)
		return ERR_NONE;
	detail_set(detail, ERR_EXISTS, "%s: it is in the way, and not of this "
	    "program's making: %s", aside->path, strerror(errno));
	close(fd);
	return ERR_EXISTS;
}

static enum error
make_empty(int fd)
{
	int list_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = list_fd < 0 ? NULL : fdopendir(list_fd);
	enum error err = list == NULL ? ERR_IO : ERR_NONE;
	int number;
	int i;

	for (i = 0; i < FILES_MAX && err == ERR_NONE; i++) {
		const struct dirent *entry = readdir(list);

		if (entry == NULL)
			break;
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    unlinkat(fd, entry->d_name, 0) != 0)
			err = ERR_IO;
	}
	if (i == FILES_MAX) {
		errno = ENOTEMPTY;
		err = ERR_IO;
	}
	number = errno;
	if (list != NULL)
		closedir(list);
	else if (list_fd >= 0)
		close(list_fd);
	errno = number;
	return err;
}

/* Not renamed between our open and our lock. */
static bool
is_still_there(const struct aside *aside)
{
	struct stat named;
	struct stat held;

	return fstat(aside->fd, &held) == 0 && fstatat(aside->parent_fd,
	    aside->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

enum error
aside_make_file(struct aside *aside, const char *name, mode_t mode,
    int *fd_out, struct detail *detail)
{
	enum error err = ERR_NONE;
	int fd = openat(aside->fd, name, O_RDWR | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || ownership_give(fd, &aside->owner, mode) != ERR_NONE)
		err = failed(aside, name, detail);
	if (err != ERR_NONE && fd >= 0)
		close(fd);
	*fd_out = err == ERR_NONE ? fd : -1;
	return err;
}

enum error
aside_finish_file(struct aside *aside, const char *name, int fd,
    struct detail *detail)
{
	struct stat status;
	enum error err = ERR_NONE;

	/* To its own size: that ends what was reserved behind its end. */
	if (fstat(fd, &status) != 0 || ftruncate(fd, status.st_size) != 0 ||
	    fsync(fd) != 0)
		err = failed(aside, name, detail);
	/* Some file systems write only now. */
	if (close(fd) != 0 && err == ERR_NONE)
		err = failed(aside, name, detail);
	return err;
}

enum error
aside_rename(struct aside *aside, const char *name, struct detail *detail)
{
	if (sync_directory(aside->fd) != 0)
		return failed(aside, "", detail);
	if (renameat(aside->parent_fd, aside->name, aside->parent_fd,
	    name) != 0) {
		enum error err = errno == EEXIST || errno == ENOTEMPTY ||
		    errno == ENOTDIR ? ERR_EXISTS : ERR_IO;

		return detail_set(detail, err, "%s: cannot rename it to %s: "
		    "%s", aside->path, name, strerror(errno));
	}
	close(aside->fd);
	aside->fd = -1;
	if (sync_directory(aside->parent_fd) != 0)
		return detail_set(detail, ERR_IO, "%s: cannot sync the "
		    "directory that it is in: %s", name, strerror(errno));
	return ERR_NONE;
}

/* EINVAL: the file system has nothing to sync of a directory. */
static int
sync_directory(int fd)
{
	return fsync(fd) == 0 || errno == EINVAL ? 0 : -1;
}

void
aside_clear(struct aside *aside)
{
	if (aside->fd < 0)
		return;
	(void)make_empty(aside->fd);
	unlinkat(aside->parent_fd, aside->name, AT_REMOVEDIR);
	close(aside->fd);
	aside->fd = -1;
}

static enum error
failed(const struct aside *aside, const char *name, struct detail *detail)
{
	return detail_set(detail, ERR_IO, "%s%s%s: %s", aside->path,
	    name[0] == '\0' ? "" : "/", name, strerror(errno));
}
