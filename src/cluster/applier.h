/* applier.h - messages of the log, put into this machine's store.
 *
 * Many in one transaction, and with them how far the store has come.  What is
 * stored depends on the messages alone: stored_at is a message's timestamp,
 * or the last stamp when that is later, and ids are made of its sequence.  A
 * message that is there twice is passed over, and so is one whose idempotency
 * key another message has had: the first in the log is the one.
 */
#ifndef CLUSTER_APPLIER_H
#define CLUSTER_APPLIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cluster_secrets.h"
#include "model/cursor.h"
#include "model/envelope.h"
#include "model/limits.h"
#include "model/log_digest.h"
#include "store/membership.h"

struct applier;
struct follower_message;
struct store;

enum {
	APPLIER_MESSAGES_MAX = 1024,
	APPLIER_EVENTS_MAX = 8 * RECORD_EVENTS_MAX,
	APPLIER_BYTES_MAX = 8 * 1024 * 1024
};

/* All is borrowed.  ERR_NO_MEMORY. */
enum error applier_new(struct store *store,
    const struct cluster_secrets *secrets, int64_t retention_ms,
    struct applier **applier_out);
void applier_free(struct applier *applier);

enum applied_outcome {
	APPLIED_RECORDED,	/* at these places */
	APPLIED_BEFORE,		/* the same request of this key came first, at
				 * these places */
	APPLIED_OTHERWISE,	/* another request of this key came first */
	APPLIED_GONE		/* the organization is gone */
};

struct applied {
	struct ticket ticket;
	enum applied_outcome outcome;
	const struct cursor *places;	/* borrowed */
	size_t place_count;
};

/* A message that was applied, after the commit. */
typedef void applier_visit(const struct applied *applied, void *arg);

struct applier_result {
	size_t messages;	/* of the given ones, from the first on */
	uint64_t events;
	uint64_t pruned;
	struct membership membership;	/* after it */
	struct log_digest digest;
	/* ERR_NOT_FOUND only: the organization that is not here. */
	char organization_id[EVENT_ID_LEN + 1];
};

/*
 * Applies as many of the messages as fit one transaction, in order; those
 * that were applied before count as applied.
 *
 *   absent       an organization that the bucket does not have any more, or
 *                "": messages for it are passed over
 *   may_be_gap   whether messages may be missing before the first one, which
 *                is counted then
 *
 * ERR_EXISTS: they are missing, and may not; nothing was applied.
 * ERR_NOT_FOUND: the first message is for an organization that this store
 * does not have yet; nothing was applied.  ERR_FULL, ERR_STORE, ERR_CORRUPT,
 * ERR_IO, ERR_NO_MEMORY: nothing was applied.
 */
enum error applier_apply(struct applier *applier,
    const struct follower_message *messages, size_t message_count,
    const char *absent, bool may_be_gap, applier_visit *visit, void *arg,
    struct applier_result *result_out);

#endif
