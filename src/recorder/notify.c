/* notify.c - tell the service manager how we are: sd_notify(3), by hand. */
#include "recorder/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"

/* Told this many times within what the watchdog allows. */
enum { ALIVE_FACTOR = 3, US_PER_MS = 1000 };

static enum error connect_manager(struct notify *notify, const char *path);
static int64_t read_watchdog(void);
static void tell(const struct notify *notify, const char *text);

void
notify_open(struct notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");

	*notify = (struct notify){
		.fd = -1,
		.alive_every_ms = INT64_MAX,
		.alive_at_ms = INT64_MAX,
	};
	if (path == NULL)
		return;
	if (connect_manager(notify, path) != ERR_NONE) {
		log_fact(LEVEL_WARNING, "the service manager cannot be told",
		    "socket", path, "cause", strerror(errno), NULL);
		return;
	}
	notify->alive_every_ms = read_watchdog();
	if (notify->alive_every_ms != INT64_MAX)
		notify->alive_at_ms = 0;
}

void
notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

void
notify_ready(struct notify *notify)
{
	tell(notify, "READY=1");
}

void
notify_stopping(struct notify *notify)
{
	tell(notify, "STOPPING=1");
}

void
notify_alive(struct notify *notify, int64_t now_ms)
{
	if (now_ms < notify->alive_at_ms)
		return;
	tell(notify, "WATCHDOG=1");
	notify->alive_at_ms = now_ms + notify->alive_every_ms;
}

static enum error
connect_manager(struct notify *notify, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t path_len = strlen(path);
	socklen_t address_len;

	if (path_len == 0 || path_len >= sizeof(address.sun_path)) {
		errno = EINVAL;
		return ERR_IO;
	}
	memcpy(address.sun_path, path, path_len);
	/* "@" stands for the zero that an abstract name begins with. */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    path_len);

	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (notify->fd >= 0 && connect(notify->fd,
	    (const struct sockaddr *)&address, address_len) == 0)
		return ERR_NONE;
	notify_close(notify);
	return ERR_IO;
}

/* INT64_MAX when nobody watches, or watches another process. */
static int64_t
read_watchdog(void)
{
	const char *pid_text = getenv("WATCHDOG_PID");
	const char *text = getenv("WATCHDOG_USEC");
	int64_t pid;
	int64_t us;

	if (pid_text != NULL && (text_parse_int64(pid_text,
	    strlen(pid_text), &pid) != ERR_NONE || pid != getpid()))
		return INT64_MAX;
	if (text == NULL || text_parse_int64(text, strlen(text), &us) !=
	    ERR_NONE || us < ALIVE_FACTOR * US_PER_MS)
		return INT64_MAX;
	return us / US_PER_MS / ALIVE_FACTOR;
}

/* A manager that does not listen now is told again in the next round. */
static void
tell(const struct notify *notify, const char *text)
{
	if (notify->fd >= 0)
		(void)send(notify->fd, text, strlen(text), MSG_NOSIGNAL);
}
