/* outbox.c - messages that are on their way to the log. */
#include "cluster/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"

enum {
	/* Before a message that was lost is published again. */
	AGAIN_MS = 250,
	/*
	 * When servers have answered nothing for so long, one message is
	 * published each PROBE_MS, and no other until an answer comes.  A
	 * leader that was cut off keeps all that it got meanwhile, as do
	 * those who send to it: the less that is, the less differs later.
	 */
	SILENCE_MS = 300,
	PROBE_MS = 2500
};

struct message {
	bool is_there;
	bool is_on_way;		/* published, and not answered yet */
	bool has_left;		/* was published at least once */
	bool was_full;		/* so the last answer said */
	bool is_stored;		/* at the sequence, so it said */
	uint64_t sequence;
	struct ticket ticket;
	char subject[PUBLISHER_SUBJECT_SIZE];
	struct buffer payload;
	int64_t again_ms;
	int64_t until_ms;
	void *owner;
};

struct outbox {
	struct publisher *publisher;
	const struct cluster_secrets *secrets;
	struct producer producer;
	uint64_t last_number;
	int64_t unanswered_ms;	/* since when, or 0 */
	int64_t probe_ms;	/* when the next one may be published */
	size_t count;
	size_t waiting;		/* of these, not stored */
	size_t bytes;
	size_t waiting_bytes;
	/* Each at its number. */
	struct message messages[OUTBOX_MESSAGES_MAX];
};

static struct message *at(struct outbox *outbox, uint64_t number);
static void make_room(struct outbox *outbox, size_t carried_len);
static struct message *find(struct outbox *outbox, uint64_t number);
static void publish(struct outbox *outbox, struct message *message,
    int64_t now_ms);
static bool may_publish(struct outbox *outbox, bool is_oldest,
    int64_t now_ms);
static void take(struct outbox *outbox,
    const struct publisher_answer *answer, int64_t now_ms, outbox_done *done,
    void *arg);
static void store(struct outbox *outbox, struct message *message,
    uint64_t sequence, int64_t now_ms);
static void wait_again(struct outbox *outbox, struct message *message);
static void leave(struct outbox *outbox, struct message *message);
static void finish(struct outbox *outbox, struct message *message,
    enum outbox_outcome outcome, uint64_t sequence, outbox_done *done,
    void *arg);

enum error
outbox_new(struct publisher *publisher,
    const struct cluster_secrets *secrets, struct outbox **outbox_out)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));

	*outbox_out = outbox;
	if (outbox == NULL)
		return ERR_NO_MEMORY;
	outbox->publisher = publisher;
	outbox->secrets = secrets;
	producer_make(&outbox->producer);
	return ERR_NONE;
}

void
outbox_free(struct outbox *outbox)
{
	if (outbox == NULL)
		return;
	for (size_t i = 0; i < OUTBOX_MESSAGES_MAX; i++)
		if (outbox->messages[i].is_there)
			buffer_clear(&outbox->messages[i].payload);
	free(outbox);
}

bool
outbox_has_room(const struct outbox *outbox, size_t carried_len)
{
	const struct message *message = &outbox->messages[
	    (outbox->last_number + 1) % OUTBOX_MESSAGES_MAX];

	return (!message->is_there || message->is_stored) &&
	    (outbox->waiting == 0 ||
	    outbox->waiting_bytes + carried_len <= OUTBOX_BYTES_MAX);
}

size_t
outbox_waiting(const struct outbox *outbox)
{
	return outbox->waiting;
}

enum error
outbox_add(struct outbox *outbox, const struct outbox_letter *letter,
    struct ticket *ticket_out)
{
	int64_t now_ms = clock_steady_ms();
	struct message *message;

	if (!outbox_has_room(outbox, letter->carried_len))
		return ERR_OVERLOAD;
	make_room(outbox, letter->carried_len);
	message = at(outbox, outbox->last_number + 1);
	*message = (struct message){
		.is_there = true,
		.ticket = {
		    .producer = outbox->producer,
		    .number = outbox->last_number + 1,
		    .mark = letter->mark,
		},
		.until_ms = letter->until_ms,
		.owner = letter->owner,
	};
	memcpy(message->subject, letter->subject, sizeof(message->subject));
	buffer_init(&message->payload, 0);
	envelope_write(outbox->secrets, message->subject, letter->kind,
	    &message->ticket, letter->carried, letter->carried_len,
	    &message->payload);
	if (message->payload.error != ERR_NONE) {
		buffer_clear(&message->payload);
		message->is_there = false;
		return ERR_NO_MEMORY;
	}
	outbox->last_number++;
	outbox->count++;
	outbox->bytes += message->payload.len;
	outbox->waiting++;
	outbox->waiting_bytes += message->payload.len;
	*ticket_out = message->ticket;
	if (may_publish(outbox, outbox->waiting == 1, now_ms))
		publish(outbox, message, now_ms);
	return ERR_NONE;
}

const struct producer *
outbox_producer(const struct outbox *outbox)
{
	return &outbox->producer;
}

uint64_t
outbox_added(const struct outbox *outbox)
{
	return outbox->last_number;
}

void
outbox_forget(struct outbox *outbox, const struct ticket *ticket)
{
	struct message *message = find(outbox, ticket->number);

	if (message != NULL &&
	    producer_is(&outbox->producer, &ticket->producer))
		leave(outbox, message);
}

void
outbox_pass(struct outbox *outbox, uint64_t position,
    const struct producer_window *window)
{
	size_t left = outbox->count;

	for (size_t i = 0; i < OUTBOX_MESSAGES_MAX && left > 0; i++) {
		struct message *message = &outbox->messages[i];

		if (!message->is_there)
			continue;
		left--;
		if (window != NULL &&
		    producer_window_has(window, message->ticket.number))
			leave(outbox, message);
		else if (message->is_stored && message->sequence <= position)
			wait_again(outbox, message);
	}
}

