/* publisher.c - messages to the stream, many on their way at once. */
#include "stream/publisher.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream/jetstream.h"
#include "stream/layout.h"

/* Answers come at most once a message, and are taken between messages. */
enum { ANSWERS_MAX = 2 * PUBLISHER_MESSAGES_MAX };

#define NS_PER_MS INT64_C(1000000)

struct publisher {
	struct link *link;
	jsCtx *jetstream;
	int wake_fd;
	size_t on_way;		/* messages whose answers were not taken */
	pthread_mutex_t mutex;	/* around what follows */
	size_t first;
	size_t count;
	struct publisher_answer answers[ANSWERS_MAX];
};

static void take_answer(jsCtx *jetstream, natsMsg *message, jsPubAck *ack,
    jsPubAckErr *error, void *arg);
static enum publisher_outcome outcome_of(const jsPubAckErr *error);
static natsStatus make(const struct publication *publication,
    natsMsg **message_out);

enum error
publisher_new(struct link *link, int wake_fd,
    struct publisher **publisher_out)
{
	struct publisher *publisher = calloc(1, sizeof(*publisher));
	jsOptions options;

	*publisher_out = NULL;
	if (publisher == NULL)
		return ERR_NO_MEMORY;
	publisher->link = link;
	publisher->wake_fd = wake_fd;
	pthread_mutex_init(&publisher->mutex, NULL);
	jsOptions_Init(&options);
	options.PublishAsync.MaxPending = ANSWERS_MAX;
	options.PublishAsync.AckHandler = take_answer;
	options.PublishAsync.AckHandlerClosure = publisher;
	if (natsConnection_JetStream(&publisher->jetstream,
	    link_connection(link), &options) != NATS_OK) {
		pthread_mutex_destroy(&publisher->mutex);
		free(publisher);
		return ERR_NO_MEMORY;
	}
	*publisher_out = publisher;
	return ERR_NONE;
}

void
publisher_free(struct publisher *publisher)
{
	if (publisher == NULL)
		return;
	jsCtx_Destroy(publisher->jetstream);
	link_free_later(publisher->link, publisher);
}

enum error
publisher_send(struct publisher *publisher,
    const struct publication *publication)
{
	natsMsg *message = NULL;
	jsPubOptions options;
	natsStatus status;

	if (publisher->on_way >= PUBLISHER_MESSAGES_MAX)
		return ERR_OVERLOAD;
	if (!link_is_up(publisher->link))
		return ERR_AWAY;
	jsPubOptions_Init(&options);
	options.MaxWait = PUBLISHER_ANSWER_MS;
	options.MsgId = publication->id;
	options.ExpectStream = STREAM_NAME;
	options.ExpectNoMessage = publication->expects == EXPECTS_NOTHING;
	if (publication->expects == EXPECTS_SEQUENCE)
		options.ExpectLastSubjectSeq = publication->expected;
	status = make(publication, &message);
	if (status == NATS_OK)
		status = js_PublishMsgAsync(publisher->jetstream, &message,
		    &options);
	natsMsg_Destroy(message);
	if (status == NATS_NO_MEMORY)
		return ERR_NO_MEMORY;
	if (status != NATS_OK)
		return ERR_AWAY;
	publisher->on_way++;
	return ERR_NONE;
}

bool
publisher_next(struct publisher *publisher,
    struct publisher_answer *answer_out)
{
	bool is_there;

	pthread_mutex_lock(&publisher->mutex);
	is_there = publisher->count > 0;
	if (is_there) {
		*answer_out = publisher->answers[publisher->first];
		publisher->first = (publisher->first + 1) % ANSWERS_MAX;
		publisher->count--;
	}
	pthread_mutex_unlock(&publisher->mutex);
	if (is_there)
		publisher->on_way--;
	return is_there;
}

enum error
publisher_last(struct publisher *publisher, const char *subject,
    uint64_t *sequence_out, int64_t *timestamp_ms_out)
{
	natsMsg *message = NULL;
	jsErrCode code = 0;
	natsStatus status = js_GetLastMsg(&message,
	    link_jetstream(publisher->link), STREAM_NAME, subject, NULL,
	    &code);

	*sequence_out = 0;
	*timestamp_ms_out = 0;
	if (status == NATS_NOT_FOUND)
		return ERR_NOT_FOUND;
	if (status != NATS_OK)
		return ERR_AWAY;
	*sequence_out = natsMsg_GetSequence(message);
	*timestamp_ms_out = natsMsg_GetTime(message) / NS_PER_MS;
	natsMsg_Destroy(message);
	return ERR_NONE;
}

static natsStatus
make(const struct publication *publication, natsMsg **message_out)
{
	if (publication->payload_len > INT_MAX)
		return NATS_MAX_PAYLOAD;
	return natsMsg_Create(message_out, publication->subject, NULL,
	    publication->payload, (int)publication->payload_len);
}

/* In a thread of libnats.  What finds no room counts as lost: whoever waits
 * for it publishes again. */
static void
take_answer(jsCtx *jetstream, natsMsg *message, jsPubAck *ack,
    jsPubAckErr *error, void *arg)
{
	struct publisher *publisher = arg;
	const uint64_t one = 1;
	const char *id = NULL;

	(void)jetstream;
	pthread_mutex_lock(&publisher->mutex);
	if (publisher->count < ANSWERS_MAX && natsMsgHeader_Get(message,
	    "Nats-Msg-Id", &id) == NATS_OK &&
	    strlen(id) < PUBLISHER_ID_SIZE) {
		struct publisher_answer *answer = &publisher->answers[
		    (publisher->first + publisher->count++) % ANSWERS_MAX];

		memcpy(answer->id, id, strlen(id) + 1);
		answer->outcome = ack != NULL ? PUBLISHED :
		    outcome_of(error);
		answer->sequence = ack != NULL ? ack->Sequence : 0;
	}
	pthread_mutex_unlock(&publisher->mutex);
	(void)!write(publisher->wake_fd, &one, sizeof(one));
	natsMsg_Destroy(message);
}

static enum publisher_outcome
outcome_of(const jsPubAckErr *error)
{
	if (error == NULL)
		return PUBLISH_LOST;
	switch (error->ErrCode) {
	case JSStreamWrongLastSequenceErr:
		return PUBLISH_TAKEN;
	case JSStreamStoreFailedErr:
	case JSStorageResourcesExceededErr:
	case JSInsufficientResourcesErr:
		return PUBLISH_FULL;
	default:
		return PUBLISH_LOST;
	}
}
