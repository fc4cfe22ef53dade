/* input.c - open what the user named as FILE or "-". */
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/complain.h"

enum error
input_open(const char *name, int *fd_out, struct stat *stat_out)
{
	int fd = STDIN_FILENO;

	*fd_out = -1;
	if (strcmp(name, "-") != 0)
		fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, stat_out) != 0) {
		complain("%s: %s", name, strerror(errno));
		input_close(fd);
		return ERR_IO;
	}
	if (S_ISDIR(stat_out->st_mode)) {
		complain("%s: is a directory; expected a file", name);
		input_close(fd);
		return ERR_IO;
	}
	*fd_out = fd;
	return ERR_NONE;
}

void
input_close(int fd)
{
	if (fd > STDERR_FILENO)
		close(fd);
}
