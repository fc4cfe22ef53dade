/* crash.c - the last words of a command that crashes. */
#include "cli/crash.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command.h"
#include "shared/cut_guard.h"

enum { STACK_BYTES = 64 * 1024 };

static const int signals[] = { SIGSEGV, SIGBUS, SIGABRT };

/* What crashed may be the stack. */
static char stack[STACK_BYTES];

static void say_and_exit(int signal_number);

void
crash_complain(void)
{
	struct sigaction action = { .sa_handler = say_and_exit,
		.sa_flags = SA_ONSTACK };
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };

	/* Where either fails, a crash ends the command without a word. */
	if (sigaltstack(&alternate, NULL) != 0)
		return;
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		(void)sigaction(signals[i], &action, NULL);
	/* A file of counters that is cut short is no crash. */
	(void)cut_guard_install();
}

/* Nothing but what a signal handler may call. */
static void
say_and_exit(int signal_number)
{
	static const char words[] = "apitrail: stopped by a crash: most "
	    "likely the store's data file is damaged or was cut off\n";
	ssize_t written;

	(void)signal_number;
	written = write(STDERR_FILENO, words, sizeof(words) - 1);
	(void)written;
	_exit(STATUS_FAILED);
}
