/* seen.h - which messages were applied already, by their tickets. */
#ifndef CLUSTER_SEEN_H
#define CLUSTER_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/envelope.h"
#include "model/producer.h"

struct store_txn;

/* Whose windows one transaction keeps. */
enum { SEEN_PRODUCERS_MAX = 64 };

struct seen_producer {
	struct producer producer;
	struct producer_window window;
};

struct seen {
	/* Of one transaction. */
	size_t count;
	struct seen_producer all[SEEN_PRODUCERS_MAX];
	/* Of all: how far those that are over were removed. */
	struct producer expired_to;
};

void seen_begin(struct seen *seen);

/* Whether one more producer would have room. */
bool seen_has_room(const struct seen *seen);

/* Whether the ticket comes for the first time; from now on it does not.
 * ERR_CORRUPT, ERR_STORE. */
enum error seen_take(struct seen *seen, struct store_txn *txn,
    const struct ticket *ticket, int64_t now_ms, bool *is_first_out);

/* Puts all that was taken, and removes some producers that are over.  The
 * errors of a write. */
enum error seen_end(struct seen *seen, struct store_txn *txn,
    int64_t now_ms);

#endif
