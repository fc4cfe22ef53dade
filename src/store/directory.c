/* directory.c - the store's directory: make it where it is missing. */
#include "store/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ownership.h"

enum {
	PARENT_MODE = 0755,
	/* Rounds in which another process was faster. */
	ATTEMPTS_MAX = 100
};

static enum error open_or_make(const char *path, int *fd_out,
    bool *made_out);
static int make_parents(const char *path);
static enum error make_aside(const char *path);
static enum error sync_parents(const char *path);

enum error
directory_make(const char *path, int *fd_out, bool *made_out,
    struct detail *detail)
{
	char plain[PATH_MAX];
	size_t len = strlen(path);
	enum error err;

	*fd_out = -1;
	*made_out = false;
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 0 || len >= sizeof(plain))
		return detail_set(detail, ERR_MEANING,
		    "%s: expected the path of a directory", path);
	memcpy(plain, path, len);
	plain[len] = '\0';

	err = open_or_make(plain, fd_out, made_out);
	/* Also of what was there: who made it may have been cut off. */
	if (err == ERR_NONE && sync_parents(plain) != ERR_NONE) {
		err = detail_set(detail, ERR_IO, "%s: cannot sync the "
		    "directories that lead to it: %s", plain,
		    strerror(errno));
		close(*fd_out);
		*fd_out = -1;
		return err;
	}
	if (err == ERR_NONE)
		return ERR_NONE;
	if (errno == ENOTDIR)
		return detail_set(detail, ERR_MEANING,
		    "%s: expected a directory, found something else", plain);
	return detail_set(detail, ERR_IO, "%s: cannot make the store's "
	    "directory: %s", plain, strerror(errno));
}

static enum error
open_or_make(const char *path, int *fd_out, bool *made_out)
{
	for (int i = 0; i < ATTEMPTS_MAX; i++) {
		*fd_out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*fd_out >= 0)
			return ERR_NONE;
		if (errno != ENOENT || make_parents(path) != 0)
			return ERR_IO;
		if (make_aside(path) == ERR_NONE)
			*made_out = true;
		else if (errno != EEXIST && errno != ENOENT)
			return ERR_IO;
	}
	return ERR_IO;
}

static int
make_parents(const char *path)
{
	char parent[PATH_MAX];

	snprintf(parent, sizeof(parent), "%s", path);
	for (char *slash = strchr(parent + 1, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(parent, PARENT_MODE) != 0 && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return 0;
}

/* Under another name until owner and mode are right: a crash between leaves
 * nothing that looks finished. */
static enum error
make_aside(const char *path)
{
	struct ownership owner = ownership_of_service();
	char aside[PATH_MAX];
	enum error err = ERR_IO;
	int fd;

	if (snprintf(aside, sizeof(aside), "%s.making", path) >=
	    (int)sizeof(aside)) {
		errno = ENAMETOOLONG;
		return ERR_IO;
	}
	if (mkdir(aside, 0700) != 0 && errno != EEXIST)
		return ERR_IO;
	fd = open(aside, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	if (ownership_give(fd, &owner, DIRECTORY_MODE) == ERR_NONE &&
	    renameat2(AT_FDCWD, aside, AT_FDCWD, path,
	    RENAME_NOREPLACE) == 0) {
		err = ERR_NONE;
	} else if (errno == EEXIST) {
		/* Another process made it meanwhile. */
		rmdir(aside);
		errno = EEXIST;
	}
	close(fd);
	return err;
}

/* A name is on disk when its directory is: all the way up. */
static enum error
sync_parents(const char *path)
{
	char parent[PATH_MAX];
	enum error err = ERR_NONE;
	char *slash;

	snprintf(parent, sizeof(parent), "%s", path);
	while (err == ERR_NONE && (slash = strrchr(parent, '/')) != NULL &&
	    slash != parent) {
		*slash = '\0';
		err = directory_sync(parent);
	}
	if (err == ERR_NONE)
		err = directory_sync(parent[0] == '/' ? "/" : ".");
	return err;
}

enum error
directory_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum error err = ERR_NONE;

	if (fd < 0)
		return ERR_NONE;
	if (fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
		err = ERR_IO;
	close(fd);
	return err;
}
