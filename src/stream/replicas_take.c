/* replicas_take.c - what comes of the servers' consumers. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "stream/replicas_parts.h"

/* Between two times that a consumer is told to end. */
enum { GIVE_UP_MS = 250 };

/* "$JS.FC", stream, consumer, and a word. */
#define FLOW_CONTROL_FORMAT "$JS.FC.%*[^.].%63[^.]."

static struct replica *find(struct replicas *replicas,
    const char *consumer);
static void greet(struct replicas *replicas, natsMsg *message);
static bool read_number(natsMsg *message, const char *header,
    uint64_t *number_out);
static void owe(struct replicas *replicas, const char *subject);
static void take(struct replicas *replicas, natsMsg *message);
static void give_up(struct replicas *replicas, const char *consumer);
static void look_back(struct replicas *replicas,
    const struct replica *replica);

void
replicas_receive(struct replicas *replicas, int64_t timeout_ms)
{
	natsMsg *message = NULL;

	if (replicas->subscription == NULL)
		nats_Sleep(timeout_ms);
	else if (natsSubscription_NextMsg(&message, replicas->subscription,
	    timeout_ms) == NATS_OK)
		take(replicas, message);
}

static struct replica *
find(struct replicas *replicas, const char *consumer)
{
	for (size_t i = 0; i < replicas->count; i++)
		if (replicas->all[i].is_open &&
		    strcmp(replicas->all[i].consumer, consumer) == 0)
			return &replicas->all[i];
	return NULL;
}

static void
take(struct replicas *replicas, natsMsg *message)
{
	jsMsgMetaData *place = NULL;
	struct replica *replica;

	if (natsMsg_GetMetaData(&place, message) != NATS_OK) {
		greet(replicas, message);
		natsMsg_Destroy(message);
		return;
	}
	replica = find(replicas, place->Consumer);
	if (replica != NULL) {
		replica_take(replica, message, place);
		look_back(replicas, replica);
		replica_drop(replica, replicas->passed);
	} else {
		give_up(replicas, place->Consumer);
		natsMsg_Destroy(message);
	}
	jsMsgMetaData_Destroy(place);
}

/*
 * What is no message of the stream: a greeting, which tells what was sent last
 * and not by which consumer; or a question whether to go on, to be answered to
 * a subject that ends with the consumer's name and one more word.
 */
static void
greet(struct replicas *replicas, natsMsg *message)
{
	const char *subject = natsMsg_GetReply(message);
	uint64_t deliveries;
	uint64_t sequence;

	if (read_number(message, "Nats-Last-Consumer", &deliveries) &&
	    read_number(message, "Nats-Last-Stream", &sequence))
		for (size_t i = 0; i < replicas->count; i++)
			replica_greet(&replicas->all[i], deliveries,
			    sequence);
	if (subject != NULL || natsMsgHeader_Get(message,
	    "Nats-Consumer-Stalled", &subject) == NATS_OK)
		owe(replicas, subject);
}

static bool
read_number(natsMsg *message, const char *header, uint64_t *number)
{
	const char *text = NULL;
	int64_t read = 0;

	if (natsMsgHeader_Get(message, header, &text) != NATS_OK ||
	    text_parse_int64(text, strlen(text), &read) != ERR_NONE)
		return false;
	*number = (uint64_t)read;
	return true;
}

/* A consumer that nobody reads was given up. */
static void
owe(struct replicas *replicas, const char *subject)
{
	char consumer[REPLICA_NAME_SIZE];
	struct replica *replica;

	if (sscanf(subject, FLOW_CONTROL_FORMAT, consumer) != 1)
		return;
	replica = find(replicas, consumer);
	if (replica != NULL)
		replica_owe(replica, subject);
	else
		give_up(replicas, consumer);
}

/* One at a time: it may have sent many messages by now. */
static void
give_up(struct replicas *replicas, const char *consumer)
{
	int64_t now_ms = clock_steady_ms();

	if (now_ms - replicas->gave_up_ms < GIVE_UP_MS)
		return;
	replicas->gave_up_ms = now_ms;
	replica_delete(&replicas->source, consumer);
}

/* Whether what came late is what most said. */
static void
look_back(struct replicas *replicas, const struct replica *replica)
{
	const struct arrival *last = replica->last;

	if (last != NULL && last->sequence <= replicas->passed &&
	    decisions_differ(&replicas->decisions, last->sequence,
	    last->digest))
		replicas_note_difference(replicas, replica, last->sequence);
}
