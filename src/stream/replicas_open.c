/* replicas_open.c - a consumer on each server that has a replica. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "stream/replicas_parts.h"

enum {
	/* For one that is not there, or gives no answer; twice as long each
	 * time. */
	OPEN_AGAIN_MS_MIN = 500,
	OPEN_AGAIN_MS_MAX = 16 * 1000,
	/* Servers choose where a consumer lies: so often at once. */
	TRIES_MAX = 12,
	/* A server greets each second: one that does not is not there. */
	STALL_MS = 3000,
	PENDING_MESSAGES_MAX = 1024 * 1024
};

static void close_broken(struct replicas *replicas, int64_t now_ms);
static size_t count_open(const struct replicas *replicas);
static void open_missing(struct replicas *replicas, size_t there_count);
static bool subscribe(struct replicas *replicas);
static bool open_one(struct replicas *replicas);
static bool is_known(const struct replicas *replicas,
    const struct replica *replica);

void
replicas_keep(struct replicas *replicas, const struct replicas_sight *sight)
{
	int64_t now_ms = clock_steady_ms();
	/* One that is about to leave may still be there. */
	size_t there = sight->there < sight->count ? sight->there :
	    sight->count;

	for (size_t i = sight->count; i < replicas->count; i++)
		replica_close(&replicas->all[i]);
	replicas->count = sight->count;
	if (replicas->doubt != 0)
		replicas_judge(replicas, sight->first);
	close_broken(replicas, now_ms);
	if (count_open(replicas) >= there)
		replicas->open_again_ms = 0;
	else if (now_ms >= replicas->open_at_ms &&
	    link_is_up(replicas->source.link))
		open_missing(replicas, there);
	replicas_inform(replicas);
}

/* Those of which nothing came though all that came was taken. */
static void
close_broken(struct replicas *replicas, int64_t now_ms)
{
	uint64_t waiting = 0;

	if (replicas->subscription != NULL &&
	    natsSubscription_QueuedMsgs(replicas->subscription, &waiting) ==
	    NATS_OK && waiting == 0)
		replicas->drained_ms = now_ms;
	for (size_t i = 0; i < replicas->count; i++) {
		struct replica *replica = &replicas->all[i];

		if (replica->is_broken ||
		    replicas->drained_ms - replica->came_ms > STALL_MS)
			replica_close(replica);
	}
}

static size_t
count_open(const struct replicas *replicas)
{
	size_t count = 0;

	for (size_t i = 0; i < replicas->count; i++)
		count += replicas->all[i].is_open;
	return count;
}

static void
open_missing(struct replicas *replicas, size_t there_count)
{
	int64_t again_ms = replicas->open_again_ms;
	bool is_answered = subscribe(replicas);

	for (int tries = 0; tries < TRIES_MAX && is_answered &&
	    count_open(replicas) < there_count; tries++)
		is_answered = open_one(replicas);
	if (again_ms < OPEN_AGAIN_MS_MIN)
		again_ms = OPEN_AGAIN_MS_MIN;
	replicas->open_at_ms = clock_steady_ms() + again_ms;
	replicas->open_again_ms = 2 * again_ms < OPEN_AGAIN_MS_MAX ?
	    2 * again_ms : OPEN_AGAIN_MS_MAX;
}

/* One subject for all: servers send to a subject only while somebody has
 * subscribed to that very one, and no pattern. */
static bool
subscribe(struct replicas *replicas)
{
	const struct replica_source *source = &replicas->source;

	if (replicas->subscription != NULL)
		return true;
	if (natsConnection_SubscribeSync(&replicas->subscription,
	    link_connection(source->link), source->inbox) != NATS_OK) {
		replicas->subscription = NULL;
		return false;
	}
	(void)natsSubscription_SetPendingLimits(replicas->subscription,
	    PENDING_MESSAGES_MAX, BALLOT_REPLICAS_MAX * REPLICA_BYTES_MAX);
	return true;
}

/* False: no answer came, which took time. */
static bool
open_one(struct replicas *replicas)
{
	char consumer[REPLICA_NAME_SIZE];
	struct replica *replica = replicas->all;

	/* There is one that is closed. */
	while (replica->is_open)
		replica++;

	snprintf(consumer, sizeof(consumer), "%s-%u",
	    strrchr(replicas->source.inbox, '.') + 1, replicas->opened++);
	if (!replica_open(replica, &replicas->source, consumer,
	    replicas->passed))
		return false;
	if (is_known(replicas, replica))
		replica_close(replica);
	return true;
}

/* Whether its server's replica is read already. */
static bool
is_known(const struct replicas *replicas, const struct replica *replica)
{
	for (size_t i = 0; i < replicas->count; i++)
		if (&replicas->all[i] != replica &&
		    replicas->all[i].is_open && strcmp(
		    replicas->all[i].server, replica->server) == 0)
			return true;
	return false;
}
