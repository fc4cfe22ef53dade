/* counters_file.c - the file of the counters: find or make it, and map it. */
#include "shared/counters_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/ownership.h"
#include "shared/cut_guard.h"
#include "shared/mapping.h"
#include "shared/shared.h"

/* Where it is made, in the same directory. */
#define ASIDE "." COUNTERS_FILE ".making"

enum {
	/* Each a millisecond; making the file takes less than one. */
	LOCK_ATTEMPTS_MAX = 20,
	LOCK_PAUSE_NS = 1000 * 1000
};

/* What lies at the name. */
enum finding {
	FOUND_GOOD,
	FOUND_NOTHING,
	FOUND_WRONG,
	FOUND_OTHER_VERSION,
	FOUND_LOCKED,		/* to be made, but another has the lock */
	FOUND_FAILURE		/* see errno */
};

static enum finding find_or_make(const char *directory, int directory_fd,
    bool is_start, int *fd_out);
static bool has_to_go(enum finding finding, bool is_start);
static enum finding find(int directory_fd, int *fd_out);
static enum finding judge(int fd);
static enum finding lock(int directory_fd);
static enum error make(int directory_fd, int *fd_out);
static enum error fill(int directory_fd, int fd);
static struct mapping_header make_header(void);
static enum error map(int fd, struct mapping **mapping_out,
    struct counters_identity *identity_out);
static void close_quietly(int fd);

enum error
counters_file_map(const char *directory, bool is_start,
    struct mapping **mapping_out, struct counters_identity *identity_out,
    struct detail *detail)
{
	int directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum finding finding = FOUND_FAILURE;
	enum error err = ERR_IO;
	int fd = -1;

