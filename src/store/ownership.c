/* ownership.c - who owns the store's files, and with what modes. */
#include "store/ownership.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_file.h"

enum { ACCOUNT_BYTES_MAX = 16 * 1024, MODE_BITS = 07777 };

static const uid_t no_user = (uid_t)-1;
static const gid_t no_group = (gid_t)-1;

static enum error mend(int directory_fd, int fd);

enum error
ownership_read(int directory_fd, struct ownership *out)
{
	struct stat status;

	*out = (struct ownership){ no_user, no_group };
	if (fstat(directory_fd, &status) != 0)
		return ERR_IO;
	*out = (struct ownership){ status.st_uid, status.st_gid };
	return ERR_NONE;
}

struct ownership
ownership_of_service(void)
{
	struct ownership owner = { no_user, no_group };
	char text[ACCOUNT_BYTES_MAX];
	struct passwd user;
	struct passwd *user_found = NULL;
	struct group group;
	struct group *group_found = NULL;

	if (getpwnam_r(SERVICE_NAME, &user, text, sizeof(text),
	    &user_found) == 0 && user_found != NULL)
		owner.user = user.pw_uid;
	if (getgrnam_r(SERVICE_NAME, &group, text, sizeof(text),
	    &group_found) == 0 && group_found != NULL)
		owner.group = group.gr_gid;
	return owner;
}

enum error
ownership_give(int fd, const struct ownership *owner, mode_t mode)
{
	/* Before the mode: a change of owner clears the set-group bit. */
	if (geteuid() == 0) {
		if (fchown(fd, owner->user, owner->group) != 0)
			return ERR_IO;
	} else if (fchown(fd, no_user, owner->group) != 0 && errno != EPERM) {
		return ERR_IO;
	}
	return fchmod(fd, mode) == 0 ? ERR_NONE : ERR_IO;
}

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
		err = mend(directory_fd, fd);
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

static enum error
mend(int directory_fd, int fd)
{
	struct ownership owner;
	struct stat status;

	if (ownership_read(directory_fd, &owner) != ERR_NONE ||
	    fstat(fd, &status) != 0)
		return ERR_IO;
	/* Not a name that somebody planted for root to give away. */
	if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
		errno = EINVAL;
		return ERR_IO;
	}
	if (status.st_uid != geteuid())
		return ERR_NONE;
	if (status.st_uid == owner.user && status.st_gid == owner.group &&
	    (status.st_mode & MODE_BITS) == LOCK_FILE_MODE)
		return ERR_NONE;
	return ownership_give(fd, &owner, LOCK_FILE_MODE);
}
