/* wake.c - the file that a commit touches, and those who watch it. */
#include "store/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/ownership.h"

enum {
	NOT_WATCHED = -1,
	READ_BYTES = 4096,
	/* The rest stays readable. */
	READS_MAX = 16
};

/* IN_ATTRIB is a touch, and also the first sign of a file that is removed. */
#define FILE_EVENTS (IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
#define DIRECTORY_EVENTS \
	(IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)

struct wake_watch {
	char *directory;	/* owned */
	char *path;		/* owned; the file's */
	int fd;
	int directory_number;	/* of inotify, or NOT_WATCHED */
	int file_number;
	int complained_of;	/* errno's number, logged once */
};

static enum error make(const char *directory);
static enum error open_watch(struct wake_watch *watch, const char *directory);
static bool read_events(const struct wake_watch *watch, const char *bytes,
    size_t len, bool *is_stale);
static bool concerns_file(const struct inotify_event *event);
static bool arm(struct wake_watch *watch);
static bool arm_one(struct wake_watch *watch, const char *path,
    uint32_t mask, int *number);

enum error
wake_touch(const char *directory)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/" WAKE_FILE, directory) >=
	    (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return ERR_IO;
	}
	/* Both times at once are IN_ATTRIB; nothing is written that could
	 * find a full disk. */
	if (utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW) == 0)
		return ERR_NONE;
	return errno == ENOENT ? make(directory) : ERR_IO;
}

/* That it comes wakes those who watch the directory. */
static enum error
make(const char *directory)
{
	enum error err = ERR_IO;
	int fd = -1;
	int directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (directory_fd < 0)
		return ERR_IO;
	fd = openat(directory_fd, WAKE_FILE, O_WRONLY | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (fd >= 0)
		err = ownership_mend(directory_fd, fd, WAKE_FILE_MODE);
	if (fd >= 0)
		close(fd);
	close(directory_fd);
	return err;
}

enum error
wake_watch_new(const char *directory, struct wake_watch **watch_out)
{
	struct wake_watch *watch = calloc(1, sizeof(*watch));
	enum error err = ERR_NO_MEMORY;

	*watch_out = NULL;
	if (watch == NULL)
		goto out;
	err = open_watch(watch, directory);
	if (err != ERR_NONE)
		goto out;

	(void)arm(watch);
	*watch_out = watch;
	watch = NULL;
out:
	wake_watch_free(watch);
	return err;
}

static enum error
open_watch(struct wake_watch *watch, const char *directory)
{
	watch->directory_number = NOT_WATCHED;
	watch->file_number = NOT_WATCHED;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0) {
		log_fact(LEVEL_WARNING, "the store cannot be watched for "
		    "news", "store", directory, "cause", strerror(errno),
		    NULL);
		return ERR_IO;
	}
	watch->directory = strdup(directory);
	if (watch->directory == NULL)
		return ERR_NO_MEMORY;
	if (asprintf(&watch->path, "%s/" WAKE_FILE, directory) < 0) {
		watch->path = NULL;
		return ERR_NO_MEMORY;
	}
	return ERR_NONE;
}

void
wake_watch_free(struct wake_watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch->directory);
	free(watch->path);
	free(watch);
}

int
wake_watch_fd(const struct wake_watch *watch)
{
	return watch->fd;
}

bool
wake_watch_take(struct wake_watch *watch)
{
	alignas(struct inotify_event) char bytes[READ_BYTES];
	bool has_news = false;
	bool is_stale = false;

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t len = read(watch->fd, bytes, sizeof(bytes));

		if (len <= 0)
			break;
		if (read_events(watch, bytes, (size_t)len, &is_stale))
			has_news = true;
	}
	if (is_stale && arm(watch))
		has_news = true;
	return has_news;
}

/* Whether the file was touched; is_stale when the watches have to be looked
 * at. */
static bool
read_events(const struct wake_watch *watch, const char *bytes, size_t len,
    bool *is_stale)
{
	const struct inotify_event *event;
	bool is_touched = false;

	for (size_t at = 0; at < len; at += sizeof(*event) + event->len) {
		/* The kernel pads them, and what they are read into is
		 * aligned. */
		event = (const struct inotify_event *)(const void *)
		    (bytes + at);
		if ((event->mask & IN_Q_OVERFLOW) != 0)
			/* Others were lost, of whatever kind. */
			is_touched = *is_stale = true;
		else if (event->wd == watch->file_number &&
		    event->mask == IN_ATTRIB)
			is_touched = true;
		else if (event->wd != watch->directory_number ||
		    concerns_file(event))
			*is_stale = true;
	}
	return is_touched;
}

/* Of the directory's events, not those of the store's other files. */
static bool
concerns_file(const struct inotify_event *event)
{
	return event->len == 0 || strcmp(event->name, WAKE_FILE) == 0;
}

bool
wake_watch_renew(struct wake_watch *watch)
{
	return arm(watch);
}

/*
 * Watches what lies at the two paths now; to ask for what is watched already
 * changes nothing.  The directory first, so that a file which comes meanwhile
 * is seen.  Whether it is something else than before.
 */
static bool
arm(struct wake_watch *watch)
{
	bool is_new = arm_one(watch, watch->directory,
	    DIRECTORY_EVENTS | IN_ONLYDIR, &watch->directory_number);

	if (arm_one(watch, watch->path, FILE_EVENTS | IN_DONT_FOLLOW,
	    &watch->file_number))
		is_new = true;
	return is_new;
}

static bool
arm_one(struct wake_watch *watch, const char *path, uint32_t mask, int *number)
{
	int before = *number;

	*number = inotify_add_watch(watch->fd, path, mask);
	if (*number < 0 && errno != ENOENT && errno != ENOTDIR &&
	    errno != watch->complained_of) {
		watch->complained_of = errno;
		log_fact(LEVEL_WARNING, "the store cannot be watched for "
		    "news", "path", path, "cause", strerror(errno), NULL);
	}
	if (*number == before)
		return false;
	/* Of what was removed, the kernel has dropped the watch already. */
	if (before != NOT_WATCHED)
		(void)inotify_rm_watch(watch->fd, before);
	return true;
}
