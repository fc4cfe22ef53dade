/* server.c - the FastCGI front door: loops, limits, the end. */
#include "responder/server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "api/service.h"
#include "base/clock.h"
#include "base/crash_report.h"
#include "base/log.h"
#include "base/settings.h"
#include "responder/confine.h"
#include "responder/fcgi.h"
#include "responder/listener.h"
#include "responder/loop.h"
#include "responder/stuck.h"
#include "shared/cut_guard.h"

enum {
	THREADS_MAX = 64,	/* as settings.c allows */
	/* For all loops to end in, which takes STOP_MS; a thread that hangs
	 * on a disk is left behind. */
	END_MS = 900,
	/* Beside connections: store, log; epoll, pipe, news, recorder of each
	 * loop. */
	OTHER_FILES = 64 + 8 * THREADS_MAX,
	/* Between two pieces that are mapped ahead, so that they do not keep
	 * a processor from those who answer. */
	MAP_PAUSE_MS = 10,
	NUMBER_SIZE = 24
};

static void ignore_signals(sigset_t *signals);
static void raise_files(unsigned int connections_max);
static enum error make_loops(struct loops *loops, struct detail *detail);
static enum error start(struct loops *loops, pthread_t *threads,
    size_t *started, struct detail *detail);
static void wait_for_end(const sigset_t *signals, const struct loops *loops,
    const pthread_t *threads);
static bool map_ahead(const struct loops *loops);
static void do_chores(const struct loops *loops, const pthread_t *threads,
    struct stuck *stuck);
static void end_stuck(pthread_t thread);
static void stop(struct loops *loops, const pthread_t *threads,
    size_t started, struct listener *listener);
static void log_start(const struct loops *loops,
    const struct listener *listener, const struct sandbox_state *sandbox);

enum error
server_run(const struct settings *settings, struct listener *listener,
    struct detail *detail)
{
	struct loop *array[THREADS_MAX] = { NULL };
	pthread_t threads[THREADS_MAX] = { 0 };
	size_t started = 0;
	struct loops loops = {
		.store_path = settings_text(settings, SETTING_STORE),
		.listen_fd = listener->fd,
		.connections_max = (unsigned int)settings_number(settings,
		    SETTING_CONNECTIONS),
		.timeout_ms = settings_number(settings, SETTING_TIMEOUT),
		/* Who waits would keep such a server's process for himself. */
		.may_wait = !listener->is_one_at_a_time,
		.loops = array,
		.count = (size_t)settings_number(settings, SETTING_THREADS),
	};
	struct sandbox_state sandbox;
	sigset_t signals;
	enum error err;

	sem_init(&loops.ended, 0, 0);
	err = fcgi_start(detail);
	if (err != ERR_NONE)
		return err;
	ignore_signals(&signals);
	raise_files(loops.connections_max);
	crash_report_begin();
	/* A file of counters that is cut short is no crash. */
	(void)cut_guard_install();
	err = service_new(settings, &loops.service, detail);
	if (err != ERR_NONE)
		return err;

	err = make_loops(&loops, detail);
	if (err == ERR_NONE)
		err = confine(settings, listener, &sandbox, detail);
	if (err == ERR_NONE)
		err = start(&loops, threads, &started, detail);
	if (err == ERR_NONE) {
		log_start(&loops, listener, &sandbox);
		wait_for_end(&signals, &loops, threads);
		log_fact(LEVEL_NOTICE, "the responder stops", NULL);
	}
	stop(&loops, threads, started, listener);
	for (size_t i = 0; i < loops.count; i++)
		loop_free(array[i]);
	service_free(loops.service);
	return err;
}

/* After fcgi_start, which takes some.  Threads inherit what is blocked. */
static void
ignore_signals(sigset_t *signals)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static void
raise_files(unsigned int connections_max)
{
	struct rlimit limit;
	char allowed[NUMBER_SIZE];
	char needed[NUMBER_SIZE];

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max >= connections_max + OTHER_FILES)
		return;
	snprintf(allowed, sizeof(allowed), "%ju",
	    (uintmax_t)limit.rlim_max);
	snprintf(needed, sizeof(needed), "%u", connections_max + OTHER_FILES);
	log_fact(LEVEL_WARNING, "the limit of open files is below what "
	    "APITRAIL_CONNECTIONS needs", "limit", allowed, "needed", needed,
	    NULL);
}

