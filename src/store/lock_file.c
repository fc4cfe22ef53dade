/* lock_file.c - make LMDB's lock file with the right owner and mode. */
#include "store/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/ownership.h"
#include "store/store_file.h"

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
		detail_set(detail, ERR_STORE, "%s/" LOCK_FILE ": cannot open "
		    "it to write, as readers must too: %s", directory,
		    strerror(errno));
	if (fd >= 0)
		close(fd);
	if (directory_fd >= 0)
		close(directory_fd);
	return err == ERR_NONE ? ERR_NONE : ERR_STORE;
}
