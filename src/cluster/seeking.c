/* seeking.c - until the servers of a cluster answer. */
#include "cluster/seeking.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/settings.h"
#include "stream/layout.h"
#include "stream/link.h"

enum {
	AGAIN_MS = 500,
	/* A thread that does not wait for a server ends by then. */
	END_MS = 200
};

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

struct seeking {
	const struct settings *settings;
	int fd;
	pthread_t thread;
	/* Of the thread alone, until it has found something. */
	struct link *link;
	pthread_mutex_t mutex;	/* around what follows */
	pthread_cond_t stop;
	bool is_stopping;
	enum seeking_state state;
	struct detail detail;
};

static void *run(void *arg);
static enum error try(struct seeking *seeking, struct detail *detail);
static bool tell(struct seeking *seeking, enum error err,
    const struct detail *detail);
static struct timespec in_ms(int64_t ms);

enum error
seeking_new(const struct settings *settings, struct seeking **seeking_out)
{
	struct seeking *seeking = calloc(1, sizeof(*seeking));
	sigset_t all;
	sigset_t before;
	int code;

	*seeking_out = NULL;
	if (seeking == NULL)
		return ERR_NO_MEMORY;
	seeking->settings = settings;
	seeking->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_mutex_init(&seeking->mutex, NULL);
	pthread_cond_init(&seeking->stop, NULL);
	/* Signals are for the thread that made this one. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = seeking->fd < 0 ? -1 :
	    pthread_create(&seeking->thread, NULL, run, seeking);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code != 0) {
		if (seeking->fd >= 0)
			close(seeking->fd);
		free(seeking);
		return ERR_NO_MEMORY;
	}
	*seeking_out = seeking;
	return ERR_NONE;
}

void
seeking_free(struct seeking *seeking)
{
	struct timespec end;

	if (seeking == NULL)
		return;
	pthread_mutex_lock(&seeking->mutex);
	seeking->is_stopping = true;
	pthread_cond_signal(&seeking->stop);
	pthread_mutex_unlock(&seeking->mutex);
	end = in_ms(END_MS);
	if (pthread_timedjoin_np(seeking->thread, NULL, &end) != 0)
		return;
	link_close(seeking->link);
	pthread_cond_destroy(&seeking->stop);
	pthread_mutex_destroy(&seeking->mutex);
	close(seeking->fd);
	free(seeking);
}

int
seeking_fd(const struct seeking *seeking)
{
	return seeking->fd;
}

enum seeking_state
seeking_look(struct seeking *seeking, struct link **link_out,
    struct detail *detail)
{
	enum seeking_state state;
	uint64_t wakes;

	*link_out = NULL;
	(void)!read(seeking->fd, &wakes, sizeof(wakes));
	pthread_mutex_lock(&seeking->mutex);
	state = seeking->state;
	*detail = seeking->detail;
	if (state == SEEKING_FOUND) {
		*link_out = seeking->link;
		seeking->link = NULL;
	}
	pthread_mutex_unlock(&seeking->mutex);
	return state;
}

static void *
run(void *arg)
{
	struct seeking *seeking = arg;
	bool is_over = false;

	while (!is_over) {
		struct detail detail = { "" };

		is_over = tell(seeking, try(seeking, &detail), &detail);
	}
	return NULL;
}

/* What is found here is made or checked once more when it is opened. */
static enum error
try(struct seeking *seeking, struct detail *detail)
{
	const struct settings *settings = seeking->settings;
	struct layout layout;
	enum error err = ERR_NONE;

	if (seeking->link == NULL)
		err = link_open(settings, &seeking->link, detail);
	return err != ERR_NONE ? err : layout_ensure(seeking->link,
	    (int)settings_number(settings, SETTING_NATS_REPLICAS), &layout,
	    detail);
}

/* Whether it is over; waits before the next attempt. */
static bool
tell(struct seeking *seeking, enum error err, const struct detail *detail)
{
	struct timespec again = in_ms(AGAIN_MS);
	const uint64_t one = 1;
	bool is_over;

	pthread_mutex_lock(&seeking->mutex);
	seeking->detail = *detail;
	seeking->state = err == ERR_NONE ? SEEKING_FOUND :
	    err == ERR_AWAY		 ? SEEKING_AWAY : SEEKING_REFUSED;
	(void)!write(seeking->fd, &one, sizeof(one));
	while (seeking->state == SEEKING_AWAY && !seeking->is_stopping &&
	    pthread_cond_timedwait(&seeking->stop, &seeking->mutex, &again) ==
	    0)
		;
	is_over = seeking->state != SEEKING_AWAY || seeking->is_stopping;
	pthread_mutex_unlock(&seeking->mutex);
	return is_over;
}

/* By the clock that pthread's waits have unless told otherwise. */
static struct timespec
in_ms(int64_t ms)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec += ms * NS_PER_MS;
	at.tv_sec += at.tv_nsec / NS_PER_S;
	at.tv_nsec %= NS_PER_S;
	return at;
}
