/* recorder_socket.c - where the recorder listens, and who may be there. */
#include "record/recorder_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/ownership.h"

enum {
	SOCKET_MODE = 0660,
	BACKLOG = 1024,
	GROUPS_MAX = 1024
};

/* Set before there are threads; NULL: none. */
static const struct sockaddr_un *pinned;

static int open_directory(const char *store_path);
static void make_address(int directory_fd, struct sockaddr_un *address);
static int make_socket(void);
static bool is_recorder(int directory_fd, int fd);
static enum error remove_stale(const char *store_path, int directory_fd,
    struct detail *detail);
static enum error listen_in(int directory_fd,
    struct recorder_socket *listening);
static enum error own(int directory_fd);
static bool is_in_group(int fd, const struct ucred *peer, gid_t group);
static void log_refused(const char *store_path, const struct ucred *peer);

enum error
recorder_socket_path(const char *store_path,
    char path_out[RECORDER_PATH_SIZE])
{
	int len = snprintf(path_out, RECORDER_PATH_SIZE, "%s/"
	    RECORDER_SOCKET, store_path);

	return len < RECORDER_PATH_SIZE ? ERR_NONE : ERR_TOO_LARGE;
}

void
recorder_socket_pin(const struct sockaddr_un *address)
{
	pinned = address;
}

enum error
recorder_socket_connect(const char *store_path, int *fd_out)
{
	struct sockaddr_un address;
	enum error err = ERR_AWAY;
	int directory_fd;
	int fd = -1;

	*fd_out = -1;
	directory_fd = open_directory(store_path);
	if (directory_fd < 0)
		return errno == EMFILE || errno == ENFILE ? ERR_IO : ERR_AWAY;
	fd = make_socket();
	if (fd < 0) {
		err = ERR_IO;
		goto out;
	}
	make_address(directory_fd, &address);
	if (connect(fd, (const struct sockaddr *)(pinned != NULL ? pinned :
	    &address), sizeof(address)) != 0) {
		err = errno == EAGAIN ? ERR_OVERLOAD : ERR_AWAY;
		goto out;
	}
	if (!is_recorder(directory_fd, fd))
		goto out;
	*fd_out = fd;
	fd = -1;
	err = ERR_NONE;
out:
	if (fd >= 0)
		close(fd);
	close(directory_fd);
	return err;
}

enum error
recorder_socket_listen(const char *store_path,
    struct recorder_socket *socket_out, struct detail *detail)
{
	enum error err;
	int directory_fd = open_directory(store_path);

	*socket_out = (struct recorder_socket){ .fd = -1 };
	if (directory_fd < 0)
		return detail_set(detail, ERR_IO, "%s: %s", store_path,
		    strerror(errno));
	err = remove_stale(store_path, directory_fd, detail);
	if (err != ERR_NONE)
		goto out;

	socket_out->fd = make_socket();
	if (socket_out->fd < 0) {
		err = detail_set(detail, ERR_IO,
		    "no socket can be made: %s", strerror(errno));
		goto out;
	}
	err = listen_in(directory_fd, socket_out);
	if (err != ERR_NONE) {
		detail_set(detail, err, "%s/" RECORDER_SOCKET ": %s",
		    store_path, strerror(errno));
		close(socket_out->fd);
		socket_out->fd = -1;
	}
out:
	close(directory_fd);
	return err;
}

bool
recorder_socket_is_there(const char *store_path,
    const struct recorder_socket *listening)
{
	struct stat status;
	int directory_fd = open_directory(store_path);
	bool is_there = directory_fd >= 0 &&
	    fstatat(directory_fd, RECORDER_SOCKET, &status,
	    AT_SYMLINK_NOFOLLOW) == 0 &&
	    status.st_dev == listening->device &&
	    status.st_ino == listening->inode;

	if (directory_fd >= 0)
		close(directory_fd);
	return is_there;
}

void
recorder_socket_close(const char *store_path,
    struct recorder_socket *listening)
{
	int directory_fd;

	if (listening->fd < 0)
		return;
	directory_fd = open_directory(store_path);
	if (directory_fd >= 0) {
		if (recorder_socket_is_there(store_path, listening))
			unlinkat(directory_fd, RECORDER_SOCKET, 0);
		close(directory_fd);
	}
	close(listening->fd);
	listening->fd = -1;
}

