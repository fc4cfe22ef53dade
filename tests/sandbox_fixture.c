/* sandbox_fixture.c - what lies around a sandbox, and processes within. */
#include "sandbox_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/pinned.h"
#include "suite.h"

enum { CONNECTIONS_MAX = 16, CHILD_FAILED = 250 };

struct sandbox_fixture around;

static void
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strlen(path));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address,
	    sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, CONNECTIONS_MAX), 0);
}

static void
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

void
sandbox_fixture_open(void)
{
	snprintf(around.top, sizeof(around.top), "/tmp/sandbox-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(around.top));
	around.parent = getpid();
	snprintf(around.store, sizeof(around.store), "%s/store", around.top);
	snprintf(around.store_file, sizeof(around.store_file), "%s/store/file",
	    around.top);
	snprintf(around.recorder, sizeof(around.recorder), "%s/store/recorder",
	    around.top);
	snprintf(around.other_file, sizeof(around.other_file), "%s/file",
	    around.top);
	snprintf(around.other_socket, sizeof(around.other_socket), "%s/socket",
	    around.top);
	ck_assert_int_eq(mkdir(around.store, 0700), 0);
	make_file(around.store_file);
	make_file(around.other_file);
	listen_at(around.recorder);
	listen_at(around.other_socket);
	ck_assert_int_eq(pinned_make(around.recorder, &around.pinned),
	    ERR_NONE);
}

void
sandbox_fixture_close(void)
{
	char link_path[PATH_SIZE];

	snprintf(link_path, sizeof(link_path), "%s/store/link", around.top);
	(void)unlink(link_path);
	(void)unlink(around.store_file);
	(void)unlink(around.recorder);
	(void)unlink(around.other_file);
	(void)unlink(around.other_socket);
	(void)rmdir(around.store);
	(void)rmdir(around.top);
}

enum error
sandbox_fixture_enter(const char *path, enum sandbox_mode mode,
    struct sandbox_state *state)
{
	const struct sandbox_plan plan = {
		.role = SANDBOX_RESPONDER,
		.store_path = path,
		.address = around.pinned,
	};
	struct detail detail = { "" };

	return sandbox_enter(&plan, mode, state, &detail);
}

/* What the attempt gives in a process of its own. */
int
sandbox_fixture_outcome(attempt *tried, enum sandbox_mode mode)
{
	struct sandbox_state state;
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (sandbox_fixture_enter(around.store, mode, &state) !=
		    ERR_NONE)
			_exit(CHILD_FAILED);
		_exit(tried());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}
