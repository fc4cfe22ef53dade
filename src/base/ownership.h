/* ownership.h - who owns the files of a store, and with what modes.
 *
 * A command run as root must leave nothing behind that the service's user
 * cannot use: what root makes is given to the directory's owner and group.
 */
#ifndef BASE_OWNERSHIP_H
#define BASE_OWNERSHIP_H

#include <sys/types.h>

#include "base/error.h"

/* Both the user and the group of the service, where they exist. */
#define SERVICE_NAME "apitrail"

enum {
	DIRECTORY_MODE = 02770,
	DATA_FILE_MODE = 0640,
	LOCK_FILE_MODE = 0660,
	PEPPER_FILE_MODE = 0640,
	COUNTERS_FILE_MODE = 0660,
	WAKE_FILE_MODE = 0660
};

struct ownership {
	uid_t user;
	gid_t group;
};

/* Of the directory that fd is. */
enum error ownership_read(int directory_fd, struct ownership *out);
/* Of the service, for a directory that is made now. */
struct ownership ownership_of_service(void);

/*
 * Gives the file its owner, as far as this process may, and its mode,
 * whatever the umask is.  ERR_IO with errno set.
 */
enum error ownership_give(int fd, const struct ownership *owner, mode_t mode);

/*
 * Gives a file of this process's user, such as a command run as root left
 * one, the owner and mode that it should have in the directory; a file of
 * another user is left alone.  ERR_IO with errno set, EINVAL when it is no
 * regular file or has a second name.
 */
enum error ownership_mend(int directory_fd, int fd, mode_t mode);

#endif
