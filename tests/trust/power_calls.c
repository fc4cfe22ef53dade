/* power_calls.c - what a program calls instead of libc's, when loaded before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "power_recorder.h"

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	struct iovec part = { (void *)(uintptr_t)bytes, len };

	return record_write(fd, &part, 1, offset, true);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off_t offset)
{
	return pwrite(fd, bytes, len, offset);
}

ssize_t
pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	return record_write(fd, parts, count, offset, true);
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	struct iovec part = { (void *)(uintptr_t)bytes, len };

	return record_write(fd, &part, 1, 0, false);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	return record_write(fd, parts, count, 0, false);
}

int
fsync(int fd)
{
	return record_sync(fd, SYS_fsync);
}

int
fdatasync(int fd)
{
	return record_sync(fd, SYS_fdatasync);
}

int
ftruncate(int fd, off_t size)
{
	return record_size(fd, size);
}

int
ftruncate64(int fd, off_t size)
{
	return record_size(fd, size);
}

int
posix_fallocate(int fd, off_t offset, off_t len)
{
	record_size_least(fd, offset + len);
	return syscall(SYS_fallocate, fd, 0, offset, len) == 0 ? 0 : errno;
}

int
rename(const char *from, const char *to)
{
	return record_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
renameat(int from_directory, const char *from, int to_directory,
    const char *to)
{
	return record_rename(from_directory, from, to_directory, to, 0);
}

int
renameat2(int from_directory, const char *from, int to_directory,
    const char *to, unsigned int flags)
{
	return record_rename(from_directory, from, to_directory, to, flags);
}

int
unlink(const char *path)
{
	return record_removal(AT_FDCWD, path, 0);
}

int
unlinkat(int directory, const char *path, int flags)
{
	return record_removal(directory, path, flags);
}

int
rmdir(const char *path)
{
	return record_removal(AT_FDCWD, path, AT_REMOVEDIR);
}

int
mkdir(const char *path, mode_t mode)
{
	return record_mkdir(AT_FDCWD, path, mode);
}

int
mkdirat(int directory, const char *path, mode_t mode)
{
	return record_mkdir(directory, path, mode);
}

int
link(const char *from, const char *to)
{
	return record_link(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
linkat(int from_directory, const char *from, int to_directory, const char *to,
    int flags)
{
	return record_link(from_directory, from, to_directory, to, flags);
}
