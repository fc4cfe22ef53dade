/* loop.h - one event loop: a thread, its epoll and its connections.
 *
 * All loops of a process share the listening socket.  Whoever accepts a
 * connection gives it to the first loop that has time and room for it; when
 * none has, they are spread evenly.
 */
#ifndef RESPONDER_LOOP_H
#define RESPONDER_LOOP_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct service;

/* What all loops of a process share; borrowed for their lives. */
struct loops {
	struct service *service;
	const char *store_path;
	int listen_fd;
	unsigned int connections_max;
	int64_t timeout_ms;
	bool may_wait;			/* requests may, for news */
	atomic_uint connections;	/* open in all loops */
	atomic_uint waiters;		/* of them, those who wait for news */
	atomic_size_t body_bytes;	/* that arrive in all loops */
	sem_t ended;			/* posted by each loop at its end */
	_Atomic int64_t stop_at_ms;	/* set before they are told to stop */
	struct loop **loops;
	size_t count;
};

/* How long loops that stop go on with what is in flight: from when they are
 * told, which one that is in a long round sees later. */
enum { STOP_MS = 600 };

/* Of that, what is left for answers that do not wait for the recorder any
 * more. */
enum { LAST_WORDS_MS = 150 };

enum error loop_new(struct loops *loops, struct loop **loop_out);
/* Its thread has ended, or was never started. */
void loop_free(struct loop *loop);

/* Runs the loop until loop_stop; for pthread_create. */
void *loop_run(void *arg);

/* Any thread may call it. */
void loop_stop(struct loop *loop);

/* How often it began or ended to wait for events: odd while it is at them.
 * From any thread. */
uint64_t loop_rounds(const struct loop *loop);

#endif
