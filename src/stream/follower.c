/* follower.c - the messages of a stream in their order, from a position on. */
#include "stream/follower.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "stream/ballot.h"
#include "stream/jetstream.h"
#include "stream/replicas.h"

enum {
	/* For the next message, so that a stop is seen in time. */
	NEXT_MS = 100,
	/* Replicas greet their leader each second: one that was silent for
	 * so long is not there. */
	SILENCE_MS = 2500,
	ROOM_WAIT_MS = 20
};

#define NS_PER_MS INT64_C(1000000)

struct follower {
	struct link *link;
	const char *stream;
	int wake_fd;
	pthread_t thread;
	bool is_started;
	atomic_bool is_stopping;
	atomic_uint_fast64_t decided;
	/* Of the thread alone. */
	struct replicas *replicas;
	int64_t look_at_ms;
	pthread_mutex_t mutex;	/* around what follows */
	struct follower_view view;
	size_t first;
	size_t count;
	size_t bytes;
	struct replica_message queue[FOLLOWER_MESSAGES_MAX];
};

static void *run(void *arg);
static void put(struct follower *follower,
    const struct replica_message *message);
static bool has_room(const struct follower *follower, size_t bytes);
static void look(struct follower *follower, int64_t now_ms);
static size_t count_there(const jsStreamInfo *stream);
static int64_t heard_ago_ms(const jsStreamInfo *stream);
static void wake(const struct follower *follower);

enum error
follower_new(struct link *link, const char *stream,
    const struct cluster_secrets *secrets, uint64_t after, int wake_fd,
    struct follower **follower_out)
{
	struct follower *follower = calloc(1, sizeof(*follower));
	sigset_t all;
	sigset_t before;

