/* recorder_lock.c - one recorder to a store. */
#include "record/recorder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/ownership.h"

static enum error name_holder(const char *store_path, int fd,
    struct detail *detail);

enum error
recorder_lock_take(const char *store_path, int *fd_out, struct detail *detail)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct ownership owner;
	enum error err = ERR_NONE;
	int directory_fd = open(store_path, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	int fd = -1;

	*fd_out = -1;
	if (directory_fd >= 0)
		fd = openat(directory_fd, RECORDER_LOCK, O_RDWR | O_CREAT |
		    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, LOCK_FILE_MODE);
	/* The lock of the process, not of the file: it can name its holder
	 * (fcntl(2)), and nobody inherits it. */
	if (fd < 0)
		err = detail_set(detail, ERR_IO, "%s/" RECORDER_LOCK ": %s",
		    store_path, strerror(errno));
	else if (fcntl(fd, F_SETLK, &lock) != 0)
		err = name_holder(store_path, fd, detail);
	else if (ownership_read(directory_fd, &owner) == ERR_NONE)
		/* Who may not give it away has it as it is. */
		(void)ownership_give(fd, &owner, LOCK_FILE_MODE);

	if (err == ERR_NONE)
		*fd_out = fd;
	else if (fd >= 0)
		close(fd);
	if (directory_fd >= 0)
		close(directory_fd);
	return err;
}

static enum error
name_holder(const char *store_path, int fd, struct detail *detail)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (errno != EAGAIN && errno != EACCES)
		return detail_set(detail, ERR_IO, "%s/" RECORDER_LOCK
		    ": cannot lock it: %s", store_path, strerror(errno));
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK &&
	    lock.l_pid > 0)
		return detail_set(detail, ERR_EXISTS, "%s: another recorder "
		    "has this store, the process %d", store_path,
		    (int)lock.l_pid);
	return detail_set(detail, ERR_EXISTS, "%s: another recorder has this "
	    "store, in a PID namespace that is not ours", store_path);
}
