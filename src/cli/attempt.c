/* attempt.c - work that anything may end, and after which is cleared up. */
#include "cli/attempt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/complain.h"
#include "cli/progress.h"

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };
static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGABRT };

static sigset_t awaited;	/* the stop signals, and that of a child */
static sigset_t mask_before;
static int stopped_by;		/* 0: by none */

static void work_in_child(attempt_work *work, void *arg, void *result,
    pid_t parent) __attribute__((noreturn));
static int wait_for(pid_t child);
static enum error judge(int status);

void
attempt_begin(void)
{
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	for (size_t i = 0; i < COUNT_OF(stop_signals); i++) {
		struct sigaction action;

		/* Linux keeps a blocked one also when it is ignored. */
		if (sigaction(stop_signals[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&awaited, stop_signals[i]);
	}
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &awaited, &mask_before);
}

enum error
attempt_run(attempt_work *work, void *arg, void *result, size_t result_bytes)
{
	pid_t parent = getpid();
	enum error err = ERR_IO;
	pid_t child;
	void *shared = mmap(NULL, result_bytes, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	memset(result, 0, result_bytes);
	if (shared == MAP_FAILED) {
		complain("cannot get memory: %s", strerror(errno));
		return ERR_NO_MEMORY;
	}
	child = fork();
	if (child == 0)
		work_in_child(work, arg, shared, parent);
	if (child < 0) {
		complain("cannot start a process: %s", strerror(errno));
	} else {
		err = judge(wait_for(child));
		memcpy(result, shared, result_bytes);
	}
	munmap(shared, result_bytes);
	return err;
}

static void
work_in_child(attempt_work *work, void *arg, void *result, pid_t parent)
{
	/* A core would hold the pepper. */
	const struct rlimit no_core = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &no_core);
	/* Nobody would clear up after it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(ERR_IO);
	/* Its last words are the parent's to say. */
	for (size_t i = 0; i < COUNT_OF(crash_signals); i++)
		signal(crash_signals[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	_exit((int)work(arg, result));
}

/* Its status, as waitpid tells it. */
static int
wait_for(pid_t child)
{
	int status = 0;

	for (;;) {
		int number = sigwaitinfo(&awaited, NULL);

		if (number > 0 && number != SIGCHLD) {
			stopped_by = number;
			kill(child, SIGKILL);
		}
		if (number == SIGCHLD &&
		    waitpid(child, &status, WNOHANG) == child)
			return status;
	}
}

static enum error
judge(int status)
{
	int number;

	if (WIFEXITED(status) && WEXITSTATUS(status) < ERR_COUNT)
		return (enum error)WEXITSTATUS(status);
	progress_wipe();
	if (stopped_by != 0)
		return ERR_IO;
	number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	for (size_t i = 0; i < COUNT_OF(crash_signals); i++) {
		if (number != crash_signals[i])
			continue;
		complain("stopped by a crash: most likely a damaged file: %s",
		    strsignal(number));
		return ERR_CORRUPT;
	}
	complain("the work was ended: %s", number == 0 ?
	    "an unknown status" : strsignal(number));
	return ERR_IO;
}

void
attempt_end(void)
{
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	if (stopped_by == 0)
		return;
	signal(stopped_by, SIG_DFL);
	raise(stopped_by);
}