	*follower_out = NULL;
	if (follower == NULL)
		return ERR_NO_MEMORY;
	follower->link = link;
	follower->stream = stream;
	follower->wake_fd = wake_fd;
	follower->decided = after;
	pthread_mutex_init(&follower->mutex, NULL);
	if (replicas_new(link, stream, secrets, after,
	    &follower->replicas) != ERR_NONE) {
		follower_free(follower);
		return ERR_NO_MEMORY;
	}
	/* Signals are for the thread that made this one. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	follower->is_started = pthread_create(&follower->thread, NULL, run,
	    follower) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!follower->is_started) {
		follower_free(follower);
		return ERR_NO_MEMORY;
	}
	*follower_out = follower;
	return ERR_NONE;
}

void
follower_free(struct follower *follower)
{
	if (follower == NULL)
		return;
	atomic_store(&follower->is_stopping, true);
	if (follower->is_started)
		pthread_join(follower->thread, NULL);
	replicas_free(follower->replicas);
	for (size_t i = 0; i < follower->count; i++)
		natsMsg_Destroy(follower->queue[(follower->first + i) %
		    FOLLOWER_MESSAGES_MAX].message);
	pthread_mutex_destroy(&follower->mutex);
	free(follower);
}

size_t
follower_take(struct follower *follower, struct follower_message *messages,
    size_t count_max, size_t bytes_max)
{
	size_t count = 0;
	size_t bytes = 0;

	pthread_mutex_lock(&follower->mutex);
	while (count < count_max && follower->count > 0) {
		const struct replica_message *queued =
		    &follower->queue[follower->first];
		size_t len = (size_t)natsMsg_GetDataLength(queued->message);
		const char *operation = NULL;

		if (count > 0 && bytes + len > bytes_max)
			break;
		(void)natsMsgHeader_Get(queued->message, "KV-Operation",
		    &operation);
		messages[count++] = (struct follower_message){
			.sequence = queued->sequence,
			.timestamp_ms = queued->timestamp_ms,
			.subject = natsMsg_GetSubject(queued->message),
			.payload = natsMsg_GetData(queued->message),
			.payload_len = len,
			.is_marker = operation != NULL,
			.is_void = queued->message == NULL,
			.owned = queued->message,
		};
		bytes += len;
		follower->bytes -= len;
		follower->first = (follower->first + 1) %
		    FOLLOWER_MESSAGES_MAX;
		follower->count--;
	}
	pthread_mutex_unlock(&follower->mutex);
	return count;
}

void
follower_drop(struct follower_message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		natsMsg_Destroy(messages[i].owned);
		messages[i].owned = NULL;
	}
}

void
follower_look(struct follower *follower, struct follower_view *view_out)
{
	pthread_mutex_lock(&follower->mutex);
	*view_out = follower->view;
	pthread_mutex_unlock(&follower->mutex);
}

uint64_t
follower_decided(const struct follower *follower)
{
	return atomic_load(&follower->decided);
}

static void *
run(void *arg)
{
	struct follower *follower = arg;
	struct replica_message message;

	while (!atomic_load(&follower->is_stopping)) {
		int64_t now_ms = clock_steady_ms();

		if (now_ms >= follower->look_at_ms)
			look(follower, now_ms);
		replicas_receive(follower->replicas, NEXT_MS);
		while (replicas_next(follower->replicas, &message)) {
			atomic_store(&follower->decided, message.sequence);
			put(follower, &message);
		}
	}
	return NULL;
}

/* When there is no room, the servers wait. */
static void
put(struct follower *follower, const struct replica_message *message)
{
	size_t bytes = (size_t)natsMsg_GetDataLength(message->message);
	bool is_put = false;

	while (!is_put && !atomic_load(&follower->is_stopping)) {
		pthread_mutex_lock(&follower->mutex);
		if (has_room(follower, bytes)) {
			follower->queue[(follower->first +
			    follower->count++) % FOLLOWER_MESSAGES_MAX] =
			    *message;
			follower->bytes += bytes;
			is_put = true;
		}
		pthread_mutex_unlock(&follower->mutex);
		if (!is_put)
			usleep(ROOM_WAIT_MS * 1000);
	}
	if (is_put)
		wake(follower);
	else
		natsMsg_Destroy(message->message);
}

static bool
has_room(const struct follower *follower, size_t bytes)
{
	return follower->count < FOLLOWER_MESSAGES_MAX &&
	    (follower->count == 0 ||
	    follower->bytes + bytes <= FOLLOWER_BYTES_MAX);
}

static void
look(struct follower *follower, int64_t now_ms)
{
	jsStreamInfo *stream = NULL;
	jsErrCode code = 0;
	struct replicas_sight sight;

	follower->look_at_ms = now_ms + FOLLOWER_LOOK_MS;
	if (!link_is_up(follower->link) ||
	    js_GetStreamInfo(&stream, link_jetstream(follower->link),
	    follower->stream, NULL, &code) != NATS_OK)
		return;
	sight = (struct replicas_sight){
		.count = (size_t)stream->Config->Replicas,
		.there = count_there(stream),
		.first = stream->State.FirstSeq,
	};
	if (sight.count > BALLOT_REPLICAS_MAX)
		sight.count = BALLOT_REPLICAS_MAX;
	replicas_keep(follower->replicas, &sight);
	/*
	 * A leader that was cut off from the others goes on as one for ten to
	 * twenty seconds, and knows nothing of what they do: its answer is no
	 * look.
	 */
	if (sight.there > sight.count / 2) {
		pthread_mutex_lock(&follower->mutex);
		follower->view = (struct follower_view){
			.looked_ms = now_ms - heard_ago_ms(stream),
			.created_ns = stream->Created,
			.first = stream->State.FirstSeq,
			.last = stream->State.LastSeq,
		};
		replicas_look(follower->replicas,
		    &follower->view.differences, &follower->view.is_split);
		pthread_mutex_unlock(&follower->mutex);
	}
	jsStreamInfo_Destroy(stream);
	wake(follower);
}

/* Replicas that are heard of, with the leader. */
static size_t
count_there(const jsStreamInfo *stream)
{
	const jsClusterInfo *cluster = stream->Cluster;
	size_t there = 1;

	for (int i = 0; cluster != NULL && i < cluster->ReplicasLen; i++)
		there += cluster->Replicas[i]->Active <
		    SILENCE_MS * NS_PER_MS;
	return there;
}

/* How long ago the leader had heard from as many as make most with it; 0 where
 * it is alone. */
static int64_t
heard_ago_ms(const jsStreamInfo *stream)
{
	const jsClusterInfo *cluster = stream->Cluster;
	int64_t ago[BALLOT_REPLICAS_MAX] = { 0 };
	size_t count = 0;

	/* The shortest first. */
	for (int i = 0; cluster != NULL && i < cluster->ReplicasLen &&
	    count < BALLOT_REPLICAS_MAX; i++) {
		size_t at = count++;

		for (; at > 0 && ago[at - 1] > cluster->Replicas[i]->Active;
		    at--)
			ago[at] = ago[at - 1];
		ago[at] = cluster->Replicas[i]->Active;
	}
	return count == 0 ? 0 : ago[(count + 1) / 2 - 1] / NS_PER_MS;
}

static void
wake(const struct follower *follower)
{
	const uint64_t one = 1;

	(void)!write(follower->wake_fd, &one, sizeof(one));
}
