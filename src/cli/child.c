/* child.c - start a program as a child. */
#include "cli/child.h"

#include <signal.h>
#include <spawn.h>
#include <unistd.h>

static int set_streams(posix_spawn_file_actions_t *actions,
    const struct child_streams *streams);

int
child_start(const char *program, char *const argv[],
    char *const environment[], const struct child_streams *streams,
    pid_t *child_out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int cause = posix_spawn_file_actions_init(&actions);

	if (cause != 0)
		return cause;
	cause = posix_spawnattr_init(&attributes);
	if (cause != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return cause;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	cause = set_streams(&actions, streams);
	if (cause == 0)
		cause = posix_spawnp(child_out, program, &actions,
		    &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return cause;
}

static int
set_streams(posix_spawn_file_actions_t *actions,
    const struct child_streams *streams)
{
	const int fds[] = { streams->input, streams->output,
		streams->errors };
	int cause = 0;

	for (int i = STDIN_FILENO; i <= STDERR_FILENO && cause == 0; i++)
		if (fds[i] >= 0)
			cause = posix_spawn_file_actions_adddup2(actions,
			    fds[i], i);
	return cause;
}
