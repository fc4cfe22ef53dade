/* replica.c - one replica of a stream: its consumer, and what came of it. */
#include "stream/replica.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "stream/replicas.h"

enum {
	SUBJECT_SIZE = 256,
	HEARTBEAT_MS = 1000,
	/* For a consumer that is made: what is not answered by then is tried
	 * again, and meanwhile nothing is taken of the others. */
	WAIT_MS = 500
};

#define NS_PER_MS INT64_C(1000000)

static void pay(struct replica *replica);
static uint64_t digest(const uint8_t *seed, natsMsg *message,
    const jsMsgMetaData *place);

bool
replica_open(struct replica *replica, const struct replica_source *source,
    const char *consumer, uint64_t after)
{
	jsConsumerConfig config;
	jsConsumerInfo *info = NULL;
	jsOptions options;
	jsErrCode code = 0;
	int64_t begin_ms = clock_steady_ms();

	jsOptions_Init(&options);
	options.Wait = WAIT_MS;
	jsConsumerConfig_Init(&config);
	config.Name = consumer;
	config.DeliverSubject = source->inbox;
	config.DeliverPolicy = js_DeliverByStartSequence;
	config.OptStartSeq = after + 1;
	config.AckPolicy = js_AckNone;
	config.FlowControl = true;
	config.Heartbeat = HEARTBEAT_MS * NS_PER_MS;
	config.Replicas = 1;
	config.MemoryStorage = true;
	if (js_AddConsumer(&info, link_jetstream(source->link),
	    source->stream, &config, &options, &code) != NATS_OK) {
		/* It may come about all the same. */
		replica_delete(source, consumer);
		return false;
	}
	*replica = (struct replica){
		.source = source,
		.is_open = true,
		.frontier = after,
		.opened_ms = begin_ms,
		.came_ms = clock_steady_ms(),
	};
	snprintf(replica->consumer, sizeof(replica->consumer), "%s",
	    consumer);
	if (info->Cluster != NULL && info->Cluster->Leader != NULL)
		snprintf(replica->server, sizeof(replica->server), "%s",
		    info->Cluster->Leader);
	jsConsumerInfo_Destroy(info);
	return true;
}

void
replica_close(struct replica *replica)
{
	if (!replica->is_open)
		return;
	replica->owed[0] = '\0';
	replica_drop(replica, UINT64_MAX);
	replica_delete(replica->source, replica->consumer);
	replica->is_open = false;
}

void
replica_delete(const struct replica_source *source, const char *consumer)
{
	char subject[SUBJECT_SIZE];

	if (snprintf(subject, sizeof(subject),
	    "$JS.API.CONSUMER.DELETE.%s.%s", source->stream, consumer) <
	    (int)sizeof(subject))
		(void)natsConnection_Publish(link_connection(source->link),
		    subject, NULL, 0);
}

void
replica_take(struct replica *replica, natsMsg *message,
    const jsMsgMetaData *place)
{
	struct arrival *arrival = malloc(sizeof(*arrival));

	/* One that was lost on the way, or is for want of memory, comes
	 * again to a new consumer. */
	if (arrival == NULL || replica->is_broken ||
	    place->Sequence.Consumer != replica->deliveries + 1 ||
	    replica->bytes > REPLICA_BYTES_MAX) {
		replica->is_broken = true;
		free(arrival);
		natsMsg_Destroy(message);
		return;
	}
	*arrival = (struct arrival){
		.message = message,
		.sequence = place->Sequence.Stream,
		.timestamp_ms = place->Timestamp / NS_PER_MS,
		.digest = digest(replica->source->seed, message, place),
		.bytes = (size_t)natsMsg_GetDataLength(message),
	};
	if (replica->last == NULL)
		replica->first = arrival;
	else
		replica->last->next = arrival;
	replica->last = arrival;
	replica->bytes += arrival->bytes;
	replica->deliveries++;
	replica->frontier = arrival->sequence;
	replica->came_ms = clock_steady_ms();
}

void
replica_greet(struct replica *replica, uint64_t deliveries,
    uint64_t sequence)
{
	/* Behind what was sent last there may be places without a message. */
	if (replica->is_open && deliveries == replica->deliveries &&
	    sequence >= replica->frontier)
		replica->came_ms = clock_steady_ms();
}

void
replica_owe(struct replica *replica, const char *subject)
{
	snprintf(replica->owed, sizeof(replica->owed), "%s", subject);
	pay(replica);
}

void
replica_drop(struct replica *replica, uint64_t sequence)
{
	while (replica->first != NULL &&
	    replica->first->sequence <= sequence) {
		struct arrival *arrival = replica->first;

		replica->first = arrival->next;
		replica->bytes -= arrival->bytes;
		natsMsg_Destroy(arrival->message);
		free(arrival);
	}
	if (replica->first == NULL)
		replica->last = NULL;
	if (replica->owed[0] != '\0')
		pay(replica);
}

struct vote
replica_vote(const struct replica *replica, uint64_t sequence)
{
	const struct arrival *first = replica->first;
	bool has_message = first != NULL && first->sequence == sequence;

	return (struct vote){
		.is_cast = replica->is_open && replica->is_informed &&
		    replica->frontier >= sequence,
		.has_message = has_message,
		.digest = has_message ? first->digest : 0,
	};
}

/* The server goes on once it is answered: not while others are so far
 * behind. */
static void
pay(struct replica *replica)
{
	if (replica->bytes > REPLICA_BYTES_MAX / 2)
		return;
	(void)natsConnection_Publish(link_connection(replica->source->link),
	    replica->owed, NULL, 0);
	replica->owed[0] = '\0';
}

static uint64_t
digest(const uint8_t *seed, natsMsg *message, const jsMsgMetaData *place)
{
	const char *subject = natsMsg_GetSubject(message);
	const uint64_t parts[] = {
		tag_make(seed, natsMsg_GetData(message),
		    (size_t)natsMsg_GetDataLength(message)),
		tag_make(seed, subject, strlen(subject)),
		place->Sequence.Stream,
		(uint64_t)place->Timestamp,
	};

	return tag_make(seed, parts, sizeof(parts));
}
