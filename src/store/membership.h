/* membership.h - the store's place in a cluster: how far it has followed. */
#ifndef STORE_MEMBERSHIP_H
#define STORE_MEMBERSHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct detail;
struct store_txn;

/* Why the store cannot follow any more.  The numbers are stored: never change
 * one. */
enum membership_alarm {
	MEMBERSHIP_WELL,
	MEMBERSHIP_EXPIRED,	/* the log does not reach back to it */
	MEMBERSHIP_RECREATED	/* another stream has the name */
};

/* What is counted from 1 is 0 when nothing was applied yet. */
struct membership {
	/* Which stream the position is of: its creation, nanoseconds since
	 * 1970. */
	int64_t stream_created_ns;
	uint64_t position;	/* the last applied message's sequence */
	int64_t position_ms;	/* its timestamp */
	int64_t bucket_created_ns;
	uint64_t revision;	/* of the bucket, applied */
	uint64_t skipped;	/* messages that are none of ours */
	uint64_t gaps;		/* places where messages were missing */
	enum membership_alarm alarm;
};

/* ERR_NOT_FOUND: the store is in no cluster.  ERR_CORRUPT, ERR_STORE; all is 0
 * then. */
enum error store_membership_get(struct store_txn *txn,
    struct membership *membership_out);
enum error store_membership_put(struct store_txn *txn,
    const struct membership *membership);

/*
 * For who would write what all machines of a cluster have to know, and is told
 * of none: ERR_NONE when the store is in none.  ERR_MEANING otherwise, and
 * detail says why and what to set.  ERR_CORRUPT, ERR_STORE.
 */
enum error store_membership_check_alone(struct store_txn *txn,
    struct detail *detail);

/* "well", "expired" and "recreated". */
const char *membership_alarm_name(enum membership_alarm alarm);

/* Whether a record's body decodes to what a membership may be. */
bool membership_read(const uint8_t *body, size_t body_len,
    struct membership *membership_out);

#endif
