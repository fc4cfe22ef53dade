/* responder_child.c - the responder as a CGI child. */
#include "cli/responder_child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/child.h"
#include "cli/complain.h"

#define RESPONDER "apitrail.fcgi"

enum { SILENCE_MS_MAX = MINUTE_MS };

static enum error find_responder(char path[PATH_MAX]);

enum error
responder_child_start(int stdin_fd, char *const *environment,
    pid_t *child_out, int *answer_fd_out)
{
	char name[] = RESPONDER;
	char *argv[] = { name, NULL };
	struct child_streams streams = { .input = stdin_fd, .errors = -1 };
	char path[PATH_MAX];
	int fds[2];
	int cause;

	*answer_fd_out = -1;
	if (find_responder(path) != ERR_NONE)
		return ERR_IO;
	if (pipe2(fds, O_CLOEXEC) != 0) {
		complain("a pipe: %s", strerror(errno));
		return ERR_IO;
	}
	streams.output = fds[1];
	cause = child_start(path, argv, environment, &streams, child_out);
	close(fds[1]);
	if (cause != 0) {
		close(fds[0]);
		complain("%s: %s", path, strerror(cause));
		return ERR_IO;
	}
	*answer_fd_out = fds[0];
	return ERR_NONE;
}

enum error
responder_child_read(int answer_fd, char *bytes, size_t size, size_t *len_out)
{
	struct pollfd fd = { .fd = answer_fd, .events = POLLIN };
	ssize_t len = -1;
	int count;

	*len_out = 0;
	do
		count = poll(&fd, 1, SILENCE_MS_MAX);
	while (count < 0 && errno == EINTR);
	if (count == 0) {
		complain("the responder says nothing for %d s: given up",
		    SILENCE_MS_MAX / SECOND_MS);
		return ERR_IO;
	}
	if (count > 0) {
		do
			len = read(answer_fd, bytes, size);
		while (len < 0 && errno == EINTR);
	}
	if (len < 0) {
		complain("the responder's answer: %s", strerror(errno));
		return ERR_IO;
	}
	*len_out = (size_t)len;
	return ERR_NONE;
}

enum error
responder_child_end(pid_t child, bool is_given_up)
{
	pid_t ended;
	int status;

	if (is_given_up)
		kill(child, SIGKILL);
	do
		ended = waitpid(child, &status, 0);
	while (ended == -1 && errno == EINTR);
	if (is_given_up)
		return ERR_NONE;
	if (ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return ERR_NONE;
	if (ended == child && WIFSIGNALED(status))
		complain("the responder was ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		complain("the responder ended with status %d",
		    ended == child ? WEXITSTATUS(status) : -1);
	return ERR_IO;
}

static enum error
find_responder(char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	if (len > 0) {
		path[len] = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL && (size_t)(slash + 1 - path) +
		    sizeof(RESPONDER) <= PATH_MAX) {
			memcpy(slash + 1, RESPONDER, sizeof(RESPONDER));
			if (access(path, X_OK) == 0)
				return ERR_NONE;
		}
	}
	snprintf(path, PATH_MAX, "%s/%s", RESPONDER_DIR, RESPONDER);
	if (access(path, X_OK) == 0)
		return ERR_NONE;
	complain("%s: %s; it is not beside this program either", path,
	    strerror(errno));
	return ERR_IO;
}
