/* power_recorder.c - carries calls out, and logs what they do to files.
 *
 * A write is logged before it is carried out, since some of it may be on disk
 * as soon as it has begun; what makes it stay there, when it has returned.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "open_calls.h"
#include "power_log.h"
#include "power_recorder.h"

enum { PARTS_MAX = 1024 };

static atomic_uint token_count;
static atomic_uint dsync_count;
static atomic_uint record_count;

static int log_open(void);
static void log_record(const struct power_record *record,
    const struct iovec *parts, int part_count);
static bool is_carried_out(enum power_kind kind);
static void die_if_due(void);
static uint64_t token_new(void);
static bool look(int fd, struct stat *status);
static bool dsync_fails(void);
static ssize_t carry_out(int fd, const struct iovec *parts, int count,
    off_t offset, bool is_placed);
static uint64_t parent_of(int directory, const char *path, const char **name);
static void log_entry(int directory, const char *path, bool is_new);
static void log_no_entry(int directory, const char *path);

static int
log_open(void)
{
	const char *path = getenv(POWER_LOG_VARIABLE);

	return path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_APPEND | O_CLOEXEC, 0);
}

/* In one call, which the log's file system does not cut. */
static void
log_record(const struct power_record *record, const struct iovec *parts,
    int part_count)
{
	struct iovec all[PARTS_MAX + 1];
	struct power_record head = *record;
	int before = errno;
	int fd = log_open();
	ssize_t wanted = sizeof(head);

	if (fd < 0)
		return;
	if (!is_carried_out((enum power_kind)record->kind))
		die_if_due();
	if (part_count > PARTS_MAX)
		abort();
	all[0] = (struct iovec){ &head, sizeof(head) };
	head.bytes_len = 0;
	for (int i = 0; i < part_count; i++) {
		all[1 + i] = parts[i];
		head.bytes_len += parts[i].iov_len;
	}
	wanted += (ssize_t)head.bytes_len;
	if (syscall(SYS_writev, fd, all, part_count + 1) != wanted)
		abort();
	syscall(SYS_close, fd);
	if (is_carried_out((enum power_kind)record->kind))
		die_if_due();
	errno = before;
}

/* Names are logged when they are there, all else before. */
static bool
is_carried_out(enum power_kind kind)
{
	return kind == POWER_ENTRY || kind == POWER_NO_ENTRY ||
	    kind == POWER_RENAME;
}

/* So that what is logged has happened, and nothing more. */
static void
die_if_due(void)
{
	const char *text = getenv(POWER_KILL_VARIABLE);

	if (text != NULL && atomic_fetch_add(&record_count, 1) + 1 ==
	    strtoul(text, NULL, 10))
		kill(getpid(), SIGKILL);
}

static uint64_t
token_new(void)
{
	return (uint64_t)getpid() << 32 | atomic_fetch_add(&token_count, 1);
}

/* Files and folders alone. */
static bool
look(int fd, struct stat *status)
{
	int before = errno;
	bool is_one = fstat(fd, status) == 0 &&
	    (S_ISREG(status->st_mode) || S_ISDIR(status->st_mode));

	errno = before;
	return is_one;
}

static bool
dsync_fails(void)
{
	const char *text = getenv(POWER_FAIL_VARIABLE);

	return text != NULL && atomic_fetch_add(&dsync_count, 1) + 1 ==
	    strtoul(text, NULL, 10);
}

static ssize_t
carry_out(int fd, const struct iovec *parts, int count, off_t offset,
    bool is_placed)
{
	return is_placed ? syscall(SYS_pwritev, fd, parts, count, offset, 0) :
	    syscall(SYS_writev, fd, parts, count);
}

ssize_t
record_write(int fd, const struct iovec *parts, int count, off_t offset,
    bool is_placed)
{
	struct power_record record = { .kind = POWER_WRITE };
	struct stat status;
	ssize_t result;
	int flags = fcntl(fd, F_GETFL);

	if (!look(fd, &status))
		return carry_out(fd, parts, count, offset, is_placed);
	record.token = token_new();
	record.inode = status.st_ino;
	record.a = (uint64_t)offset;
	if ((flags & O_APPEND) != 0)
		record.a = (uint64_t)status.st_size;
	else if (!is_placed)
		record.a = (uint64_t)lseek(fd, 0, SEEK_CUR);
	log_record(&record, parts, count);
	result = carry_out(fd, parts, count, offset, is_placed);
	if ((flags & O_DSYNC) == 0)
		return result;
	if (dsync_fails()) {
		errno = EIO;
		return -1;
	}
	record.kind = POWER_WRITE_SYNCED;
	log_record(&record, NULL, 0);
	return result;
}