static enum error
make_loops(struct loops *loops, struct detail *detail)
{
	for (size_t i = 0; i < loops->count; i++) {
		enum error err = loop_new(loops, &loops->loops[i]);

		if (err != ERR_NONE)
			return detail_set(detail, err,
			    "an event loop cannot be made: %s",
			    strerror(errno));
	}
	return ERR_NONE;
}

static enum error
start(struct loops *loops, pthread_t *threads, size_t *started,
    struct detail *detail)
{
	service_open(loops->service);
	for (size_t i = 0; i < loops->count; i++) {
		int error = pthread_create(&threads[i], NULL, loop_run,
		    loops->loops[i]);

		if (error != 0)
			return detail_set(detail, ERR_IO,
			    "a thread cannot be started: %s",
			    strerror(error));
		(*started)++;
	}
	return ERR_NONE;
}

static void
wait_for_end(const sigset_t *signals, const struct loops *loops,
    const pthread_t *threads)
{
	int64_t chores_at_ms = clock_steady_ms() + SECOND_MS;
	struct stuck stuck = { 0 };
	struct timespec wait;

	do {
		int64_t now_ms = clock_steady_ms();
		int64_t wait_ms;

		if (now_ms >= chores_at_ms) {
			do_chores(loops, threads, &stuck);
			chores_at_ms = now_ms + SECOND_MS;
		}
		wait_ms = map_ahead(loops) ? MAP_PAUSE_MS :
		    chores_at_ms - now_ms;
		wait = (struct timespec){
			.tv_sec = wait_ms / SECOND_MS,
			.tv_nsec = wait_ms % SECOND_MS * 1000000
		};
	} while (sigtimedwait(signals, NULL, &wait) < 0);
}

/* Of servers that answer one at a time there are too many for page tables of
 * their own. */
static bool
map_ahead(const struct loops *loops)
{
	return loops->may_wait && service_map_ahead(loops->service);
}

/* Each second what waits for the access log is written. */
static void
do_chores(const struct loops *loops, const pthread_t *threads,
    struct stuck *stuck)
{
	service_flush(loops->service);
	service_tell_load(loops->service, atomic_load(&loops->connections),
	    atomic_load(&loops->waiters));
	for (size_t i = 0; i < loops->count; i++)
		if (stuck_look(stuck, i, loop_rounds(loops->loops[i])))
			end_stuck(threads[i]);
}

/* It may keep a read transaction, and all that wait at the store's barrier.
 * On its own thread the signal tells what it is at (crash_report.h); who
 * started the process starts it again. */
static void
end_stuck(pthread_t thread)
{
	log_fact(LEVEL_ERROR, "an event loop stands still, so the process "
	    "ends", NULL);
	(void)pthread_kill(thread, SIGABRT);
}

static void
stop(struct loops *loops, const pthread_t *threads, size_t started,
    struct listener *listener)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += END_MS * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;

	listener_hide(listener);
	service_stop(loops->service);
	atomic_store(&loops->stop_at_ms, clock_steady_ms() + STOP_MS);
	for (size_t i = 0; i < started; i++)
		loop_stop(loops->loops[i]);
	for (size_t i = 0; i < started; i++) {
		int status;

		do
			status = sem_clockwait(&loops->ended,
			    CLOCK_MONOTONIC, &end);
		while (status != 0 && errno == EINTR);
		if (status == 0)
			continue;
		log_fact(LEVEL_WARNING,
		    "a thread still waits for the store and is left behind",
		    NULL);
		service_flush(loops->service);
		_exit(EXIT_SUCCESS);
	}
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	listener_close(listener);
}

static void
log_start(const struct loops *loops, const struct listener *listener,
    const struct sandbox_state *sandbox)
{
	char threads[NUMBER_SIZE];
	char connections[NUMBER_SIZE];
	char fd[NUMBER_SIZE];

	snprintf(threads, sizeof(threads), "%zu", loops->count);
	snprintf(connections, sizeof(connections), "%u",
	    loops->connections_max);
	snprintf(fd, sizeof(fd), "fd %d", listener->fd);
	log_fact(LEVEL_NOTICE, "the responder is ready",
	    "socket", listener->path == NULL ? fd : listener->path,
	    "threads", threads, "connections", connections,
	    "sandbox", sandbox->text, NULL);
}
