/* producers.h - which messages of the cluster's log this store has of each
 * process that sends some.
 *
 * Written in the transaction that applies a message, so that a second copy of
 * it is passed over on every machine, and after every crash.
 */
#ifndef STORE_PRODUCERS_H
#define STORE_PRODUCERS_H

#include "base/error.h"
#include "model/producer.h"

struct store_txn;

/* A window in which nothing came yet when the producer is new.  ERR_CORRUPT,
 * ERR_STORE. */
enum error store_producer_get(struct store_txn *txn,
    const struct producer *producer, struct producer_window *window_out);
enum error store_producer_put(struct store_txn *txn,
    const struct producer *producer, const struct producer_window *window);

/*
 * Looks at up to producers_max producers behind *place, and removes those
 * that are over at now_ms; moves the place on, and back to the beginning when
 * none is left.  ERR_CORRUPT, ERR_STORE, ERR_FULL.
 */
enum error store_producers_expire(struct store_txn *txn, int64_t now_ms,
    unsigned int producers_max, struct producer *place);

/* Whether a record's key is one of these; its body is the window's. */
bool store_producer_is_key(const void *key, size_t key_len);

#endif
