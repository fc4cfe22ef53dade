/* curl.c - ask a web server over TLS, by the program curl. */
#include "cli/curl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/child.h"

/* It says "curl: (60) SSL certificate problem: ...", and more below that. */
#define COMPLAINT "curl: ("

enum {
	WORD_SIZE = 16,
	PATIENCE_WORD = 10,
	/* More patience than it has itself. */
	SILENCE_MS_A_SECOND = 2000
};

static int start(char *url, int seconds, pid_t *child_out, int *fd_out);
static bool read_all(int fd, int silence_ms, char *said, size_t size);
static int end(pid_t child, bool is_given_up);
static void keep_reason(char *said);

int
curl_ask(char *url, int seconds, char *said, size_t size)
{
	pid_t child = -1;
	int fd = -1;
	int status = start(url, seconds, &child, &fd);

	if (status != 0) {
		snprintf(said, size, "%s", strerror(status));
		return CURL_ABSENT;
	}
	status = end(child, !read_all(fd, SILENCE_MS_A_SECOND * seconds, said,
	    size));
	close(fd);
	if (status != CURL_DONE)
		keep_reason(said);
	return status;
}

/* Returns an errno.  Neither its own settings nor proxies are between it and
 * the web server. */
static int
start(char *url, int seconds, pid_t *child_out, int *fd_out)
{
	char words[][WORD_SIZE] = { "curl", "-q", "-g", "-sS", "--noproxy",
		"*", "--proto", "=https", "--http1.1", "--max-time", "", "-o",
		"/dev/null", "-D", "-", "--" };
	char *argv[COUNT_OF(words) + 2];
	struct child_streams streams;
	int fds[2];
	int cause;

	snprintf(words[PATIENCE_WORD], WORD_SIZE, "%d", seconds);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		argv[i] = words[i];
	argv[COUNT_OF(words)] = url;
	argv[COUNT_OF(words) + 1] = NULL;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return errno;
	streams = (struct child_streams){
		.input = open("/dev/null", O_RDONLY | O_CLOEXEC),
		.output = fds[1],
		.errors = fds[1],
	};
	cause = streams.input < 0 ? errno : child_start(argv[0], argv,
	    environ, &streams, child_out);
	if (streams.input >= 0)
		close(streams.input);
	close(fds[1]);
	if (cause != 0)
		close(fds[0]);
	else
		*fd_out = fds[0];
	return cause;
}

/* Whether it came to its end.  Each round takes a byte at least, of what a
 * head may have. */
static bool
read_all(int fd, int silence_ms, char *said, size_t size)
{
	struct pollfd wanted = { .fd = fd, .events = POLLIN };
	char beyond[WORD_SIZE];
	size_t len = 0;
	ssize_t received = 1;

	while (received != 0) {
		bool is_full = len == size - 1;

		if (poll(&wanted, 1, silence_ms) <= 0)
			break;
		received = is_full ? read(fd, beyond, sizeof(beyond)) :
		    read(fd, said + len, size - 1 - len);
		if (received < 0)
			break;
		if (!is_full)
			len += (size_t)received;
	}
	said[len] = '\0';
	return received == 0;
}

static int
end(pid_t child, bool is_given_up)
{
	pid_t ended;
	int status = 0;

	if (is_given_up)
		kill(child, SIGKILL);
	do
		ended = waitpid(child, &status, 0);
	while (ended == -1 && errno == EINTR);
	return ended == child && WIFEXITED(status) ? WEXITSTATUS(status) :
	    CURL_ENDLESS;
}

/* Of "curl: (60) REASON", with lines before and behind, the reason. */
static void
keep_reason(char *said)
{
	char *reason = strstr(said, COMPLAINT);

	reason = reason == NULL ? NULL : strchr(reason, ')');
	if (reason == NULL || reason[1] == '\0') {
		said[0] = '\0';
		return;
	}
	reason += strlen(") ");
	memmove(said, reason, strlen(reason) + 1);
	said[strcspn(said, "\n")] = '\0';
}
