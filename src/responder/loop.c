/* loop.c - one event loop: a thread, its epoll and its connections. */
#include "responder/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crash_report.h"
#include "base/doing.h"
#include "base/log.h"
#include "responder/connections.h"
#include "responder/load.h"
#include "responder/registers.h"

enum {
	EVENTS_PER_ROUND = 256,
	ACCEPTS_PER_ROUND = 16,
	/* When a loop stops: as many as wait on the listening socket. */
	ACCEPTS_ON_STOP = 4096,
	GIVEN_PER_ROUND = 64,
	/* That a loop with time to spare gets before another has any: as
	 * many as two workers of a web server keep. */
	TOGETHER_MAX = 64,
	/* Connections beyond the bound that are told so. */
	OVER_CONNECTIONS_MAX = 64,
	/* While files or memory are short, or there is no room. */
	ACCEPT_PAUSE_MS = 100,
	COMPLAIN_MS = MINUTE_MS,
	ROUND_MS_MAX = 60 * SECOND_MS,
	STOP_TRIES = 50,
	STOP_TRY_US = 1000
};

/* What a loop gives another: a connection, or the word to stop. */
struct gift {
	int fd;			/* STOP_FD: stop */
	bool is_over;
};

enum { STOP_FD = -1, READ_END = 0, WRITE_END = 1 };

struct loop {
	struct loops *loops;
	int gifts[2];		/* a pipe of struct gift */
	bool is_listening;
	int64_t complain_at_ms;	/* when failures of accept are logged again */
	int64_t listen_at_ms;	/* when a pause ends */
	int64_t stop_at_ms;	/* 0 until it stops */
	int64_t give_up_at_ms;	/* 0: it does not stop, or has */
	struct load load;
	_Atomic uint64_t rounds;	/* odd while it does not wait */
	struct connections connections;
};

/* What stands in epoll for the listening socket; other words are the loop's
 * own address, for its pipe, and connections. */
static char listening;

static void begin_listening(struct loop *loop);
static void pause_listening(struct loop *loop);
static void run_round(struct loop *loop);
static int wait_ms(struct loop *loop);
static void accept_some(struct loop *loop, int accepts_max);
static bool accept_one(struct loop *loop);
static bool is_transient(int error);
static void complain(struct loop *loop, int error);
static bool has_room(struct loop *loop);
static void place(struct loop *loop, int fd);
static struct loop *choose(struct loop *loop);
static void take_gifts(struct loop *loop);
static void begin_stopping(struct loop *loop);

enum error
loop_new(struct loops *loops, struct loop **loop_out)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	struct epoll_event event = { .events = EPOLLIN };
	enum error err = ERR_NO_MEMORY;

	*loop_out = NULL;
	if (loop == NULL)
		return err;
	loop->loops = loops;
	loop->gifts[READ_END] = -1;
	loop->gifts[WRITE_END] = -1;
	loop->connections.epoll_fd = -1;
	err = connections_init(&loop->connections, loops);
	if (err != ERR_NONE)
		goto out;
	err = ERR_IO;
	if (pipe2(loop->gifts, O_NONBLOCK | O_CLOEXEC) != 0)
		goto out;
	event.data.ptr = loop;
	if (epoll_ctl(loop->connections.epoll_fd, EPOLL_CTL_ADD,
	    loop->gifts[READ_END], &event) != 0)
		goto out;
	err = ERR_NONE;
	*loop_out = loop;
	loop = NULL;
out:
	loop_free(loop);
	return err;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	connections_clear(&loop->connections);
	for (int i = READ_END; i <= WRITE_END; i++)
		if (loop->gifts[i] >= 0)
			close(loop->gifts[i]);
	free(loop);
}