bool
outbox_is_stored(const struct outbox *outbox, const struct ticket *ticket,
    uint64_t sequence)
{
	const struct message *message =
	    &outbox->messages[ticket->number % OUTBOX_MESSAGES_MAX];

	return message->is_there && message->is_stored &&
	    message->ticket.number == ticket->number &&
	    producer_is(&outbox->producer, &ticket->producer) &&
	    message->sequence <= sequence;
}

void
outbox_work(struct outbox *outbox, int64_t now_ms, outbox_done *done,
    void *arg)
{
	struct publisher_answer answer;
	uint64_t first = outbox->last_number + 1;
	bool is_oldest = true;

	for (size_t i = 0; i < OUTBOX_MESSAGES_MAX &&
	    publisher_next(outbox->publisher, &answer); i++)
		take(outbox, &answer, now_ms, done, arg);
	/* From the place of the next number on, which is the oldest's. */
	for (size_t i = 0; i < OUTBOX_MESSAGES_MAX && outbox->count > 0;
	    i++) {
		struct message *message = at(outbox, first + i);

		if (!message->is_there)
			continue;
		if (message->is_stored) {
			if (now_ms >= message->until_ms)
				leave(outbox, message);
			continue;
		}
		if (now_ms >= message->until_ms)
			finish(outbox, message, message->was_full ?
			    OUTBOX_FULL : message->has_left ?
			    OUTBOX_UNKNOWN : OUTBOX_UNSENT, 0, done, arg);
		else if (!message->is_on_way &&
		    now_ms >= message->again_ms &&
		    may_publish(outbox, is_oldest, now_ms))
			publish(outbox, message, now_ms);
		is_oldest = false;
	}
}

static struct message *
at(struct outbox *outbox, uint64_t number)
{
	return &outbox->messages[number % OUTBOX_MESSAGES_MAX];
}

/* Those that are stored need not stay: the one whose place is wanted, and as
 * many others, from the oldest on, as there are too many bytes. */
static void
make_room(struct outbox *outbox, size_t carried_len)
{
	uint64_t first = outbox->last_number + 1;

	for (size_t i = 0; i < OUTBOX_MESSAGES_MAX; i++) {
		struct message *message = at(outbox, first + i);

		if (i > 0 && outbox->bytes + carried_len <= OUTBOX_BYTES_MAX)
			break;
		if (message->is_there && message->is_stored)
			leave(outbox, message);
	}
}

/* NULL when it has left meanwhile. */
static struct message *
find(struct outbox *outbox, uint64_t number)
{
	struct message *message = at(outbox, number);

	return message->is_there && message->ticket.number == number ?
	    message : NULL;
}

static bool
may_publish(struct outbox *outbox, bool is_oldest, int64_t now_ms)
{
	if (outbox->unanswered_ms == 0 ||
	    now_ms - outbox->unanswered_ms < SILENCE_MS)
		return true;
	if (!is_oldest || now_ms < outbox->probe_ms)
		return false;
	outbox->probe_ms = now_ms + PROBE_MS;
	return true;
}

static void
publish(struct outbox *outbox, struct message *message, int64_t now_ms)
{
	const struct publication publication = {
		.subject = message->subject,
		.number = message->ticket.number,
		.payload = message->payload.bytes,
		.payload_len = message->payload.len,
	};

	message->is_on_way = publisher_send(outbox->publisher,
	    &publication) == ERR_NONE;
	if (message->is_on_way && outbox->unanswered_ms == 0)
		outbox->unanswered_ms = now_ms;
	message->has_left = message->has_left || message->is_on_way;
	message->again_ms = now_ms + AGAIN_MS;
}

static void
take(struct outbox *outbox, const struct publisher_answer *answer,
    int64_t now_ms, outbox_done *done, void *arg)
{
	struct message *message = find(outbox, answer->number);

	if (answer->outcome == PUBLISHED)
		outbox->unanswered_ms = 0;
	if (message == NULL)
		return;
	message->is_on_way = false;
	message->was_full = answer->outcome == PUBLISH_FULL;
	message->again_ms = now_ms + AGAIN_MS;
	if (answer->outcome != PUBLISHED || message->is_stored)
		return;
	store(outbox, message, answer->sequence, now_ms);
	done(message->owner, &message->ticket, OUTBOX_STORED,
	    answer->sequence, arg);
}

static void
store(struct outbox *outbox, struct message *message, uint64_t sequence,
    int64_t now_ms)
{
	message->is_stored = true;
	message->sequence = sequence;
	message->until_ms = now_ms + OUTBOX_KEPT_MS;
	outbox->waiting--;
	outbox->waiting_bytes -= message->payload.len;
}

/* With the time that it still has. */
static void
wait_again(struct outbox *outbox, struct message *message)
{
	message->is_stored = false;
	outbox->waiting++;
	outbox->waiting_bytes += message->payload.len;
}

static void
finish(struct outbox *outbox, struct message *message,
    enum outbox_outcome outcome, uint64_t sequence, outbox_done *done,
    void *arg)
{
	struct ticket ticket = message->ticket;
	void *owner = message->owner;

	leave(outbox, message);
	done(owner, &ticket, outcome, sequence, arg);
}

static void
leave(struct outbox *outbox, struct message *message)
{
	if (!message->is_stored) {
		outbox->waiting--;
		outbox->waiting_bytes -= message->payload.len;
	}
	outbox->count--;
	outbox->bytes -= message->payload.len;
	buffer_clear(&message->payload);
	message->is_there = false;
}
