/* outbox.c - messages that are on their way to the log. */
#include "cluster/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"

enum {
	/* Before a message that was lost is published again. */
	AGAIN_MS = 250,
	/* A ticket begins with the number of its place, and its mark. */
	PLACE_BYTES = 2,
	MARK_OFFSET = PLACE_BYTES
};

struct message {
	bool is_there;
	bool is_on_way;		/* published, and not answered yet */
	bool has_left;		/* was published at least once */
	bool was_full;		/* so the last answer said */
	bool stays_when_taken;
	bool is_taken;		/* and it stayed */
	struct ticket ticket;
	char id[TICKET_TEXT_LEN + 1];
	char subject[PUBLISHER_SUBJECT_SIZE];
	enum publisher_expects expects;
	uint64_t expected;
	struct buffer payload;
	int64_t again_ms;
	int64_t until_ms;
	void *owner;
};

struct outbox {
	struct publisher *publisher;
	const struct cluster_secrets *secrets;
	size_t count;
	size_t bytes;
	size_t next;		/* where a free place is looked for */
	struct message messages[OUTBOX_MESSAGES_MAX];
};

static struct message *find_free(struct outbox *outbox);
static struct message *find(struct outbox *outbox, const char *id);
static void publish(struct outbox *outbox, struct message *message,
    int64_t now_ms);
static void take(struct outbox *outbox,
    const struct publisher_answer *answer, int64_t now_ms, outbox_done *done,
    void *arg);
static struct message *find_ticket(struct outbox *outbox,
    const struct ticket *ticket);
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
	return outbox->count < OUTBOX_MESSAGES_MAX && (outbox->count == 0 ||
	    outbox->bytes + carried_len <= OUTBOX_BYTES_MAX);
}

size_t
outbox_count(const struct outbox *outbox)
{
	return outbox->count;
}

enum error
outbox_add(struct outbox *outbox, const struct outbox_letter *letter,
    struct ticket *ticket_out)
{
	struct message *message;

	if (!outbox_has_room(outbox, letter->carried_len))
		return ERR_OVERLOAD;
	message = find_free(outbox);
	*message = (struct message){
		.is_there = true,
		.expects = letter->expects,
		.expected = letter->expected,
		.until_ms = letter->until_ms,
		.stays_when_taken = letter->stays_when_taken,
		.owner = letter->owner,
	};
	memcpy(message->subject, letter->subject, sizeof(message->subject));
	ticket_make(&message->ticket);
	message->ticket.bytes[0] =
	    (uint8_t)((size_t)(message - outbox->messages) >> 8);
	message->ticket.bytes[1] =
	    (uint8_t)((size_t)(message - outbox->messages) & 0xff);
	message->ticket.bytes[MARK_OFFSET] = (uint8_t)(letter->mark >> 8);
	message->ticket.bytes[MARK_OFFSET + 1] =
	    (uint8_t)(letter->mark & 0xff);
	ticket_format(&message->ticket, message->id);
	buffer_init(&message->payload, 0);
	envelope_write(outbox->secrets, message->subject, letter->kind,
	    &message->ticket, letter->carried, letter->carried_len,
	    &message->payload);
	if (message->payload.error != ERR_NONE) {
		buffer_clear(&message->payload);
		message->is_there = false;
		return ERR_NO_MEMORY;
	}
	outbox->count++;
	outbox->bytes += message->payload.len;
	*ticket_out = message->ticket;
	publish(outbox, message, clock_steady_ms());
	return ERR_NONE;
}

uint16_t
outbox_mark(const struct ticket *ticket)
{
	return (uint16_t)(ticket->bytes[MARK_OFFSET] << 8 |
	    ticket->bytes[MARK_OFFSET + 1]);
}

