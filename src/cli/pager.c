/* pager.c - long output on a terminal, page by page. */
#include "cli/pager.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/child.h"

/* What nobody has installed is not missed. */
static char default_pager[] =
    "if command -v less >/dev/null; then exec less; else exec cat; fi";
static char shell[] = "sh";
static char command_option[] = "-c";

static bool is_forbidden;
static pid_t pager;

void
pager_forbid(void)
{
	is_forbidden = true;
}

bool
pager_is_wanted(void)
{
	const char *program = getenv("PAGER");
	const char *terminal = getenv("TERM");

	if (is_forbidden || !isatty(STDOUT_FILENO) || terminal == NULL ||
	    terminal[0] == '\0' || strcmp(terminal, "dumb") == 0)
		return false;
	return program == NULL ||
	    (program[0] != '\0' && strcmp(program, "cat") != 0);
}

int
pager_start(void)
{
	char *program = getenv("PAGER");
	char *words[] = { shell, command_option,
		program != NULL ? program : default_pager, NULL };
	struct child_streams streams = { .output = -1, .errors = -1 };
	int ends[2];
	int error;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	/* Colours as they are; gone when it all fits; and left on screen. */
	(void)setenv("LESS", "FRX", 0);
	(void)setenv("LESSCHARSET", "utf-8", 0);
	streams.input = ends[0];
	error = child_start("/bin/sh", words, environ, &streams, &pager);
	close(ends[0]);
	if (error != 0) {
		close(ends[1]);
		return -1;
	}
	/* After it was started, which has inherited what was before. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	return ends[1];
}

void
pager_end(int fd)
{
	close(fd);
	while (waitpid(pager, NULL, 0) < 0)
		if (kill(pager, 0) != 0)
			break;
}
