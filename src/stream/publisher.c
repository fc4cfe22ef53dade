/* publisher.c - messages to the stream, many on their way at once. */
#include "stream/publisher.h"

#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "stream/jetstream.h"
#include "stream/layout.h"

/* Answers come at most once a message, and are taken between messages. */
enum { ANSWERS_MAX = 2 * PUBLISHER_MESSAGES_MAX, NUMBER_SIZE = 24 };

#define NUMBER_HEADER "Apitrail-Number"

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
	options.ExpectStream = STREAM_NAME;
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

static natsStatus
make(const struct publication *publication, natsMsg **message_out)
{
	char number[NUMBER_SIZE];
	natsStatus status;

	if (publication->payload_len > INT_MAX)
		return NATS_MAX_PAYLOAD;
	snprintf(number, sizeof(number), "%" PRIu64, publication->number);
	status = natsMsg_Create(message_out, publication->subject, NULL,
	    publication->payload, (int)publication->payload_len);
	return status == NATS_OK ? natsMsgHeader_Set(*message_out,
	    NUMBER_HEADER, number) : status;
}

/* In a thread of libnats.  What finds no room counts as lost: whoever waits
 * for it publishes again. */
static void
take_answer(jsCtx *jetstream, natsMsg *message, jsPubAck *ack,
    jsPubAckErr *error, void *arg)
{
	struct publisher *publisher = arg;
	const uint64_t one = 1;
	const char *text = NULL;
	int64_t number;

	(void)jetstream;
	pthread_mutex_lock(&publisher->mutex);
	if (publisher->count < ANSWERS_MAX && natsMsgHeader_Get(message,
	    NUMBER_HEADER, &text) == NATS_OK &&
	    text_parse_int64(text, strlen(text), &number) == ERR_NONE) {
		struct publisher_answer *answer = &publisher->answers[
		    (publisher->first + publisher->count++) % ANSWERS_MAX];

		answer->number = (uint64_t)number;
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
	case JSStreamStoreFailedErr:
	case JSAccountResourcesExceededErr:
	case JSStorageResourcesExceededErr:
	case JSInsufficientResourcesErr:
		return PUBLISH_FULL;
	default:
		return PUBLISH_LOST;
	}
}
