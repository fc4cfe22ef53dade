/* idempotency.h - requests that were recorded under a client's key.
 *
 * One record to an organization's key, written with the events that it is
 * about, kept for IDEMPOTENCY_MS.  A second tree has them by time.
 */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cursor.h"
#include "model/limits.h"

struct store_txn;

struct idempotency_record {
	int64_t created_ms;
	uint8_t body_digest[BODY_DIGEST_BYTES];
	uint16_t place_count;	/* 1 to RECORD_EVENTS_MAX */
};

/*
 * Finds the request that was recorded under the key, unless it is too old at
 * now_ms: ERR_NOT_FOUND.  places_out has room for RECORD_EVENTS_MAX.
 * ERR_CORRUPT, ERR_STORE.
 */
enum error store_idempotency_find(struct store_txn *txn,
    uint32_t organization, const char *key, int64_t now_ms,
    struct idempotency_record *record_out, struct cursor *places_out);

/* Writes over one that is too old.  ERR_FULL, ERR_CORRUPT, ERR_STORE. */
enum error store_idempotency_put(struct store_txn *txn,
    uint32_t organization, const char *key,
    const struct idempotency_record *record, const struct cursor *places);

/*
 * Removes records that are too old at now_ms, the oldest first, at most
 * records_max.  is_done_out is whether none is left.
 */
enum error store_idempotency_expire(struct store_txn *txn, int64_t now_ms,
    unsigned int records_max, unsigned int *expired_out, bool *is_done_out);

/* The same for the records of one organization, of whatever age. */
enum error store_idempotency_erase(struct store_txn *txn,
    uint32_t organization, unsigned int records_max,
    unsigned int *erased_out, bool *is_done_out);

#endif