	*mapping_out = NULL;
	if (directory_fd >= 0)
		finding = find_or_make(directory, directory_fd, is_start,
		    &fd);
	if (finding == FOUND_GOOD) {
		/* Who may not mend it can use it all the same. */
		(void)ownership_mend(directory_fd, fd, COUNTERS_FILE_MODE);
		err = map(fd, mapping_out, identity_out);
	}
	if (finding == FOUND_OTHER_VERSION)
		detail_set(detail, err,
		    "another version of apitrail counts there");
	else if (finding == FOUND_LOCKED)
		detail_set(detail, err, "another program keeps the store's "
		    "directory locked");
	else if (err != ERR_NONE)
		detail_set(detail, err, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	/* Ends the lock too. */
	if (directory_fd >= 0)
		close(directory_fd);
	return err;
}

bool
counters_file_is(const char *directory,
    const struct counters_identity *identity)
{
	char path[PATH_MAX];
	struct stat status;

	return snprintf(path, sizeof(path), "%s/" COUNTERS_FILE, directory) <
	    (int)sizeof(path) &&
	    lstat(path, &status) == 0 &&
	    status.st_dev == identity->device &&
	    status.st_ino == identity->inode &&
	    status.st_size == (off_t)sizeof(struct mapping);
}

enum error
counters_memory_map(struct mapping **mapping_out)
{
	void *memory = mmap(NULL, sizeof(struct mapping),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*mapping_out = NULL;
	if (memory == MAP_FAILED)
		return ERR_NO_MEMORY;
	*mapping_out = memory;
	(*mapping_out)->header = make_header();
	return ERR_NONE;
}

void
counters_unmap(struct mapping *mapping)
{
	if (mapping == NULL)
		return;
	cut_guard_forget(mapping);
	munmap(mapping, sizeof(*mapping));
}

/* FOUND_GOOD, or why not. */
static enum finding
find_or_make(const char *directory, int directory_fd, bool is_start,
    int *fd_out)
{
	enum finding finding = find(directory_fd, fd_out);

	if (!has_to_go(finding, is_start))
		return finding;
	/* Makers wait for each other, so what lies aside is nobody's. */
	finding = lock(directory_fd);
	if (finding == FOUND_NOTHING)
		/* Another one may have made it meanwhile. */
		finding = find(directory_fd, fd_out);
	if (!has_to_go(finding, is_start))
		return finding;
	if (make(directory_fd, fd_out) != ERR_NONE)
		return FOUND_FAILURE;
	if (finding != FOUND_NOTHING)
		log_fact(LEVEL_WARNING, "a file of counters that was not one "
		    "of this version was replaced", "path", directory, NULL);
	return FOUND_GOOD;
}

static bool
has_to_go(enum finding finding, bool is_start)
{
	return finding == FOUND_NOTHING || finding == FOUND_WRONG ||
	    (finding == FOUND_OTHER_VERSION && is_start);
}

static enum finding
find(int directory_fd, int *fd_out)
{
	enum finding finding;
	/* Not through a link, and not to wait for a pipe's other end. */
	int fd = openat(directory_fd, COUNTERS_FILE, O_RDWR | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	*fd_out = -1;
	if (fd < 0 && errno == ENOENT)
		return FOUND_NOTHING;
	/* A link; a socket; a device that is not there. */
	if (fd < 0 && (errno == ELOOP || errno == ENXIO || errno == ENODEV))
		return FOUND_WRONG;
	if (fd < 0)
		return FOUND_FAILURE;

	finding = judge(fd);
	if (finding == FOUND_GOOD)
		*fd_out = fd;
	else
		close_quietly(fd);
	return finding;
}

static enum finding
judge(int fd)
{
	struct mapping_header header;
	struct stat status;
	ssize_t count;

	if (fstat(fd, &status) != 0)
		return FOUND_FAILURE;
	if (!S_ISREG(status.st_mode))
		return FOUND_WRONG;
	count = pread(fd, &header, sizeof(header), 0);
	if (count < 0)
		return FOUND_FAILURE;
	if (count < (ssize_t)sizeof(header) || header.magic != MAPPING_MAGIC)
		return FOUND_WRONG;
	if (header.version != MAPPING_VERSION ||
	    header.bytes != sizeof(struct mapping))
		return FOUND_OTHER_VERSION;
	return status.st_size == (off_t)sizeof(struct mapping) ?
	    FOUND_GOOD : FOUND_WRONG;
}

/*
 * Nothing, or why not.  The kernel drops the lock of a maker that is killed;
 * one that is stopped keeps it, and is not waited for.
 */
static enum finding
lock(int directory_fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };

	for (int i = 0; i < LOCK_ATTEMPTS_MAX; i++) {
		if (flock(directory_fd, LOCK_EX | LOCK_NB) == 0)
			return FOUND_NOTHING;
		if (errno != EWOULDBLOCK)
			return FOUND_FAILURE;
		nanosleep(&pause, NULL);
	}
	return FOUND_LOCKED;
}

static enum error
make(int directory_fd, int *fd_out)
{
	enum error err;
	int number;
	int fd;

	/* A maker that died may have left one. */
	unlinkat(directory_fd, ASIDE, 0);
	fd = openat(directory_fd, ASIDE, O_RDWR | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;

	err = fill(directory_fd, fd);
	/* Under the lock, and after a look: this takes the place of nothing,
	 * or of what has to go.  Whoever maps that keeps it. */
	if (err == ERR_NONE && renameat(directory_fd, ASIDE, directory_fd,
	    COUNTERS_FILE) != 0)
		err = ERR_IO;
	if (err == ERR_NONE) {
		*fd_out = fd;
		return ERR_NONE;
	}
	number = errno;
	unlinkat(directory_fd, ASIDE, 0);
	close(fd);
	errno = number;
	return err;
}

/* Not synced: after a loss of power a file without its header is replaced. */
static enum error
fill(int directory_fd, int fd)
{
	struct mapping_header header = make_header();
	struct ownership owner;
	int number;

	/* All of its blocks now: on a full disk, a write to a hole of a
	 * mapping would be SIGBUS. */
	number = posix_fallocate(fd, 0, (off_t)sizeof(struct mapping));
	if (number != 0) {
		errno = number;
		return ERR_IO;
	}
	if (pwrite(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return ERR_IO;
	if (ownership_read(directory_fd, &owner) != ERR_NONE)
		return ERR_IO;
	return ownership_give(fd, &owner, COUNTERS_FILE_MODE);
}

static struct mapping_header
make_header(void)
{
	struct mapping_header header = {
		.magic = MAPPING_MAGIC,
		.version = MAPPING_VERSION,
		.bytes = sizeof(struct mapping),
	};

	tag_seed_make(header.seed);
	return header;
}

static enum error
map(int fd, struct mapping **mapping_out,
    struct counters_identity *identity_out)
{
	/* A seed of its own, since the file's may be gone before it is read. */
	struct mapping_header header = make_header();
	struct stat status;
	void *memory;

	if (fstat(fd, &status) != 0)
		return ERR_IO;
	memory = mmap(NULL, sizeof(struct mapping), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return ERR_IO;
	if (cut_guard_watch(memory, &header) != ERR_NONE) {
		munmap(memory, sizeof(struct mapping));
		return ERR_IO;
	}
	*identity_out = (struct counters_identity){
		status.st_dev, status.st_ino
	};
	*mapping_out = memory;
	return ERR_NONE;
}

static void
close_quietly(int fd)
{
	int number = errno;

	if (fd >= 0)
		close(fd);
	errno = number;
}