void
outbox_again(struct outbox *outbox, const struct ticket *ticket,
    uint64_t sequence)
{
	struct message *message = find_ticket(outbox, ticket);

	if (message == NULL)
		return;
	message->is_taken = false;
	message->expects = EXPECTS_SEQUENCE;
	message->expected = sequence;
	publish(outbox, message, clock_steady_ms());
}

void
outbox_forget(struct outbox *outbox, const struct ticket *ticket)
{
	struct message *message = find_ticket(outbox, ticket);

	if (message != NULL)
		leave(outbox, message);
}

void
outbox_work(struct outbox *outbox, int64_t now_ms, outbox_done *done,
    void *arg)
{
	struct publisher_answer answer;

	for (size_t i = 0; i < OUTBOX_MESSAGES_MAX &&
	    publisher_next(outbox->publisher, &answer); i++)
		take(outbox, &answer, now_ms, done, arg);
	for (size_t i = 0; i < OUTBOX_MESSAGES_MAX && outbox->count > 0;
	    i++) {
		struct message *message = &outbox->messages[i];

		if (!message->is_there || message->is_taken)
			continue;
		if (now_ms >= message->until_ms)
			finish(outbox, message, message->was_full ?
			    OUTBOX_FULL : message->has_left ?
			    OUTBOX_UNKNOWN : OUTBOX_UNSENT, 0, done, arg);
		else if (!message->is_on_way && now_ms >= message->again_ms)
			publish(outbox, message, now_ms);
	}
}

/* There is one: the count is below the bound. */
static struct message *
find_free(struct outbox *outbox)
{
	while (outbox->messages[outbox->next].is_there)
		outbox->next = (outbox->next + 1) % OUTBOX_MESSAGES_MAX;
	return &outbox->messages[outbox->next];
}

/* NULL when it has left meanwhile. */
static struct message *
find(struct outbox *outbox, const char *id)
{
	char digits[2 * PLACE_BYTES + 1];
	unsigned long place;
	struct message *message;

	memcpy(digits, id, sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	place = strtoul(digits, NULL, 16);
	if (place >= OUTBOX_MESSAGES_MAX)
		return NULL;
	message = &outbox->messages[place];
	return message->is_there && strcmp(message->id, id) == 0 ?
	    message : NULL;
}

static struct message *
find_ticket(struct outbox *outbox, const struct ticket *ticket)
{
	char id[TICKET_TEXT_LEN + 1];

	ticket_format(ticket, id);
	return find(outbox, id);
}

static void
publish(struct outbox *outbox, struct message *message, int64_t now_ms)
{
	const struct publication publication = {
		.subject = message->subject,
		.id = message->id,
		.expects = message->expects,
		.expected = message->expected,
		.payload = message->payload.bytes,
		.payload_len = message->payload.len,
	};

	message->is_on_way = publisher_send(outbox->publisher,
	    &publication) == ERR_NONE;
	message->has_left = message->has_left || message->is_on_way;
	message->again_ms = now_ms + AGAIN_MS;
}

static void
take(struct outbox *outbox, const struct publisher_answer *answer,
    int64_t now_ms, outbox_done *done, void *arg)
{
	struct message *message = find(outbox, answer->id);

	if (message == NULL)
		return;
	message->is_on_way = false;
	message->was_full = answer->outcome == PUBLISH_FULL;
	switch (answer->outcome) {
	case PUBLISHED:
		finish(outbox, message, OUTBOX_STORED, answer->sequence,
		    done, arg);
		break;
	case PUBLISH_TAKEN:
		message->is_taken = message->stays_when_taken;
		if (message->is_taken)
			done(message->owner, &message->ticket, OUTBOX_TAKEN,
			    0, arg);
		else
			finish(outbox, message, OUTBOX_TAKEN, 0, done, arg);
		break;
	default:
		message->again_ms = now_ms + AGAIN_MS;
		break;
	}
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
	outbox->count--;
	outbox->bytes -= message->payload.len;
	buffer_clear(&message->payload);
	message->is_there = false;
}