bool
recorder_socket_admits(const char *store_path, int fd)
{
	struct ownership owner;
	struct ucred peer;
	socklen_t peer_size = sizeof(peer);
	enum error err = ERR_IO;
	int directory_fd;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) != 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	directory_fd = open_directory(store_path);
	if (directory_fd >= 0) {
		err = ownership_read(directory_fd, &owner);
		close(directory_fd);
	}
	if (err == ERR_NONE && (peer.uid == owner.user ||
	    is_in_group(fd, &peer, owner.group)))
		return true;
	log_refused(store_path, &peer);
	return false;
}

static int
open_directory(const char *store_path)
{
	return open(store_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Through the directory's descriptor: a store's path may be longer than a
 * socket's (unix(7)). */
static void
make_address(int directory_fd, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path),
	    "/proc/self/fd/%d/" RECORDER_SOCKET, directory_fd);
}

static int
make_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Whoever may write the store: others of its group could lay a socket there
 * that says yes to everything. */
static bool
is_recorder(int directory_fd, int fd)
{
	struct ownership owner;
	struct ucred peer;
	socklen_t peer_size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer,
	    &peer_size) == 0 && (peer.uid == 0 || peer.uid == geteuid() ||
	    (ownership_read(directory_fd, &owner) == ERR_NONE &&
	    peer.uid == owner.user));
}

static enum error
remove_stale(const char *store_path, int directory_fd, struct detail *detail)
{
	struct stat status;

	if (fstatat(directory_fd, RECORDER_SOCKET, &status,
	    AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return ERR_NONE;
	} else if (!S_ISSOCK(status.st_mode)) {
		return detail_set(detail, ERR_MEANING, "%s/" RECORDER_SOCKET
		    ": a file that is no socket is there", store_path);
	} else if (unlinkat(directory_fd, RECORDER_SOCKET, 0) == 0) {
		return ERR_NONE;
	}
	return detail_set(detail, ERR_IO, "%s/" RECORDER_SOCKET ": %s",
	    store_path, strerror(errno));
}

/* Until the mode is set nobody can connect: it does not listen. */
static enum error
listen_in(int directory_fd, struct recorder_socket *listening)
{
	struct sockaddr_un address;
	struct stat status;

	make_address(directory_fd, &address);
	if (bind(listening->fd, (const struct sockaddr *)&address,
	    sizeof(address)) != 0)
		return ERR_IO;
	if (own(directory_fd) != ERR_NONE ||
	    fstatat(directory_fd, RECORDER_SOCKET, &status,
	    AT_SYMLINK_NOFOLLOW) != 0 || listen(listening->fd, BACKLOG) != 0) {
		int error = errno;

		unlinkat(directory_fd, RECORDER_SOCKET, 0);
		errno = error;
		return ERR_IO;
	}
	listening->device = status.st_dev;
	listening->inode = status.st_ino;
	return ERR_NONE;
}

/* As the directory is owned, as far as this process may. */
static enum error
own(int directory_fd)
{
	struct ownership owner;
	uid_t user = (uid_t)-1;

	if (ownership_read(directory_fd, &owner) != ERR_NONE)
		return ERR_IO;
	if (geteuid() == 0)
		user = owner.user;
	if (fchownat(directory_fd, RECORDER_SOCKET, user, owner.group,
	    AT_SYMLINK_NOFOLLOW) != 0 && (user == owner.user ||
	    errno != EPERM))
		return ERR_IO;
	return fchmodat(directory_fd, RECORDER_SOCKET, SOCKET_MODE, 0) == 0 ?
	    ERR_NONE : ERR_IO;
}

static bool
is_in_group(int fd, const struct ucred *peer, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t groups_size = sizeof(groups);

	if (peer->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups,
	    &groups_size) != 0)
		return false;
	for (size_t i = 0; i < groups_size / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return true;
	return false;
}

static void
log_refused(const char *store_path, const struct ucred *peer)
{
	char user[24];
	char group[24];
	char pid[24];

	snprintf(user, sizeof(user), "%u", peer->uid);
	snprintf(group, sizeof(group), "%u", peer->gid);
	snprintf(pid, sizeof(pid), "%d", peer->pid);
	log_fact(LEVEL_WARNING, "a process that is not of the store's group "
	    "is refused", "store", store_path, "pid", pid, "user", user,
	    "group", group, NULL);
}
