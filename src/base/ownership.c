/* ownership.c - who owns the files of a store, and with what modes. */
#include "base/ownership.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ACCOUNT_BYTES_MAX = 16 * 1024, MODE_BITS = 07777 };

static const uid_t no_user = (uid_t)-1;
static const gid_t no_group = (gid_t)-1;

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
ownership_mend(int directory_fd, int fd, mode_t mode)
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
	    (status.st_mode & MODE_BITS) == mode)
		return ERR_NONE;
	return ownership_give(fd, &owner, mode);
}
