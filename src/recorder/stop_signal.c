/* stop_signal.c - SIGTERM, SIGINT and SIGHUP: the wish that we end. */
#include "recorder/stop_signal.h"

#include <signal.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
static volatile sig_atomic_t has_come;
static sigset_t mask_before;

static void note(int number);

void
stop_signal_catch(void)
{
	struct sigaction action = { .sa_handler = note };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		sigaddset(&blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &mask_before);
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		sigdelset(&mask_before, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
}

bool
stop_signal_came(void)
{
	return has_come != 0;
}

int
stop_signal_poll(struct pollfd *polls, size_t poll_count, int timeout_ms)
{
	struct timespec timeout = {
		.tv_sec = timeout_ms / SECOND_MS,
		.tv_nsec = timeout_ms % SECOND_MS * 1000000L,
	};

	return ppoll(polls, poll_count, &timeout, &mask_before);
}

static void
note(int number)
{
	(void)number;
	has_come = 1;
}