void *
loop_run(void *arg)
{
	struct loop *loop = arg;
	struct connections *connections = &loop->connections;

	crash_report_thread();
	/* It is in its first round. */
	atomic_store(&loop->rounds, 1);
	connections->now_ms = clock_steady_ms();
	begin_listening(loop);
	while (loop->stop_at_ms == 0 ||
	    (connections->now_ms < loop->stop_at_ms &&
	    atomic_load(&connections->count) > 0))
		run_round(loop);
	connections_close_all(connections);
	crash_report_thread_end();
	sem_post(&loop->loops->ended);
	return NULL;
}

void
loop_stop(struct loop *loop)
{
	static const struct gift stop = { .fd = STOP_FD };

	/* A pipe that is full of connections is emptied within a round,
	 * unless the thread hangs; then it is left behind anyway. */
	for (int i = 0; i < STOP_TRIES; i++) {
		if (write(loop->gifts[WRITE_END], &stop, sizeof(stop)) ==
		    sizeof(stop))
			return;
		usleep(STOP_TRY_US);
	}
}

uint64_t
loop_rounds(const struct loop *loop)
{
	return atomic_load_explicit(&loop->rounds, memory_order_relaxed);
}

static void
begin_listening(struct loop *loop)
{
	/* One waiting loop is woken for a connection, not all. */
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };

	event.data.ptr = &listening;
	loop->is_listening = epoll_ctl(loop->connections.epoll_fd,
	    EPOLL_CTL_ADD, loop->loops->listen_fd, &event) == 0;
	if (!loop->is_listening)
		loop->listen_at_ms =
		    loop->connections.now_ms + ACCEPT_PAUSE_MS;
}

static void
run_round(struct loop *loop)
{
	struct connections *connections = &loop->connections;
	struct epoll_event events[EVENTS_PER_ROUND];
	bool is_accepting = false;
	bool has_gifts = false;
	int timeout_ms = wait_ms(loop);
	int count;

	/* Of a key that was seen in the last round nothing is kept. */
	registers_wipe();
	doing_end();
	atomic_store_explicit(&loop->rounds, loop->rounds + 1,
	    memory_order_relaxed);
	count = epoll_wait(connections->epoll_fd, events, EVENTS_PER_ROUND,
	    timeout_ms);
	atomic_store_explicit(&loop->rounds, loop->rounds + 1,
	    memory_order_relaxed);
	connections->now_ms = clock_steady_ms();
	load_look(&loop->load, connections->now_ms);
	for (int i = 0; i < count; i++) {
		void *what = events[i].data.ptr;

		if (what == &listening)
			is_accepting = true;
		else if (what == loop)
			has_gifts = true;
		else
			connections_wake(connections, what,
			    events[i].events);
	}

	/* From here on connections may close that had an event. */
	connections_again(connections);
	connections_work(connections);
	connections_expire(connections);
	if (is_accepting)
		accept_some(loop, ACCEPTS_PER_ROUND);
	if (has_gifts)
		take_gifts(loop);
	if (!loop->is_listening && loop->stop_at_ms == 0 &&
	    connections->now_ms >= loop->listen_at_ms)
		begin_listening(loop);
	if (loop->give_up_at_ms != 0 &&
	    connections->now_ms >= loop->give_up_at_ms) {
		loop->give_up_at_ms = 0;
		connections_give_up(connections);
	}
}

static int
wait_ms(struct loop *loop)
{
	int64_t now_ms = loop->connections.now_ms;
	int64_t max_ms = ROUND_MS_MAX;

	if (loop->give_up_at_ms != 0)
		max_ms = loop->give_up_at_ms - now_ms;
	else if (loop->stop_at_ms != 0)
		max_ms = loop->stop_at_ms - now_ms;
	else if (!loop->is_listening)
		max_ms = loop->listen_at_ms - now_ms;
	return connections_wait_ms(&loop->connections, max_ms);
}

static void
accept_some(struct loop *loop, int accepts_max)
{
	while (accepts_max-- > 0 && loop->is_listening)
		if (!accept_one(loop))
			break;
}

