/* refusal.c - a system call that was refused is told of, and fails. */
#include "sandbox/refusal.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

#include "base/last_words.h"

/* An attacker must not fill the log, and one line is enough to tell what a
 * library began to call. */
enum { TOLD_MAX = 16 };

/* siginfo_t of seccomp's signal. */
enum { CODE_SECCOMP = 1 };

static atomic_int told;

static void refuse(int number, siginfo_t *cause, void *context);
static bool fail_call(ucontext_t *context);
static void tell(const siginfo_t *cause);

enum error
refusal_catch(uint32_t *action_out)
{
	struct sigaction action = { .sa_sigaction = refuse,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };

	*action_out = SCMP_ACT_ERRNO(EPERM);
	sigemptyset(&action.sa_mask);
	if (!fail_call(NULL))
		return ERR_NONE;
	if (sigaction(SIGSYS, &action, NULL) != 0)
		return ERR_IO;
	*action_out = SCMP_ACT_TRAP;
	return ERR_NONE;
}

static void
refuse(int number, siginfo_t *cause, void *context)
{
	if (cause->si_code != CODE_SECCOMP || !fail_call(context)) {
		(void)signal(number, SIG_DFL);
		(void)raise(number);
		return;
	}
	if (atomic_fetch_add(&told, 1) < TOLD_MAX)
		tell(cause);
	/* It may not run over. */
	else
		atomic_store(&told, TOLD_MAX);
}

/* Whether the register is known in which a call's result is; NULL asks just
 * that. */
static bool
fail_call(ucontext_t *context)
{
#if defined(__x86_64__)
	if (context != NULL)
		context->uc_mcontext.gregs[REG_RAX] = -EPERM;
	return true;
#elif defined(__aarch64__)
	if (context != NULL)
		context->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
	return true;
#else
	(void)context;
	return false;
#endif
}

/* By number: the name would take an allocation.  `scmp_sys_resolver` and
 * ausyscall know it. */
static void
tell(const siginfo_t *cause)
{
	struct last_words words;

	last_words_begin(&words,
	    "a system call that is not in the sandbox was refused");
	last_words_add_number(&words, "call",
	    (uint64_t)(unsigned int)cause->si_syscall);
	last_words_add_doing(&words);
	last_words_send(&words);
}
