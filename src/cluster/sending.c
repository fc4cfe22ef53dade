/* sending.c - messages that a command publishes and waits for. */
#include "cluster/sending.h"

#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "cluster/cluster.h"
#include "cluster/outbox.h"
#include "store/producers.h"
#include "store/store.h"

enum {
	ANSWER_POLL_MS = 50,
	STORE_POLL_MS = 2,
	/* What a recorder takes at most, if there is one. */
	RECORDER_MS = 300
};

static void work(struct sending *sending);
static outbox_done note;
static enum error has_come(struct sending *sending, uint64_t revision,
    bool *has_come_out);
static applier_visit ignore;

void
sending_begin(struct sending *sending, struct cluster *cluster)
{
	*sending = (struct sending){ .cluster = cluster };
}

enum error
sending_add(struct sending *sending, struct outbox_letter *letter)
{
	struct outbox *outbox = cluster_outbox(sending->cluster);
	struct ticket ticket;

	while (sending->err == ERR_NONE &&
	    !outbox_has_room(outbox, letter->carried_len))
		work(sending);
	if (sending->err != ERR_NONE)
		return sending->err;
	letter->owner = sending;
	letter->until_ms = clock_steady_ms() + SENDING_ANSWER_MS;
	return outbox_add(outbox, letter, &ticket);
}

/* Bounded by the time of each letter. */
enum error
sending_finish(struct sending *sending)
{
	while (outbox_waiting(cluster_outbox(sending->cluster)) > 0)
		work(sending);
	return sending->err;
}

enum error
sending_wait(struct sending *sending, uint64_t revision)
{
	struct cluster *cluster = sending->cluster;
	int64_t begin_ms = clock_steady_ms();
	int64_t now_ms = begin_ms;
	bool is_there = false;
	enum error err = has_come(sending, revision, &is_there);

	while (err == ERR_NONE && !is_there &&
	    now_ms < begin_ms + SENDING_FOLLOW_MS) {
		struct cluster_work done = { 0 };

		/* Not while a recorder does: it answers whom it has put. */
		if (now_ms >= begin_ms + RECORDER_MS &&
		    cluster_follow_alone(cluster))
			err = cluster_work(cluster, ignore, NULL, &done);
		if (!done.is_more)
			usleep(STORE_POLL_MS * 1000);
		outbox_work(cluster_outbox(cluster), now_ms, note, sending);
		if (err == ERR_NONE)
			err = has_come(sending, revision, &is_there);
		now_ms = clock_steady_ms();
	}
	if (err != ERR_NONE)
		return err;
	return is_there ? ERR_NONE : ERR_IO;
}

static void
work(struct sending *sending)
{
	struct pollfd ready = {
		.fd = cluster_fd(sending->cluster),
		.events = POLLIN,
	};
	uint64_t wakes;

	(void)poll(&ready, 1, ANSWER_POLL_MS);
	(void)!read(ready.fd, &wakes, sizeof(wakes));
	outbox_work(cluster_outbox(sending->cluster), clock_steady_ms(),
	    note, sending);
}

static void
note(void *owner, const struct ticket *ticket, enum outbox_outcome outcome,
    uint64_t sequence, void *arg)
{
	struct sending *sending = arg;

	(void)ticket;
	(void)sequence;
	/* What follows announces too, and nobody waits for that. */
	if (owner != sending)
		return;
	if (sending->err != ERR_NONE || outcome == OUTBOX_STORED)
		return;
	sending->err = outcome == OUTBOX_FULL ? ERR_FULL : ERR_AWAY;
}

/* The store knows which of this process's messages it has. */
static enum error
has_come(struct sending *sending, uint64_t revision,
    bool *has_come_out)
{
	struct outbox *outbox = cluster_outbox(sending->cluster);
	struct producer_window window;
	struct membership membership;
	struct store_txn *txn = NULL;
	enum error err = store_read_begin(cluster_store(sending->cluster),
	    &txn);

	if (err == ERR_NONE)
		err = store_membership_get(txn, &membership);
	if (err == ERR_NONE)
		err = store_producer_get(txn, outbox_producer(outbox),
		    &window);
	store_read_end(txn);
	if (err == ERR_NONE)
		outbox_pass(outbox, membership.position, &window);
	*has_come_out = err == ERR_NONE &&
	    window.count >= outbox_added(outbox) &&
	    membership.revision >= revision;
	return err;
}

static void
ignore(const struct applied *applied, void *arg)
{
	(void)applied;
	(void)arg;
}
