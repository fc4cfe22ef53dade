/* received.c - a message of the log, opened. */
#include "cluster/received.h"

#include <string.h>

#include "base/buffer.h"
#include "stream/follower.h"
#include "stream/layout.h"

static bool read_organization(const char *subject,
    char id[EVENT_ID_LEN + 1]);

bool
received_read(const struct cluster_secrets *secrets,
    const struct follower_message *message, struct buffer *copy,
    struct received *received)
{
	struct envelope envelope;
	size_t len = 0;

	buffer_reset(copy);
	buffer_add(copy, message->payload, message->payload_len);
	if (copy->error != ERR_NONE ||
	    !read_organization(message->subject, received->organization_id) ||
	    envelope_read(secrets, message->subject, copy->bytes, copy->len,
	    &envelope) != ERR_NONE || message_length(envelope.carried,
	    envelope.carried_len, MESSAGE_REQUEST, &len) != ERR_NONE ||
	    len != envelope.carried_len ||
	    message_read_request(envelope.carried, len,
	    &received->request) != ERR_NONE)
		return false;
	received->kind = envelope.kind;
	received->ticket = envelope.ticket;
	return true;
}

static bool
read_organization(const char *subject, char id[EVENT_ID_LEN + 1])
{
	size_t prefix_len = strlen(STREAM_SUBJECT_PREFIX);
	const char *begin = subject + prefix_len;

	if (strncmp(subject, STREAM_SUBJECT_PREFIX, prefix_len) != 0 ||
	    strlen(begin) != EVENT_ID_LEN)
		return false;
	memcpy(id, begin, EVENT_ID_LEN + 1);
	return true;
}
