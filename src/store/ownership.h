/* ownership.h - who owns the store's files, and with what modes.
 *
 * A command run as root must leave nothing behind that the service's user
 * cannot use: what root makes is given to the directory's owner and group.
 */
#ifndef STORE_OWNERSHIP_H
#define STORE_OWNERSHIP_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "store/store.h"

/* Both the user and the group of the service, where they exist. */
#define SERVICE_NAME "apitrail"

enum {
	DIRECTORY_MODE = 02770,
	DATA_FILE_MODE = 0640,
	LOCK_FILE_MODE = 0660,
	PEPPER_FILE_MODE = 0640
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
 * Makes lock.mdb in the store's directory when it is missing, and mends its
 * owner and mode when a command run as root left it so that others cannot
 * use it.  Only while this process has no environment open: closing any
 * descriptor of the file would drop LMDB's locks.  ERR_STORE, with detail.
 */
enum error lock_file_make(const char *directory, enum store_access access,
    struct detail *detail);

#endif
