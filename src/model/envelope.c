/* envelope.c - what a message of the stream is wrapped in. */
#include "model/envelope.h"

#include <endian.h>
#include <string.h>

#include "base/buffer.h"

#define MAGIC "apie"

enum {
	MAGIC_LEN = sizeof(MAGIC) - 1,
	VERSION_OFFSET = SEAL_BYTES + MAGIC_LEN,
	KIND_OFFSET = VERSION_OFFSET + 1,
	TICKET_OFFSET = KIND_OFFSET + 1 + 2,
	NUMBER_OFFSET = TICKET_OFFSET + PRODUCER_BYTES,
	MARK_OFFSET = NUMBER_OFFSET + 8
};

static void write_ticket(const struct ticket *ticket, char *message);
static void read_ticket(const char *message, struct ticket *ticket_out);

void
envelope_write(const struct cluster_secrets *secrets, const char *subject,
    enum envelope_kind kind, const struct ticket *ticket,
    const void *carried, size_t carried_len, struct buffer *message)
{
	const char head[] = { 'a', 'p', 'i', 'e', ENVELOPE_VERSION,
	    (char)kind, 0, 0 };
	char *begin = buffer_reserve(message,
	    ENVELOPE_HEAD_BYTES + carried_len);

	if (begin == NULL)
		return;
	memcpy(begin + SEAL_BYTES, head, sizeof(head));
	write_ticket(ticket, begin);
	if (carried_len > 0)
		memcpy(begin + ENVELOPE_HEAD_BYTES, carried, carried_len);
	seal_make(secrets, subject, begin + SEAL_BYTES,
	    ENVELOPE_HEAD_BYTES - SEAL_BYTES + carried_len,
	    (uint8_t *)begin);
	message->len += ENVELOPE_HEAD_BYTES + carried_len;
}

enum error
envelope_read(const struct cluster_secrets *secrets, const char *subject,
    char *message, size_t message_len, struct envelope *envelope)
{
	*envelope = (struct envelope){ .kind = ENVELOPE_RECORD };
	if (message_len < ENVELOPE_HEAD_BYTES ||
	    memcmp(message + SEAL_BYTES, MAGIC, MAGIC_LEN) != 0 ||
	    message[VERSION_OFFSET] != ENVELOPE_VERSION ||
	    (message[KIND_OFFSET] != ENVELOPE_RECORD &&
	    message[KIND_OFFSET] != ENVELOPE_IMPORT) ||
	    !seal_is_right(secrets, subject, message + SEAL_BYTES,
	    message_len - SEAL_BYTES, (const uint8_t *)message))
		return ERR_SYNTAX;
	envelope->kind = message[KIND_OFFSET] == ENVELOPE_IMPORT ?
	    ENVELOPE_IMPORT : ENVELOPE_RECORD;
	read_ticket(message, &envelope->ticket);
	envelope->carried = message + ENVELOPE_HEAD_BYTES;
	envelope->carried_len = message_len - ENVELOPE_HEAD_BYTES;
	return ERR_NONE;
}

static void
write_ticket(const struct ticket *ticket, char *message)
{
	uint64_t number = htole64(ticket->number);
	uint16_t mark = htole16(ticket->mark);

	memcpy(message + TICKET_OFFSET, ticket->producer.bytes,
	    PRODUCER_BYTES);
	memcpy(message + NUMBER_OFFSET, &number, sizeof(number));
	memcpy(message + MARK_OFFSET, &mark, sizeof(mark));
}

static void
read_ticket(const char *message, struct ticket *ticket)
{
	uint64_t number;
	uint16_t mark;

	memcpy(ticket->producer.bytes, message + TICKET_OFFSET,
	    PRODUCER_BYTES);
	memcpy(&number, message + NUMBER_OFFSET, sizeof(number));
	memcpy(&mark, message + MARK_OFFSET, sizeof(mark));
	ticket->number = le64toh(number);
	ticket->mark = le16toh(mark);
}
