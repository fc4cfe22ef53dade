/* test_sandbox.c - from inside nothing else can be reached. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "sandbox/pinned.h"
#include "sandbox_fixture.h"
#include "suite.h"

static int
result_of(long result)
{
	return result < 0 ? errno : 0;
}

static int
connect_to(const void *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? errno : result_of(connect(fd, address,
	    sizeof(struct sockaddr_un)));
}

static int
open_a_file_of_the_system(void)
{
	return result_of(open("/etc/passwd", O_RDONLY));
}

static int
write_a_file_beside(void)
{
	return result_of(open(around.other_file, O_WRONLY));
}

static int
remove_a_file_beside(void)
{
	return result_of(unlink(around.other_file));
}

static int
move_a_file_out(void)
{
	return result_of(rename(around.store_file,
	    around.other_file));
}

static int
link_in_the_store(void)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/store/link",
	    around.top);
	return result_of(symlink("/etc/passwd", path));
}

static int
run_a_program(void)
{
	char name[] = "true";
	char *const words[] = { name, NULL };

	return result_of(execve("/bin/true", words, words + 1));
}

static int
fork_a_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return result_of(pid);
}

static int
make_an_internet_socket(void)
{
	return result_of(socket(AF_INET, SOCK_STREAM, 0));
}

static int
connect_to_another_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, around.other_socket,
	    strlen(around.other_socket));
	return connect_to(&address);
}

static int
connect_by_the_path_itself(void)
{
	struct sockaddr_un copy = *around.pinned;

	return connect_to(&copy);
}

static int
write_the_pinned_address(void)
{
	return result_of(mprotect((void *)(uintptr_t)PINNED_START,
	    PINNED_BYTES, PROT_READ | PROT_WRITE));
}

static int
map_over_the_pinned_address(void)
{
	return mmap((void *)(uintptr_t)PINNED_START, PINNED_BYTES,
	    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	    -1, 0) == MAP_FAILED ? errno : 0;
}

static int
unmap_the_pinned_address(void)
{
	return result_of(munmap((void *)(uintptr_t)PINNED_START,
	    PINNED_BYTES));
}

static int
map_a_program(void)
{
	return mmap(NULL, PINNED_BYTES, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

static int
trace(void)
{
	return result_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int
signal_another_process(void)
{
	return result_of(kill(around.parent, 0));
}

static int
hold_a_file_in_memory(void)
{
	return result_of(memfd_create("x", 0));
}

static int
read_another_memory(void)
{
	return result_of(syscall(SYS_process_vm_readv, getpid(), NULL, 0L,
	    NULL, 0L, 0L));
}

static int
write_in_the_store(void)
{
	return result_of(open(around.store_file, O_RDWR | O_CREAT, 0600));
}

static int
connect_to_the_recorder(void)
{
	return connect_to(around.pinned);
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
make_a_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, nothing, NULL);

	return error != 0 ? error : pthread_join(thread, NULL);
}

static const struct {
	attempt *attempt;
	int inside;		/* its result */
	bool is_landlock;	/* what refuses it */
} rows[] = {
	{ open_a_file_of_the_system, EACCES, true },
	{ write_a_file_beside, EACCES, true },
	{ remove_a_file_beside, EACCES, true },
	{ move_a_file_out, EACCES, true },
	{ link_in_the_store, EPERM, false },
	{ run_a_program, EPERM, false },
	{ fork_a_process, EPERM, false },
	{ make_an_internet_socket, EPERM, false },
	{ connect_to_another_socket, EPERM, false },
	{ connect_by_the_path_itself, EPERM, false },
	{ write_the_pinned_address, EPERM, false },
	{ map_over_the_pinned_address, EPERM, false },
	{ unmap_the_pinned_address, EPERM, false },
	{ map_a_program, EPERM, false },
	{ trace, EPERM, false },
	{ signal_another_process, EPERM, false },
	{ hold_a_file_in_memory, EPERM, false },
	{ read_another_memory, EPERM, false },
	{ write_in_the_store, 0, false },
	{ connect_to_the_recorder, 0, false },
	{ make_a_thread, 0, false },
};

static void
learn_state(struct sandbox_state *state)
{
	int pipe_fds[2];
	int status;
	pid_t pid;

	ck_assert_int_eq(pipe(pipe_fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		enum error err = sandbox_fixture_enter(around.store,
		    SANDBOX_ON, state);

		_exit(err == ERR_NONE && write(pipe_fds[1], state,
		    sizeof(*state)) == sizeof(*state) ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_int_eq(read(pipe_fds[0], state, sizeof(*state)),
	    sizeof(*state));
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

START_TEST(only_what_is_needed_can_be_done)
{
	struct sandbox_state state;
	bool has_part;

	learn_state(&state);
	has_part = strstr(state.text, rows[_i].is_landlock ? "landlock" :
	    "seccomp") != NULL;
	ck_assert_int_eq(sandbox_fixture_outcome(rows[_i].attempt, SANDBOX_ON),
	    has_part ? rows[_i].inside : 0);
	/* The last, as it may change what lies around. */
	ck_assert_int_eq(sandbox_fixture_outcome(rows[_i].attempt,
	    SANDBOX_OFF), 0);
}
END_TEST

/* Who is inside cannot enter once more, as on a kernel that has none. */
static int
enter_again(void)
{
	struct sandbox_state state;

	if (sandbox_fixture_enter(around.store, SANDBOX_ON, &state) != ERR_NONE)
		return 1;
	return sandbox_fixture_enter(around.store, SANDBOX_REQUIRED,
	    &state) == ERR_MEANING ? 0 : 2;
}

START_TEST(without_the_kernel_it_goes_on_unless_it_is_required)
{
	ck_assert_int_eq(sandbox_fixture_outcome(enter_again, SANDBOX_ON), 0);
}
END_TEST

static int
enter_nowhere(void)
{
	struct sandbox_state state;

	if (sandbox_fixture_enter("/nowhere/at/all", SANDBOX_REQUIRED,
	    &state) != ERR_MEANING)
		return 1;
	if (sandbox_fixture_enter("/nowhere/at/all", SANDBOX_ON, &state) !=
	    ERR_NONE ||
	    strstr(state.text, "landlock") != NULL)
		return 2;
	return open_a_file_of_the_system();
}

START_TEST(without_a_directory_files_are_not_held)
{
	ck_assert_int_eq(sandbox_fixture_outcome(enter_nowhere, SANDBOX_OFF),
	    0);
}
END_TEST

START_TEST(a_path_that_fits_no_address_is_not_pinned)
{
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];
	const struct sockaddr_un *address;

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(pinned_make(path, &address), ERR_TOO_LARGE);
	/* The other one is there. */
	ck_assert_int_eq(pinned_make("x", &address), ERR_IO);
	ck_assert_ptr_null(address);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sandbox");
	TCase *tcase = tcase_create("sandbox");

	tcase_add_checked_fixture(tcase, sandbox_fixture_open,
	    sandbox_fixture_close);
	tcase_add_loop_test(tcase, only_what_is_needed_can_be_done, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase,
	    without_the_kernel_it_goes_on_unless_it_is_required);
	tcase_add_test(tcase, without_a_directory_files_are_not_held);
	tcase_add_test(tcase, a_path_that_fits_no_address_is_not_pinned);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
