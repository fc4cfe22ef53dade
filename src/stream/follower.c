/* follower.c - the messages of a stream in their order, from a position on. */
#include "stream/follower.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "stream/jetstream.h"

enum {
	/* For the next message, so that a stop is seen in time. */
	NEXT_MS = 100,
	/* The stream has more, and nothing comes for so long: again. */
	STALL_MS = 3000,
	/* After a subscription failed. */
	RETRY_MS = 250,
	/* Replicas greet their leader each second: one that was silent for
	 * so long is not there. */
	SILENCE_MS = 2500,
	ROOM_WAIT_MS = 20,
	PENDING_BYTES_MAX = 64 * 1024 * 1024
};

#define NS_PER_MS INT64_C(1000000)
#define HEARTBEAT_NS (1000 * NS_PER_MS)

struct queued {
	natsMsg *message;
	uint64_t sequence;
	int64_t timestamp_ms;
};

struct follower {
	struct link *link;
	const char *stream;
	const char *subjects;
	int wake_fd;
	pthread_t thread;
	bool is_started;
	atomic_bool is_stopping;
	/* Of the thread alone. */
	natsSubscription *subscription;
	uint64_t last_queued;
	int64_t came_ms;
	int64_t look_at_ms;
	pthread_mutex_t mutex;	/* around what follows */
	struct follower_view view;
	size_t first;
	size_t count;
	size_t bytes;
	struct queued queue[FOLLOWER_MESSAGES_MAX];
};

static void *run(void *arg);
static void subscribe(struct follower *follower);
static void unsubscribe(struct follower *follower);
static void receive(struct follower *follower);
static bool place(natsMsg *message, struct queued *queued_out);
static void put(struct follower *follower, const struct queued *queued);
static bool has_room(const struct follower *follower, size_t bytes);
static void look(struct follower *follower, int64_t now_ms);
static bool has_quorum(const jsStreamInfo *stream);
static void wake(const struct follower *follower);

