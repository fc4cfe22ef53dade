/* group_member.h - what becomes of one request within a transaction. */
#ifndef RECORD_GROUP_MEMBER_H
#define RECORD_GROUP_MEMBER_H

#include <stdint.h>

#include "base/error.h"
#include "record/message.h"
#include "record/retention.h"

struct senders;
struct store_txn;

struct group_member {
	struct message_request request;
	void *asker;
	enum message_outcome outcome;
	struct cursor *places;	/* of the group; as many as events */
};

/* What the members share that one transaction is about. */
struct group_intake {
	struct store_txn *txn;
	int64_t now_ms;
	struct senders *senders;	/* that were looked up in it */
	/* The others of it lie behind this one. */
	const struct group_member *first;
	/* Room for what an idempotency key names: RECORD_EVENTS_MAX. */
	struct cursor *found;
	/* What was put so far. */
	uint64_t events;
	struct retention_load load;
};

/*
 * Looks up what its outcome is before anything is put: MESSAGE_RECORDED when
 * its events can be.  A read transaction will do.  ERR_STORE.
 */
enum error group_member_look_up(struct group_member *member,
    struct group_intake *intake);

/* The half of it that is about the idempotency key. */
enum error group_member_look_up_key(struct group_member *member,
    struct group_intake *intake);

/*
 * The same, and puts the member's events, unless something stands against it.
 * An error is one that spoilt the transaction, and no request's outcome:
 * ERR_FULL, ERR_STORE.
 */
enum error group_member_put(struct group_member *member,
    struct group_intake *intake);

#endif
