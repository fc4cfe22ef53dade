/* stamps.h - the place that the next recorded event gets.
 *
 * The last stamp is one for the whole store; the counter that makes ids sort
 * within a millisecond is each organization's own, and tells nothing about
 * others.
 */
#ifndef STORE_STAMPS_H
#define STORE_STAMPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cursor.h"

struct event_origin;
struct store_txn;

/* Kept in the write transaction, and written when it commits. */
struct stamps {
	bool is_read;
	bool is_changed;
	int64_t last_ms;
	uint32_t organization;	/* whose counter this is; 0 for none yet */
	bool is_counter_changed;
	int64_t counter_ms;
	uint32_t next_counter;
};

/* Reads what the next place is made from.  ERR_CORRUPT, ERR_STORE. */
enum error stamps_load(struct store_txn *txn, uint32_t organization);

/* The next place of the organization, whose id is derived from the origin
 * unless that is NULL.  ERR_CORRUPT, ERR_STORE. */
enum error stamps_next(struct store_txn *txn, uint32_t organization,
    int64_t now_ms, const struct event_origin *origin,
    struct cursor *place_out);

/* What is recorded from now on lies behind an event imported at this moment:
 * a cursor that names it stays good. */
enum error stamps_pass(struct store_txn *txn, int64_t stored_at_ms);

/* Writes what changed. */
enum error stamps_flush(struct store_txn *txn);

#endif
