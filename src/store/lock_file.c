/* lock_file.c - make LMDB's lock file with the right owner and mode. */
#include "store/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/ownership.h"
#include "model/limits.h"
#include "store/store_file.h"

/* LMDB's is shorter: a head of two cache lines, a line for each reader. */
enum { LOCK_FILE_BYTES = (2 + STORE_READERS_MAX) * 64 };

static enum error reserve(int fd, const char *directory,
    struct detail *detail);

enum error
lock_file_make(const char *directory, enum store_access access,
    struct detail *detail)
{
	enum error err = ERR_IO;
	int fd = -1;
	int directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (directory_fd < 0)
		goto out;
	fd = openat(directory_fd, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (fd >= 0)
		err = ownership_mend(directory_fd, fd, LOCK_FILE_MODE);
	else if (errno == EROFS && access == STORE_READ)
		/* Nobody can write there: LMDB reads without locks. */
		err = ERR_NONE;
out:
	if (err != ERR_NONE)
		err = detail_set(detail, ERR_STORE, "%s/" LOCK_FILE
		    ": cannot open it to write, as readers must too: %s",
		    directory, strerror(errno));
	else if (fd >= 0)
		err = reserve(fd, directory, detail);
	if (fd >= 0)
		close(fd);
	if (directory_fd >= 0)
		close(directory_fd);
	return err;
}

/*
 * LMDB makes a file of holes and writes to it through a mapping: on a full
 * disk that would be SIGBUS.  Its length stays, which tells LMDB how many
 * readers there may be.  File systems that cannot do it do without.
 */
static enum error
reserve(int fd, const char *directory, struct detail *detail)
{
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, LOCK_FILE_BYTES) != 0 &&
	    (errno == ENOSPC || errno == EDQUOT))
		return detail_set(detail, ERR_STORE, "%s/" LOCK_FILE
		    ": there is no room for its %d bytes: %s", directory,
		    LOCK_FILE_BYTES, strerror(errno));
	return ERR_NONE;
}
