/* sandbox_fixture.h - what lies around a sandbox, and processes within. */
#ifndef TESTS_SANDBOX_FIXTURE_H
#define TESTS_SANDBOX_FIXTURE_H

#include <sys/types.h>
#include <sys/un.h>

#include "sandbox/sandbox.h"

enum { PATH_SIZE = 64 };

/* A store with a recorder's socket, and beside it a file and a socket which
 * nobody in the sandbox is to reach. */
struct sandbox_fixture {
	char top[PATH_SIZE / 2];
	char store[PATH_SIZE];
	char store_file[PATH_SIZE];
	char recorder[PATH_SIZE];
	char other_file[PATH_SIZE];
	char other_socket[PATH_SIZE];
	const struct sockaddr_un *pinned;
	pid_t parent;
};

extern struct sandbox_fixture around;

void sandbox_fixture_open(void);
void sandbox_fixture_close(void);

/* Enters, for good, a sandbox around the store of this path. */
enum error sandbox_fixture_enter(const char *path, enum sandbox_mode mode,
    struct sandbox_state *state);

/* 0, or errno's number. */
typedef int attempt(void);

/* What the attempt gives in a process of its own, in such a sandbox. */
int sandbox_fixture_outcome(attempt *tried, enum sandbox_mode mode);

#endif
