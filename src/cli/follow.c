/* follow.c - sleep until something may have been recorded. */
#include "cli/follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/complain.h"
#include "cli/session.h"
#include "shared/shared.h"
#include "shared/waiters.h"
#include "store/wake.h"

enum {
	/* Where no wake comes, this is how late news is. */
	LOOK_MS = SECOND_MS,
	ANNOUNCE_MS = 15 * SECOND_MS
};

struct follow {
	struct wake_watch *watch;	/* NULL: there can be none */
	struct shared *shared;
	int64_t renew_at_ms;		/* of clock_steady_ms */
};

/* Readable after an interrupt; -1 while nobody follows. */
static int stop_fd = -1;

static enum error catch_interrupts(void);
static void stop(int number);
static bool sleep_for(struct follow *follow, int64_t sleep_ms,
    bool is_for_news);
static void announce(struct follow *follow);

enum error
follow_new(const char *directory, struct follow **follow_out)
{
	struct follow *follow = calloc(1, sizeof(*follow));
	enum error err = ERR_NO_MEMORY;

	*follow_out = NULL;
	if (follow == NULL)
		goto out;
	err = catch_interrupts();
	if (err != ERR_NONE)
		goto out;
	if (wake_watch_new(directory, &follow->watch) == ERR_NO_MEMORY ||
	    shared_new(directory, &follow->shared) != ERR_NONE) {
		err = ERR_NO_MEMORY;
		goto out;
	}

	announce(follow);
	*follow_out = follow;
	follow = NULL;
out:
	if (err == ERR_NO_MEMORY)
		(void)session_complain(err);
	follow_free(follow);
	return err;
}

static enum error
catch_interrupts(void)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	/* The second one meets what the system does by itself. */
	const struct sigaction action = {
		.sa_handler = stop, .sa_flags = (int)SA_RESETHAND
	};
	struct sigaction before;

	stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (stop_fd < 0) {
		complain("interrupts cannot be caught: %s", strerror(errno));
		return ERR_IO;
	}
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		/* A shell has its background commands ignore them. */
		if (sigaction(numbers[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN)
			(void)sigaction(numbers[i], &action, NULL);
	return ERR_NONE;
}

static void
stop(int number)
{
	static const uint64_t one = 1;
	int saved = errno;
	ssize_t written = write(stop_fd, &one, sizeof(one));

	/* It fails only when it is readable already. */
	(void)number;
	(void)written;
	errno = saved;
}

void
follow_free(struct follow *follow)
{
	if (follow == NULL)
		return;
	wake_watch_free(follow->watch);
	shared_free(follow->shared);
	free(follow);
}

bool
follow_sleep(struct follow *follow)
{
	/* Many commits in a row are one look. */
	if (!sleep_for(follow, WAKE_PAUSE_MS, false) ||
	    !sleep_for(follow, LOOK_MS - WAKE_PAUSE_MS, true))
		return false;
	announce(follow);
	return true;
}

static bool
sleep_for(struct follow *follow, int64_t sleep_ms, bool is_for_news)
{
	enum { STOP, READER, NEWS, POLL_COUNT };
	struct pollfd polls[POLL_COUNT] = {
		[STOP] = { .fd = stop_fd, .events = POLLIN },
		/* Nothing is asked of it, but errors are told. */
		[READER] = { .fd = STDOUT_FILENO },
		[NEWS] = { .fd = -1, .events = POLLIN },
	};
	int64_t end_ms = clock_steady_ms() + sleep_ms;
	int64_t left_ms;

	if (is_for_news && follow->watch != NULL)
		polls[NEWS].fd = wake_watch_fd(follow->watch);
	while ((left_ms = end_ms - clock_steady_ms()) > 0) {
		int count = poll(polls, POLL_COUNT, (int)left_ms);

		if (count < 0 && errno != EINTR)
			return false;
		if (count <= 0)
			continue;
		if (polls[STOP].revents != 0 || polls[READER].revents != 0)
			return false;
		if (polls[NEWS].revents != 0 &&
		    wake_watch_take(follow->watch))
			break;
	}
	return true;
}

/* In the order that waiters.h asks for: the caller looks after this. */
static void
announce(struct follow *follow)
{
	int64_t steady_ms = clock_steady_ms();
	int64_t now_ms = clock_now_ms();

	if (steady_ms >= follow->renew_at_ms) {
		follow->renew_at_ms = steady_ms + LOOK_MS;
		shared_renew(follow->shared);
		if (follow->watch != NULL)
			(void)wake_watch_renew(follow->watch);
	}
	waiters_announce(follow->shared, now_ms + ANNOUNCE_MS, now_ms);
}
