/* faults.c - loaded before a program: lets its nth call of a kind fail. */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "faults_memory.h"
#include "open_calls.h"

/* What the program says on these is not what is tested. */
enum { STANDARD_FDS = 3 };

static struct faults none;
static struct faults *faults = &none;

static void begin(void) __attribute__((constructor));
static void end(void) __attribute__((destructor));

static void
begin(void)
{
	const char *path = getenv(FAULTS_VARIABLE);
	long fd = path == NULL ? -1 : syscall(SYS_openat, AT_FDCWD, path,
	    O_RDWR | O_CLOEXEC, 0);
	long memory;

	if (fd < 0)
		return;
	memory = syscall(SYS_mmap, NULL, sizeof(*faults),
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (memory > 0)
		faults = (struct faults *)memory;
}

static void
end(void)
{
	atomic_fetch_add(&faults->ended, 1);
	atomic_fetch_add(&faults->unfreed, faults_memory_count());
}

bool
faults_is_due(enum fault_call call)
{
	uint32_t number = atomic_fetch_add(&faults->counts[call], 1) + 1;

	if (atomic_load(&faults->call) != (uint32_t)call ||
	    number != atomic_load(&faults->nth))
		return false;
	atomic_fetch_add(&faults->failed, 1);
	errno = (int)atomic_load(&faults->number);
	return true;
}

int
open_call(int directory, const char *path, int flags, mode_t mode)
{
	return faults_is_due(FAULT_OPEN) ? -1 :
	    (int)syscall(SYS_openat, directory, path, flags, mode);
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	return fd >= STANDARD_FDS && faults_is_due(FAULT_WRITE) ? -1 :
	    syscall(SYS_write, fd, bytes, len);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	return fd >= STANDARD_FDS && faults_is_due(FAULT_WRITE) ? -1 :
	    syscall(SYS_writev, fd, parts, count);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	return faults_is_due(FAULT_PWRITE) ? -1 :
	    syscall(SYS_pwrite64, fd, bytes, len, offset);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off_t offset)
{
	return pwrite(fd, bytes, len, offset);
}

ssize_t
pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	return faults_is_due(FAULT_PWRITE) ? -1 :
	    syscall(SYS_pwritev, fd, parts, count, offset, 0);
}

int
fsync(int fd)
{
	return faults_is_due(FAULT_FSYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return faults_is_due(FAULT_FDATASYNC) ? -1 :
	    (int)syscall(SYS_fdatasync, fd);
}

void *
mmap(void *address, size_t len, int protection, int flags, int fd,
    off_t offset)
{
	return faults_is_due(FAULT_MMAP) ? MAP_FAILED :
	    (void *)syscall(SYS_mmap, address, len, protection, flags, fd,
	    offset);
}

void *
mmap64(void *address, size_t len, int protection, int flags, int fd,
    off_t offset)
{
	return mmap(address, len, protection, flags, fd, offset);
}

int
ftruncate(int fd, off_t size)
{
	return faults_is_due(FAULT_FTRUNCATE) ? -1 :
	    (int)syscall(SYS_ftruncate, fd, size);
}

int
ftruncate64(int fd, off_t size)
{
	return ftruncate(fd, size);
}

int
fallocate(int fd, int mode, off_t offset, off_t len)
{
	return faults_is_due(FAULT_FALLOCATE) ? -1 :
	    (int)syscall(SYS_fallocate, fd, mode, offset, len);
}

int
posix_fallocate(int fd, off_t offset, off_t len)
{
	return fallocate(fd, 0, offset, len) == 0 ? 0 : errno;
}

int
flock(int fd, int operation)
{
	/* The end of one does not fail. */
	return (operation & LOCK_UN) == 0 && faults_is_due(FAULT_LOCK) ? -1 :
	    (int)syscall(SYS_flock, fd, operation);
}

int
fcntl(int fd, int command, ...)
{
	va_list rest;
	void *argument;
	bool is_lock = command == F_SETLK || command == F_SETLKW ||
	    command == F_OFD_SETLK || command == F_OFD_SETLKW;

	va_start(rest, command);
	argument = va_arg(rest, void *);
	va_end(rest);
	is_lock = is_lock &&
	    ((const struct flock *)argument)->l_type != F_UNLCK;
	return is_lock && faults_is_due(FAULT_LOCK) ? -1 :
	    (int)syscall(SYS_fcntl, fd, command, argument);
}

int
fcntl64(int fd, int command, ...)
{
	va_list rest;
	void *argument;

	va_start(rest, command);
	argument = va_arg(rest, void *);
	va_end(rest);
	return fcntl(fd, command, argument);
}

int
renameat2(int from_directory, const char *from, int to_directory,
    const char *to, unsigned int flags)
{
	return faults_is_due(FAULT_NAME) ? -1 : (int)syscall(SYS_renameat2,
	    from_directory, from, to_directory, to, flags);
}

int
renameat(int from_directory, const char *from, int to_directory,
    const char *to)
{
	return renameat2(from_directory, from, to_directory, to, 0);
}

int
linkat(int from_directory, const char *from, int to_directory, const char *to,
    int flags)
{
	return faults_is_due(FAULT_NAME) ? -1 : (int)syscall(SYS_linkat,
	    from_directory, from, to_directory, to, flags);
}

int
mkdirat(int directory, const char *path, mode_t mode)
{
	return faults_is_due(FAULT_NAME) ? -1 :
	    (int)syscall(SYS_mkdirat, directory, path, mode);
}

int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}
