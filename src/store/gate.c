/* gate.c - nobody opens a store while another takes its place. */
#include "store/gate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store_file.h"

enum {
	PAUSE_NS = 1000 * 1000,
	/* Restores that were cut off between two looks. */
	ROUNDS_MAX = 100,
	/* More than a backup has. */
	READY_FILES_MAX = 8
};

static enum error enter(const char *path, int fd, int wait_ms,
    struct detail *detail);
static enum error lock(const char *path, int fd, int operation, int wait_ms,
    struct detail *detail);
static enum error move_all(int from_fd, int to_fd);
static enum error move_files(int from_fd, int to_fd);
static bool is_there(int directory_fd, const char *name);

enum error
gate_enter(const char *path, int wait_ms, int *fd_out, struct detail *detail)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum error err;

	*fd_out = -1;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ERR_NONE;
	if (fd < 0)
		return detail_set(detail, ERR_IO, "%s: cannot open the "
		    "store's directory: %s", path, strerror(errno));
	err = enter(path, fd, wait_ms, detail);
	if (err == ERR_NONE)
		*fd_out = fd;
	else
		close(fd);
	return err;
}

void
gate_leave(int fd)
{
	/* Ends the lock too. */
	if (fd >= 0)
		close(fd);
}

enum error
gate_close(const char *path, int fd, int wait_ms, struct detail *detail)
{
	enum error err = gate_lock(path, fd, wait_ms, detail);

	if (err != ERR_NONE)
		return err;
	if (gate_move_ready(path, fd, detail) != ERR_NONE) {
		gate_open(fd);
		return ERR_STORE;
	}
	return ERR_NONE;
}

void
gate_open(int fd)
{
	flock(fd, LOCK_UN);
}

enum error
gate_lock(const char *path, int fd, int wait_ms, struct detail *detail)
{
	return lock(path, fd, LOCK_EX, wait_ms, detail);
}

/*
 * Every step may have been done before, and be done again: since the one who
 * was cut off, nobody came through the gate.  lock.mdb goes without one in its
 * place: whoever opens next makes it, and takes what it says from the new
 * data file.
 */
enum error
gate_move_ready(const char *path, int fd, struct detail *detail)
{
	enum error err = ERR_NONE;
	int ready_fd = openat(fd, RESTORE_READY, O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);

	if (ready_fd < 0 && errno == ENOENT)
		return ERR_NONE;
	if (ready_fd < 0)
		err = ERR_IO;
	if (err == ERR_NONE)
		err = move_all(ready_fd, fd);
	if (err == ERR_NONE && unlinkat(fd, RESTORE_READY,
	    AT_REMOVEDIR) != 0)
		err = ERR_IO;
	if (err != ERR_NONE)
		detail_set(detail, err, "%s: a restore was cut off, and what "
		    "is in " RESTORE_READY " cannot be moved into its place: "
		    "%s", path, strerror(errno));
	if (ready_fd >= 0)
		close(ready_fd);
	return err;
}

bool
gate_has_ready(const char *path)
{
	char name[PATH_MAX];
	struct stat status;

	return snprintf(name, sizeof(name), "%s/" RESTORE_READY, path) <
	    (int)sizeof(name) && lstat(name, &status) == 0;
}

/* Between the end of the one lock and the begin of the other a further
 * restore may have been cut off: hence the rounds. */
static enum error
enter(const char *path, int fd, int wait_ms, struct detail *detail)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		enum error err = lock(path, fd, LOCK_SH, wait_ms, detail);

		if (err != ERR_NONE || !is_there(fd, RESTORE_READY))
			return err;
		err = gate_close(path, fd, wait_ms, detail);
		if (err != ERR_NONE)
			return err;
	}
	return detail_set(detail, ERR_STORE, "%s: restores are cut off there "
	    "again and again", path);
}

/* Looks again and again, as a blocking flock has no bound. */
static enum error
lock(const char *path, int fd, int operation, int wait_ms,
    struct detail *detail)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int64_t end_ms = clock_steady_ms() + wait_ms;

	while (flock(fd, operation | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return detail_set(detail, ERR_STORE, "%s: cannot lock "
			    "the directory: %s", path,
			    strerror(errno));
		if (clock_steady_ms() >= end_ms)
			return detail_set(detail, ERR_STORE, "%s: another "
			    "program keeps the directory locked for over "
			    "%d ms", path, wait_ms);
		nanosleep(&pause, NULL);
	}
	return ERR_NONE;
}

static enum error
move_all(int from_fd, int to_fd)
{
	if (unlinkat(to_fd, LOCK_FILE, 0) != 0 && errno != ENOENT)
		return ERR_IO;
	if (move_files(from_fd, to_fd) != ERR_NONE)
		return ERR_IO;
	return fsync(to_fd) == 0 && fsync(from_fd) == 0 ? ERR_NONE : ERR_IO;
}

static enum error
move_files(int from_fd, int to_fd)
{
	int list_fd = openat(from_fd, ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	DIR *list = list_fd < 0 ? NULL : fdopendir(list_fd);
	enum error err = list == NULL ? ERR_IO : ERR_NONE;

	for (int i = 0; i < READY_FILES_MAX && err == ERR_NONE; i++) {
		const struct dirent *entry = readdir(list);

		if (entry == NULL)
			break;
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (renameat(from_fd, entry->d_name, to_fd,
		    entry->d_name) != 0)
			err = ERR_IO;
	}
	if (list != NULL)
		closedir(list);
	else if (list_fd >= 0)
		close(list_fd);
	return err;
}

static bool
is_there(int directory_fd, const char *name)
{
	struct stat status;

	return fstatat(directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}
