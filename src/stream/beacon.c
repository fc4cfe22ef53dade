/* beacon.c - each machine of a cluster tells how it is when it is asked. */
#include "stream/beacon.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "stream/jetstream.h"

/* Not of the stream's subjects: nobody keeps these. */
#define BEACON_SUBJECT "apitrail.status"

struct beacon {
	struct link *link;
	natsSubscription *subscription;
	pthread_mutex_t mutex;	/* around what follows */
	size_t text_len;
	char text[BEACON_TEXT_BYTES_MAX];
};

static void answer(natsConnection *connection,
    natsSubscription *subscription, natsMsg *message, void *arg);

enum error
beacon_new(struct link *link, struct beacon **beacon_out)
{
	struct beacon *beacon = calloc(1, sizeof(*beacon));

	*beacon_out = NULL;
	if (beacon == NULL)
		return ERR_NO_MEMORY;
	beacon->link = link;
	pthread_mutex_init(&beacon->mutex, NULL);
	if (natsConnection_Subscribe(&beacon->subscription,
	    link_connection(link), BEACON_SUBJECT, answer, beacon) !=
	    NATS_OK) {
		free(beacon);
		return ERR_AWAY;
	}
	*beacon_out = beacon;
	return ERR_NONE;
}

void
beacon_free(struct beacon *beacon)
{
	if (beacon == NULL)
		return;
	(void)natsSubscription_Unsubscribe(beacon->subscription);
	natsSubscription_Destroy(beacon->subscription);
	link_free_later(beacon->link, beacon);
}

void
beacon_tell(struct beacon *beacon, const char *text, size_t text_len)
{
	if (text_len > BEACON_TEXT_BYTES_MAX)
		return;
	pthread_mutex_lock(&beacon->mutex);
	memcpy(beacon->text, text, text_len);
	beacon->text_len = text_len;
	pthread_mutex_unlock(&beacon->mutex);
}

enum error
beacon_ask(struct link *link, int64_t timeout_ms, beacon_visit *visit,
    void *arg)
{
	natsSubscription *subscription = NULL;
	natsInbox *inbox = NULL;
	int64_t end_ms = clock_steady_ms() + timeout_ms;
	int64_t now_ms;
	natsStatus status = natsInbox_Create(&inbox);

	if (status == NATS_OK)
		status = natsConnection_SubscribeSync(&subscription,
		    link_connection(link), inbox);
	if (status == NATS_OK)
		status = natsConnection_PublishRequest(link_connection(link),
		    BEACON_SUBJECT, inbox, NULL, 0);
	for (int i = 0; status == NATS_OK && i < BEACON_ANSWERS_MAX &&
	    (now_ms = clock_steady_ms()) < end_ms; i++) {
		natsMsg *message = NULL;

		if (natsSubscription_NextMsg(&message, subscription,
		    end_ms - now_ms) != NATS_OK)
			break;
		visit(natsMsg_GetData(message),
		    (size_t)natsMsg_GetDataLength(message), arg);
		natsMsg_Destroy(message);
	}
	natsSubscription_Destroy(subscription);
	natsInbox_Destroy(inbox);
	return status == NATS_OK ? ERR_NONE : ERR_AWAY;
}

static void
answer(natsConnection *connection, natsSubscription *subscription,
    natsMsg *message, void *arg)
{
	struct beacon *beacon = arg;

	(void)subscription;
	if (natsMsg_GetReply(message) != NULL) {
		pthread_mutex_lock(&beacon->mutex);
		(void)natsConnection_Publish(connection,
		    natsMsg_GetReply(message), beacon->text,
		    (int)beacon->text_len);
		pthread_mutex_unlock(&beacon->mutex);
	}
	natsMsg_Destroy(message);
}