/* false when there is nobody to accept now. */
static bool
accept_one(struct loop *loop)
{
	int fd;

	if (!has_room(loop)) {
		pause_listening(loop);
		return false;
	}
	fd = accept4(loop->loops->listen_fd, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		place(loop, fd);
		return true;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return false;
	if (is_transient(errno))
		return true;

	/* Mostly there are too many files, here or in the system; the
	 * service goes on with the connections that it has. */
	complain(loop, errno);
	connections_close_idle(&loop->connections);
	pause_listening(loop);
	return false;
}

static void
pause_listening(struct loop *loop)
{
	if (loop->is_listening)
		(void)epoll_ctl(loop->connections.epoll_fd, EPOLL_CTL_DEL,
		    loop->loops->listen_fd, NULL);
	loop->is_listening = false;
	loop->listen_at_ms = loop->connections.now_ms + ACCEPT_PAUSE_MS;
}

/* The one connection is gone; the next may be well (accept(2)). */
static bool
is_transient(int error)
{
	return error == EINTR || error == ECONNABORTED || error == EPROTO ||
	    error == ENETDOWN || error == ENOPROTOOPT ||
	    error == EHOSTDOWN || error == ENONET ||
	    error == EHOSTUNREACH || error == ENETUNREACH;
}

static void
complain(struct loop *loop, int error)
{
	int64_t now_ms = loop->connections.now_ms;

	if (now_ms < loop->complain_at_ms)
		return;
	loop->complain_at_ms = now_ms + COMPLAIN_MS;
	log_fact(LEVEL_ERROR, "connections cannot be accepted", "cause",
	    strerror(error), NULL);
}

static bool
has_room(struct loop *loop)
{
	return atomic_load(&loop->loops->connections) <
	    loop->loops->connections_max + OVER_CONNECTIONS_MAX ||
	    connections_close_idle(&loop->connections);
}

static void
place(struct loop *loop, int fd)
{
	struct loop *target = choose(loop);
	struct gift gift = {
		.fd = fd,
		.is_over = atomic_fetch_add(&loop->loops->connections, 1) >=
		    loop->loops->connections_max,
	};

	if (target != loop) {
		atomic_fetch_add(&target->connections.count, 1);
		if (write(target->gifts[WRITE_END], &gift, sizeof(gift)) ==
		    sizeof(gift))
			return;
		atomic_fetch_sub(&target->connections.count, 1);
	}
	atomic_fetch_add(&loop->connections.count, 1);
	connections_open(&loop->connections, fd, gift.is_over);
}

/* The first that has time and room: one thread that goes on working costs
 * less than two that are woken by turns.  Otherwise the one with the fewest. */
static struct loop *
choose(struct loop *loop)
{
	struct loop *least = loop;

	if (loop->stop_at_ms != 0)
		return loop;
	for (size_t i = 0; i < loop->loops->count; i++) {
		struct loop *other = loop->loops->loops[i];
		unsigned int count = atomic_load(&other->connections.count);

		if (count < TOGETHER_MAX && !load_is_busy(&other->load))
			return other;
		if (count < atomic_load(&least->connections.count))
			least = other;
	}
	return least;
}

static void
take_gifts(struct loop *loop)
{
	struct gift gifts[GIVEN_PER_ROUND];
	ssize_t len;

	/* Writes of a whole gift are never cut (pipe(7)). */
	len = read(loop->gifts[READ_END], gifts, sizeof(gifts));
	for (ssize_t i = 0; i < len / (ssize_t)sizeof(gifts[0]); i++) {
		if (gifts[i].fd == STOP_FD)
			begin_stopping(loop);
		else
			connections_open(&loop->connections, gifts[i].fd,
			    gifts[i].is_over);
	}
}

/* Those who wait to be accepted are in flight, too. */
static void
begin_stopping(struct loop *loop)
{
	loop->stop_at_ms = atomic_load(&loop->loops->stop_at_ms);
	loop->give_up_at_ms = loop->stop_at_ms - LAST_WORDS_MS;
	accept_some(loop, ACCEPTS_ON_STOP);
	pause_listening(loop);
	connections_stop(&loop->connections);
}
