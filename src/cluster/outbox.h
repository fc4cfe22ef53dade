/* outbox.h - messages that are on their way to the log.
 *
 * Each is published again, with the same ticket, until the servers have
 * answered or its time is over: a message that failed may still have been
 * stored, and by its ticket every machine knows a second copy.  One that they
 * have acknowledged is kept until this machine's store has it: it may not be
 * in the log after all (see doc/decisions/0033), and is published again then.
 */
#ifndef CLUSTER_OUTBOX_H
#define CLUSTER_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/envelope.h"
#include "model/producer.h"
#include "stream/publisher.h"

struct outbox;

enum {
	/* None is ahead of one that is not decided by more than others
	 * remember. */
	OUTBOX_MESSAGES_MAX = PRODUCER_WINDOW,
	OUTBOX_BYTES_MAX = 64 * 1024 * 1024,
	/* How long one that is stored is kept at most; less if others need
	 * its room. */
	OUTBOX_KEPT_MS = 60 * 1000
};

enum outbox_outcome {
	OUTBOX_STORED,		/* acknowledged: most likely at sequence */
	OUTBOX_FULL,		/* the log takes no more */
	OUTBOX_UNSENT,		/* its time is over, and it never left */
	OUTBOX_UNKNOWN		/* its time is over; it may be stored */
};

struct outbox_letter {
	enum envelope_kind kind;
	char subject[PUBLISHER_SUBJECT_SIZE];
	const void *carried;	/* copied */
	size_t carried_len;
	int64_t until_ms;	/* of clock_steady_ms */
	uint16_t mark;		/* the ticket has it */
	void *owner;		/* who is told; may be NULL */
};

/* What became of a message.  More than once for one that was stored, and was
 * not there; one that was not has left the outbox. */
typedef void outbox_done(void *owner, const struct ticket *ticket,
    enum outbox_outcome outcome, uint64_t sequence, void *arg);

/* All is borrowed.  ERR_NO_MEMORY. */
enum error outbox_new(struct publisher *publisher,
    const struct cluster_secrets *secrets, struct outbox **outbox_out);
void outbox_free(struct outbox *outbox);

bool outbox_has_room(const struct outbox *outbox, size_t carried_len);
/* How many the servers have not acknowledged. */
size_t outbox_waiting(const struct outbox *outbox);

/* Seals it and publishes it.  ERR_OVERLOAD: no room.  ERR_NO_MEMORY. */
enum error outbox_add(struct outbox *outbox,
    const struct outbox_letter *letter, struct ticket *ticket_out);

/* Whose messages are added here, and how many were. */
const struct producer *outbox_producer(const struct outbox *outbox);
uint64_t outbox_added(const struct outbox *outbox);

/* Lets one go that the store has. */
void outbox_forget(struct outbox *outbox, const struct ticket *ticket);

/*
 * The store has come to this position of the log: what was acknowledged to be
 * there or before, and is not, is published again.  What the store has is
 * what was forgotten, and what the window has; that may be NULL.
 */
void outbox_pass(struct outbox *outbox, uint64_t position,
    const struct producer_window *window);

/* Whether it was acknowledged at this sequence or before, and is kept. */
bool outbox_is_stored(const struct outbox *outbox,
    const struct ticket *ticket, uint64_t sequence);

/* Takes answers, publishes again what is due, and tells of what is done. */
void outbox_work(struct outbox *outbox, int64_t now_ms, outbox_done *done,
    void *arg);

#endif
