/* applier_parts.h - what putting messages into the store is made of, for the
 * files applier*.c. */
#ifndef CLUSTER_APPLIER_PARTS_H
#define CLUSTER_APPLIER_PARTS_H

#include "base/buffer.h"
#include "cluster/applier.h"
#include "cluster/received.h"
#include "cluster/seen.h"
#include "model/log_digest.h"
#include "record/retention.h"

struct applier {
	struct store *store;
	const struct cluster_secrets *secrets;
	int64_t retention_ms;
	/* Of one transaction. */
	struct store_txn *txn;
	struct membership membership;
	struct log_digest digest;
	struct retention_load load;
	struct buffer carried;		/* a message's copy, to be stamped */
	struct seen seen;
	int64_t now_ms;			/* of the log: it never goes back */
	size_t applied_count;
	struct applied applied[APPLIER_MESSAGES_MAX];
	size_t event_count;		/* that were recorded */
	size_t place_count;
	struct cursor places[APPLIER_EVENTS_MAX];
};

/* Puts what the message brings, unless another one of its idempotency key came
 * first, and tells of it. */
enum error applier_put(struct applier *applier,
    const struct follower_message *message,
    const struct received *received);

/* Notes what is told once all is committed; the places are the last ones. */
void applier_tell(struct applier *applier, const struct ticket *ticket,
    enum applied_outcome outcome, size_t place_count);

#endif
