/* listener.c - the socket on which web servers connect. */
#include "responder/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

/* A burst of connections waits here rather than being turned away. */
enum { BACKLOG = 4096, SOCKET_MODE = 0660 };

/* sd_listen_fds(3): passed sockets begin here. */
enum { PASSED_FD = 3 };

#define SERVICE_GROUP "apitrail"

static enum error find_passed(int *fd_out, struct detail *detail);
static bool is_listening(int fd);
static bool is_of_mod_fcgid(int fd);
static enum error prepare(int fd, struct detail *detail);
static enum error listen_at(const char *path, int *fd_out,
    struct detail *detail);
static enum error remove_stale(const struct sockaddr_un *address,
    struct detail *detail);
static void give_to_group(const char *path);

enum error
listener_open(const char *path, struct listener *listener_out,
    struct detail *detail)
{
	struct listener *listener = listener_out;
	enum error err;

	*listener = (struct listener){ .fd = -1 };
	if (path != NULL) {
		listener->path = strdup(path);
		if (listener->path == NULL)
			return detail_set(detail, ERR_NO_MEMORY,
			    "out of memory");
		err = listen_at(path, &listener->fd, detail);
		if (err != ERR_NONE) {
			free(listener->path);
			listener->path = NULL;
		}
		return err;
	}

	err = find_passed(&listener->fd, detail);
	if (err != ERR_NONE)
		return err;
	if (listener->fd < 0 && is_listening(STDIN_FILENO))
		listener->fd = STDIN_FILENO;
	if (listener->fd == STDIN_FILENO)
		listener->is_one_at_a_time = is_of_mod_fcgid(STDIN_FILENO);
	return listener->fd < 0 ? ERR_NONE : prepare(listener->fd, detail);
}

void
listener_hide(struct listener *listener)
{
	if (listener->path == NULL)
		return;
	unlink(listener->path);
	free(listener->path);
	listener->path = NULL;
}

void
listener_close(struct listener *listener)
{
	listener_hide(listener);
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
}

static enum error
find_passed(int *fd_out, struct detail *detail)
{
	const char *pid_text = getenv("LISTEN_PID");
	const char *count_text = getenv("LISTEN_FDS");
	int64_t pid;
	int64_t count;

	if (pid_text == NULL || count_text == NULL)
		return ERR_NONE;
	/* Variables that were meant for a parent of ours do not count. */
	if (text_parse_int64(pid_text, strlen(pid_text), &pid) != ERR_NONE ||
	    pid != getpid())
		return ERR_NONE;
	if (text_parse_int64(count_text, strlen(count_text), &count) !=
	    ERR_NONE || count != 1) {
		struct quoted quoted = quote(count_text, strlen(count_text));

		return detail_set(detail, ERR_MEANING,
		    "LISTEN_FDS is %s: expected one socket", quoted.text);
	}
	if (!is_listening(PASSED_FD))
		return detail_set(detail, ERR_MEANING,
		    "LISTEN_FDS: fd %d is not a listening socket", PASSED_FD);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	*fd_out = PASSED_FD;
	return ERR_NONE;
}

static bool
is_listening(int fd)
{
	int value = 0;
	socklen_t value_size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value,
	    &value_size) == 0 && value != 0;
}

/*
 * It passes nothing in the environment that says so, and SERVER_SOFTWARE names
 * it also where mod_proxy_fcgi is at work.  But it names its sockets by its
 * own process and a count, FcgidIPCDir/PID.COUNT, as nobody else does.
 */
static bool
is_of_mod_fcgid(int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNSPEC };
	socklen_t address_size = sizeof(address);
	const char *name;
	size_t pid_len;

	/* The last byte stays NUL. */
	if (getsockname(fd, (struct sockaddr *)&address, &address_size) != 0 ||
	    address.sun_family != AF_UNIX ||
	    address_size >= sizeof(address))
		return false;
	name = strrchr(address.sun_path, '/');
	if (name == NULL)
		return false;
	pid_len = strspn(++name, TEXT_DIGITS);
	return pid_len > 0 && name[pid_len] == '.' && text_is_of(
	    name + pid_len + 1, strlen(name + pid_len + 1), CLASS_DIGIT);
}

static enum error
prepare(int fd, struct detail *detail)
{
	int flags = fcntl(fd, F_GETFL);
	int on = 1;

	/* Another loop or process may accept first: never wait for one. */
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return detail_set(detail, ERR_IO,
		    "the listening socket cannot be set up: %s",
		    strerror(errno));
	/* Connections inherit it; it fails where there is no TCP. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return ERR_NONE;
}

static enum error
listen_at(const char *path, int *fd_out, struct detail *detail)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct sockaddr *any = (const struct sockaddr *)&address;
	enum error err;
	int fd;

	if (path[0] == '\0' || strlen(path) >= sizeof(address.sun_path))
		return detail_set(detail, ERR_MEANING,
		    "--listen: expected a path of 1 to %zu bytes",
		    sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	err = remove_stale(&address, detail);
	if (err != ERR_NONE)
		return err;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return detail_set(detail, ERR_IO,
		    "no socket can be made: %s", strerror(errno));
	/* Until the mode is set nobody can connect: it does not listen. */
	if (bind(fd, any, sizeof(address)) != 0) {
		detail_set(detail, ERR_IO, "--listen %s: %s", path,
		    strerror(errno));
		close(fd);
		return ERR_IO;
	}
	give_to_group(path);
	if (chmod(path, SOCKET_MODE) != 0 || listen(fd, BACKLOG) != 0) {
		detail_set(detail, ERR_IO, "--listen %s: %s", path,
		    strerror(errno));
		unlink(path);
		close(fd);
		return ERR_IO;
	}
	*fd_out = fd;
	return ERR_NONE;
}

/* A file that a killed process left is replaced, any other is not. */
static enum error
remove_stale(const struct sockaddr_un *address, struct detail *detail)
{
	const struct sockaddr *any = (const struct sockaddr *)address;
	const char *path = address->sun_path;
	struct stat status;
	bool is_stale;
	int fd;

	if (lstat(path, &status) != 0) {
		if (errno == ENOENT)
			return ERR_NONE;
		return detail_set(detail, ERR_IO, "--listen %s: %s", path,
		    strerror(errno));
	}
	if (!S_ISSOCK(status.st_mode))
		return detail_set(detail, ERR_MEANING,
		    "--listen %s: a file that is no socket is there", path);

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return detail_set(detail, ERR_IO,
		    "no socket can be made: %s", strerror(errno));
	is_stale = connect(fd, any, sizeof(*address)) != 0 &&
	    errno == ECONNREFUSED;
	close(fd);
	if (!is_stale)
		return detail_set(detail, ERR_EXISTS,
		    "--listen %s: another process answers there", path);
	if (unlink(path) != 0)
		return detail_set(detail, ERR_IO, "--listen %s: %s", path,
		    strerror(errno));
	return ERR_NONE;
}

/* So that a web server that is in the group can connect.  Who may not give
 * a file away is in its own group, and leaves it there. */
static void
give_to_group(const char *path)
{
	const struct group *group = getgrnam(SERVICE_GROUP);

	if (group != NULL && chown(path, (uid_t)-1, group->gr_gid) != 0)
		errno = 0;
}
