/* writers.c - who has a store open to be written. */
#include "store/writers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COMMAND_SIZE = 256 };

static enum error name_writer(int data_fd, const char *path,
    struct detail *detail);
static void read_command(int pid, char command[COMMAND_SIZE]);

enum error
writers_join(int data_fd, const char *path, struct detail *detail)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1
	};

	if (fcntl(data_fd, F_SETLK, &lock) == 0)
		return ERR_NONE;
	if (errno == EAGAIN || errno == EACCES)
		return detail_set(detail, ERR_STORE, "%s: a backup is being "
		    "put in the store's place; try again when that is done",
		    path);
	return detail_set(detail, ERR_STORE, "%s: cannot lock the store: %s",
	    path, strerror(errno));
}

/* The lock of the open file, not of this process: it outlasts whatever else
 * is opened and closed here. */
enum error
writers_exclude(int data_fd, const char *path, struct detail *detail)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1
	};

	if (fcntl(data_fd, F_OFD_SETLK, &lock) == 0)
		return ERR_NONE;
	if (errno == EAGAIN || errno == EACCES)
		return name_writer(data_fd, path, detail);
	return detail_set(detail, ERR_IO, "%s: cannot lock the store: %s",
	    path, strerror(errno));
}

static enum error
name_writer(int data_fd, const char *path, struct detail *detail)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1
	};
	char command[COMMAND_SIZE];
	struct quoted quoted;

	if (fcntl(data_fd, F_OFD_GETLK, &lock) != 0 ||
	    lock.l_type == F_UNLCK || lock.l_pid == 0)
		return detail_set(detail, ERR_EXISTS, "%s: the store is in "
		    "use: a process that cannot be named writes to it", path);
	if (lock.l_pid < 0)
		return detail_set(detail, ERR_EXISTS, "%s: another backup is "
		    "being put in the store's place", path);
	read_command((int)lock.l_pid, command);
	quoted = quote(command, strlen(command));
	return detail_set(detail, ERR_EXISTS, "%s: the store is in use: "
	    "process %d writes to it, %s; stop that first", path,
	    (int)lock.l_pid, quoted.text);
}

/* Its words, with blanks between and the program without its folder; anybody
 * on this machine can read them. */
static void
read_command(int pid, char command[COMMAND_SIZE])
{
	char name[32];
	ssize_t len = -1;
	char *slash;
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/cmdline", pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, command, COMMAND_SIZE - 1);
		close(fd);
	}
	while (len > 0 && command[len - 1] == '\0')
		len--;
	command[len < 0 ? 0 : len] = '\0';
	slash = strrchr(command, '/');
	if (slash != NULL) {
		len -= slash + 1 - command;
		memmove(command, slash + 1, (size_t)len + 1);
	}
	for (ssize_t i = 0; i < len; i++)
		if (command[i] == '\0')
			command[i] = ' ';
}
