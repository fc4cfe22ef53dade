/* senders.h - whose API keys may record, each looked up once a transaction.
 *
 * A responder looked at the key, too, but before its message waited.  What
 * counts is the moment at which events are recorded: from the return of a
 * command that takes a key away, nothing more is recorded under it.
 *
 * A key's id is random and never given twice, and a key stays with its
 * organization.  So one that is there, and belongs to the organization that a
 * message names by its number, proves that the number still means the same
 * organization, also after a restore that brought other ones.
 */
#ifndef RECORD_SENDERS_H
#define RECORD_SENDERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "record/group.h"

struct store_txn;

/* Twice as many as there can be, so that a free one is never far. */
enum { SENDERS_SLOTS = 2 * GROUP_REQUESTS_MAX };

struct sender {
	/* The first of it: organization and key; borrowed. */
	const struct message_request *request;
	enum message_outcome outcome;
};

/* Those of one transaction. */
struct senders {
	size_t count;		/* and so many were looked up */
	struct sender rows[GROUP_REQUESTS_MAX];
	uint16_t slots[SENDERS_SLOTS];	/* 1 and a row's index; 0: free */
};

void senders_init(struct senders *senders);

/*
 * Whether the request's key may record for its organization at now_ms.
 * outcome_out is MESSAGE_RECORDED when so; MESSAGE_GONE when not;
 * MESSAGE_FAILED when a record of either is damaged, which is logged.
 * ERR_STORE.  The request is borrowed until the next senders_init, at most
 * GROUP_REQUESTS_MAX of them.
 */
enum error senders_check(struct senders *senders, struct store_txn *txn,
    const struct message_request *request, int64_t now_ms,
    enum message_outcome *outcome_out);

#endif
