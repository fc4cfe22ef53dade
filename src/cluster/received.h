/* received.h - a message of the log, opened. */
#ifndef CLUSTER_RECEIVED_H
#define CLUSTER_RECEIVED_H

#include <stdbool.h>

#include "model/cluster_secrets.h"
#include "model/envelope.h"
#include "model/limits.h"
#include "record/message.h"

struct buffer;
struct follower_message;

struct received {
	char organization_id[EVENT_ID_LEN + 1];	/* of the subject */
	enum envelope_kind kind;
	struct ticket ticket;
	struct message_request request;	/* its events lie in the copy */
};

/* False: no message of this cluster's machines.  The copy is what is stamped:
 * the message comes again after an abort. */
bool received_read(const struct cluster_secrets *secrets,
    const struct follower_message *message, struct buffer *copy,
    struct received *received_out);

#endif
