/* envelope.c - what a message of the stream is wrapped in. */
#include "model/envelope.h"

#include <sodium.h>
#include <string.h>

#include "base/buffer.h"
#include "model/sodium_ready.h"

#define MAGIC "apie"

enum {
	MAGIC_LEN = sizeof(MAGIC) - 1,
	VERSION_OFFSET = SEAL_BYTES + MAGIC_LEN,
	KIND_OFFSET = VERSION_OFFSET + 1,
	TICKET_OFFSET = KIND_OFFSET + 1 + 2
};

void
ticket_make(struct ticket *ticket)
{
	sodium_ready();
	randombytes_buf(ticket->bytes, sizeof(ticket->bytes));
}

void
ticket_format(const struct ticket *ticket, char text[TICKET_TEXT_LEN + 1])
{
	sodium_bin2hex(text, TICKET_TEXT_LEN + 1, ticket->bytes,
	    sizeof(ticket->bytes));
}

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
	memcpy(begin + TICKET_OFFSET, ticket->bytes, TICKET_BYTES);
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
	memcpy(envelope->ticket.bytes, message + TICKET_OFFSET, TICKET_BYTES);
	envelope->carried = message + ENVELOPE_HEAD_BYTES;
	envelope->carried_len = message_len - ENVELOPE_HEAD_BYTES;
	return ERR_NONE;
}