int
record_sync(int fd, long number)
{
	struct power_record record = { .kind = POWER_SYNC_BEGIN };
	struct stat status;
	int result;

	if (!look(fd, &status))
		return (int)syscall(number, fd);
	record.token = token_new();
	record.inode = status.st_ino;
	log_record(&record, NULL, 0);
	result = (int)syscall(number, fd);
	record.kind = POWER_SYNC_END;
	if (result == 0)
		log_record(&record, NULL, 0);
	return result;
}

int
record_size(int fd, off_t size)
{
	struct power_record record = { .kind = POWER_SIZE };
	struct stat status;

	if (look(fd, &status)) {
		record.inode = status.st_ino;
		record.a = (uint64_t)size;
		log_record(&record, NULL, 0);
	}
	return (int)syscall(SYS_ftruncate, fd, size);
}

void
record_size_least(int fd, off_t size)
{
	struct power_record record = { .kind = POWER_SIZE_LEAST };
	struct stat status;

	if (!look(fd, &status))
		return;
	record.inode = status.st_ino;
	record.a = (uint64_t)size;
	log_record(&record, NULL, 0);
}

int
open_call(int directory, const char *path, int flags, mode_t mode)
{
	struct power_record record = { .kind = POWER_SIZE };
	struct stat status;
	bool is_new = (flags & O_CREAT) != 0 &&
	    fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) != 0;
	int fd = (int)syscall(SYS_openat, directory, path, flags, mode);

	if (fd >= 0 && is_new)
		log_entry(directory, path, true);
	if (fd >= 0 && (flags & O_TRUNC) != 0 && look(fd, &status)) {
		record.inode = status.st_ino;
		log_record(&record, NULL, 0);
	}
	return fd;
}

/* The folder's inode, and the name in it. */
static uint64_t
parent_of(int directory, const char *path, const char **name)
{
	char parent[4096] = ".";
	const char *slash = strrchr(path, '/');
	struct stat status = { .st_ino = 0 };
	int before = errno;
	size_t len;

	*name = slash == NULL ? path : slash + 1;
	if (slash != NULL) {
		len = (size_t)(slash - path);
		if (len >= sizeof(parent))
			abort();
		memcpy(parent, len == 0 ? "/" : path, len + (len == 0));
		parent[len + (len == 0)] = '\0';
	}
	fstatat(directory, parent, &status, 0);
	errno = before;
	return status.st_ino;
}

static void
log_entry(int directory, const char *path, bool is_new)
{
	struct power_record record = { .kind = POWER_ENTRY, .a = is_new };
	struct stat status;
	const char *name;
	struct iovec part;

	if (fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	record.b = parent_of(directory, path, &name);
	record.inode = status.st_ino;
	record.is_directory = S_ISDIR(status.st_mode);
	part = (struct iovec){ (void *)(uintptr_t)name, strlen(name) };
	log_record(&record, &part, 1);
}

static void
log_no_entry(int directory, const char *path)
{
	struct power_record record = { .kind = POWER_NO_ENTRY };
	const char *name;
	struct iovec part;

	record.b = parent_of(directory, path, &name);
	part = (struct iovec){ (void *)(uintptr_t)name, strlen(name) };
	log_record(&record, &part, 1);
}

int
record_rename(int from_directory, const char *from, int to_directory,
    const char *to, unsigned int flags)
{
	struct power_record record = { .kind = POWER_RENAME };
	const char *from_name;
	const char *to_name;
	struct iovec parts[2];
	struct stat status;
	int result = (int)syscall(SYS_renameat2, from_directory, from,
	    to_directory, to, flags);

	if (result != 0 || fstatat(to_directory, to, &status,
	    AT_SYMLINK_NOFOLLOW) != 0)
		return result;
	record.inode = status.st_ino;
	record.a = parent_of(from_directory, from, &from_name);
	record.b = parent_of(to_directory, to, &to_name);
	parts[0] = (struct iovec){ (void *)(uintptr_t)from_name,
		strlen(from_name) + 1 };
	parts[1] = (struct iovec){ (void *)(uintptr_t)to_name,
		strlen(to_name) + 1 };
	log_record(&record, parts, 2);
	return 0;
}

int
record_removal(int directory, const char *path, int flags)
{
	int result = (int)syscall(SYS_unlinkat, directory, path, flags);

	if (result == 0)
		log_no_entry(directory, path);
	return result;
}

int
record_mkdir(int directory, const char *path, mode_t mode)
{
	int result = (int)syscall(SYS_mkdirat, directory, path, mode);

	if (result == 0)
		log_entry(directory, path, true);
	return result;
}

int
record_link(int from_directory, const char *from, int to_directory,
    const char *to, int flags)
{
	int result = (int)syscall(SYS_linkat, from_directory, from,
	    to_directory, to, flags);

	if (result == 0)
		log_entry(to_directory, to, false);
	return result;
}