enum error
follower_new(struct link *link, const char *stream, const char *subjects,
    uint64_t after, int wake_fd, struct follower **follower_out)
{
	struct follower *follower = calloc(1, sizeof(*follower));
	sigset_t all;
	sigset_t before;

	*follower_out = NULL;
	if (follower == NULL)
		return ERR_NO_MEMORY;
	follower->link = link;
	follower->stream = stream;
	follower->subjects = subjects;
	follower->last_queued = after;
	follower->wake_fd = wake_fd;
	pthread_mutex_init(&follower->mutex, NULL);
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
		const struct queued *queued =
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

static void *
run(void *arg)
{
	struct follower *follower = arg;

	while (!atomic_load(&follower->is_stopping)) {
		int64_t now_ms = clock_steady_ms();

		if (now_ms >= follower->look_at_ms)
			look(follower, now_ms);
		if (follower->subscription == NULL)
			subscribe(follower);
		if (follower->subscription == NULL)
			usleep(RETRY_MS * 1000);
		else
			receive(follower);
	}
	unsubscribe(follower);
	return NULL;
}

/*
 * libnats makes an ordered consumer anew by itself in most cases, but not
 * when no server has taken the lead yet: look() ends one that stands still.
 */
static void
subscribe(struct follower *follower)
{
	jsSubOptions options;
	jsErrCode code = 0;

	if (!link_is_up(follower->link))
		return;
	jsSubOptions_Init(&options);
	options.Stream = follower->stream;
	options.Ordered = true;
	options.Config.DeliverPolicy = js_DeliverByStartSequence;
	options.Config.OptStartSeq = follower->last_queued + 1;
	options.Config.Heartbeat = HEARTBEAT_NS;
	if (js_SubscribeSync(&follower->subscription,
	    link_jetstream(follower->link), follower->subjects, NULL,
	    &options, &code) != NATS_OK) {
		follower->subscription = NULL;
		return;
	}
	(void)natsSubscription_SetPendingLimits(follower->subscription,
	    FOLLOWER_MESSAGES_MAX * 16, PENDING_BYTES_MAX);
	follower->came_ms = clock_steady_ms();
}

static void
unsubscribe(struct follower *follower)
{
	if (follower->subscription == NULL)
		return;
	(void)natsSubscription_Unsubscribe(follower->subscription);
	natsSubscription_Destroy(follower->subscription);
	follower->subscription = NULL;
}

static void
receive(struct follower *follower)
{
	natsMsg *message = NULL;
	struct queued queued;
	natsStatus status = natsSubscription_NextMsg(&message,
	    follower->subscription, NEXT_MS);

	if (status == NATS_OK && place(message, &queued)) {
		put(follower, &queued);
		return;
	}
	natsMsg_Destroy(message);
	if (status != NATS_OK && status != NATS_TIMEOUT)
		unsubscribe(follower);
}

static bool
place(natsMsg *message, struct queued *queued_out)
{
	jsMsgMetaData *place = NULL;

	if (natsMsg_GetMetaData(&place, message) != NATS_OK)
		return false;
	*queued_out = (struct queued){
		.message = message,
		.sequence = place->Sequence.Stream,
		.timestamp_ms = place->Timestamp / NS_PER_MS,
	};
	jsMsgMetaData_Destroy(place);
	return true;
}

/* What was queued already comes again after a new subscription. */
static void
put(struct follower *follower, const struct queued *queued)
{
	size_t bytes = (size_t)natsMsg_GetDataLength(queued->message);
	bool is_put = false;

	follower->came_ms = clock_steady_ms();
	while (queued->sequence > follower->last_queued && !is_put &&
	    !atomic_load(&follower->is_stopping)) {
		pthread_mutex_lock(&follower->mutex);
		if (has_room(follower, bytes)) {
			follower->queue[(follower->first +
			    follower->count++) % FOLLOWER_MESSAGES_MAX] =
			    *queued;
			follower->bytes += bytes;
			is_put = true;
		}
		pthread_mutex_unlock(&follower->mutex);
		if (!is_put)
			usleep(ROOM_WAIT_MS * 1000);
	}
	if (!is_put) {
		natsMsg_Destroy(queued->message);
		return;
	}
	follower->last_queued = queued->sequence;
	wake(follower);
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

	follower->look_at_ms = now_ms + FOLLOWER_LOOK_MS;
	if (!link_is_up(follower->link) ||
	    js_GetStreamInfo(&stream, link_jetstream(follower->link),
	    follower->stream, NULL, &code) != NATS_OK)
		return;
	if (!has_quorum(stream)) {
		jsStreamInfo_Destroy(stream);
		return;
	}
	pthread_mutex_lock(&follower->mutex);
	follower->view = (struct follower_view){
		.looked_ms = clock_steady_ms(),
		.created_ns = stream->Created,
		.first = stream->State.FirstSeq,
		.last = stream->State.LastSeq,
	};
	pthread_mutex_unlock(&follower->mutex);
	if (stream->State.LastSeq > follower->last_queued &&
	    clock_steady_ms() - follower->came_ms > STALL_MS)
		unsubscribe(follower);
	jsStreamInfo_Destroy(stream);
	wake(follower);
}

/*
 * A leader that was cut off from the others goes on as one for ten to twenty
 * seconds, and knows nothing of what they do: its answer is no look.
 */
static bool
has_quorum(const jsStreamInfo *stream)
{
	const jsClusterInfo *cluster = stream->Cluster;
	int there = 1;

	if (cluster == NULL)
		return true;
	for (int i = 0; i < cluster->ReplicasLen; i++)
		there += cluster->Replicas[i]->Active <
		    SILENCE_MS * NS_PER_MS;
	return there > (cluster->ReplicasLen + 1) / 2;
}

static void
wake(const struct follower *follower)
{
	const uint64_t one = 1;

	(void)!write(follower->wake_fd, &one, sizeof(one));
}
