/* sending.h - messages that a command publishes and waits for. */
#ifndef CLUSTER_SENDING_H
#define CLUSTER_SENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cluster;
struct outbox_letter;

enum {
	/* For the servers to answer, through a fail-over. */
	SENDING_ANSWER_MS = 30 * 1000,
	/* For this machine's store to follow. */
	SENDING_FOLLOW_MS = 30 * 1000
};

/* It is the owner of the letters that it waits for. */
struct sending {
	struct cluster *cluster;
	enum error err;		/* of the first that was not */
};

void sending_begin(struct sending *sending, struct cluster *cluster);

/* Adds a letter, whose owner and time are filled here; waits when there is no
 * room.  The errors of sending_finish. */
enum error sending_add(struct sending *sending,
    struct outbox_letter *letter);

/* Waits until each was answered.  ERR_AWAY: nobody knows of some.  ERR_FULL:
 * the log takes no more. */
enum error sending_finish(struct sending *sending);

/*
 * Waits until this machine's store has what was sent, and this revision of
 * the bucket.  Where no recorder runs, this process follows the log so far
 * itself.  ERR_IO: not within SENDING_FOLLOW_MS.  ERR_STORE.
 */
enum error sending_wait(struct sending *sending, uint64_t revision);

#endif
