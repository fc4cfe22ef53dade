/* spool.c - an input that cannot be read twice, put where it can. */
#include "cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/write_whole.h"
#include "cli/complain.h"

enum { COPY_BYTES = 64 * 1024 };

static enum error copy(int fd, const char *name, uint64_t bytes_max,
    int spool_fd);

/* In /var/tmp, as /tmp may lie in memory. */
enum error
spool_open(int *fd_out)
{
	const char *directory = getenv("TMPDIR");
	char path[PATH_MAX];

	if (directory == NULL || directory[0] == '\0')
		directory = "/var/tmp";
	if (snprintf(path, sizeof(path), "%s/apitrail.XXXXXX",
	    directory) >= (int)sizeof(path)) {
		complain("TMPDIR is too long");
		return ERR_IO;
	}
	*fd_out = mkostemp(path, O_CLOEXEC);
	if (*fd_out == -1) {
		complain("a temporary file in %s: %s", directory,
		    strerror(errno));
		return ERR_IO;
	}
	unlink(path);
	return ERR_NONE;
}

enum error
spool_copy(int fd, const char *name, uint64_t bytes_max, int *spool_fd_out)
{
	int spool_fd = -1;
	enum error err;

	*spool_fd_out = -1;
	err = spool_open(&spool_fd);
	if (err == ERR_NONE)
		err = copy(fd, name, bytes_max, spool_fd);
	if (err != ERR_NONE) {
		if (spool_fd != -1)
			close(spool_fd);
		return err;
	}
	*spool_fd_out = spool_fd;
	return ERR_NONE;
}

static enum error
copy(int fd, const char *name, uint64_t bytes_max, int spool_fd)
{
	char bytes[COPY_BYTES];
	uint64_t copied = 0;
	ssize_t len;

	while ((len = read(fd, bytes, sizeof(bytes))) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0) {
			complain("%s: %s", name, strerror(errno));
			return ERR_IO;
		}
		copied += (uint64_t)len;
		if (copied > bytes_max) {
			complain("%s: more than %" PRIu64
			    " bytes are not allowed", name, bytes_max);
			return ERR_TOO_LARGE;
		}
		if (write_whole(spool_fd, bytes, (size_t)len) != ERR_NONE) {
			complain("a temporary file: %s", strerror(errno));
			return ERR_IO;
		}
	}
	if (lseek(spool_fd, 0, SEEK_SET) != 0) {
		complain("a temporary file: %s", strerror(errno));
		return ERR_IO;
	}
	return ERR_NONE;
}
