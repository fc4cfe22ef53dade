/* envelope.h - what a message of the stream is wrapped in.
 *
 *	32 seal of all that follows, for the message's subject
 *	4  "apie"			1  version
 *	1  kind: 1 record, 2 import	2  zero
 *	8 producer			8  number
 *	2 mark				the rest: what is carried
 *
 * What has no right seal was not put there by a machine of this cluster.
 */
#ifndef MODEL_ENVELOPE_H
#define MODEL_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cluster_secrets.h"
#include "model/producer.h"

struct buffer;

enum {
	ENVELOPE_VERSION = 1,
	TICKET_BYTES = PRODUCER_BYTES + 8 + 2,
	ENVELOPE_HEAD_BYTES = SEAL_BYTES + 4 + 1 + 1 + 2 + TICKET_BYTES
};

enum envelope_kind {
	ENVELOPE_RECORD = 1,	/* its events are stamped where it is applied */
	ENVELOPE_IMPORT = 2	/* they bring their places along */
};

/* By which a message is known again: none has producer and number of
 * another. */
struct ticket {
	struct producer producer;
	uint64_t number;	/* from 1 on */
	uint16_t mark;		/* for the producer alone */
};

struct envelope {
	enum envelope_kind kind;
	struct ticket ticket;
	char *carried;		/* borrowed from the message */
	size_t carried_len;
};

/* Adds the whole message to an empty buffer. */
void envelope_write(const struct cluster_secrets *secrets,
    const char *subject, enum envelope_kind kind,
    const struct ticket *ticket, const void *carried, size_t carried_len,
    struct buffer *message);

/* ERR_SYNTAX: it is none, of another version, or another's. */
enum error envelope_read(const struct cluster_secrets *secrets,
    const char *subject, char *message, size_t message_len,
    struct envelope *envelope_out);

#endif
