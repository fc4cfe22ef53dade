/* events.h - events in the store: append, import, scan, prune.
 *
 * Events lie once, in blocks of one page, ordered by organization, category,
 * stored_at and id.  A category is a range; several are merged.
 */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cursor.h"
#include "model/filter.h"

struct event_draft;
struct event_json;
struct event_origin;
struct event_view;
struct store_txn;

/*
 * Stamps the draft and puts it.  stored_at is now_ms, or the last stamp when
 * that is later; the id counts up within the organization's millisecond, so
 * that key order is commit order.  Imported events never lie at or behind a
 * later stamp.  ERR_FULL, ERR_CORRUPT, ERR_STORE, ERR_NO_MEMORY; after an
 * error the transaction can only be aborted.
 */
enum error store_event_append(struct store_txn *txn, uint32_t organization,
    struct event_draft *draft, int64_t now_ms);

/* The same for a draft whose JSON lies elsewhere; it is stamped there. */
enum error store_event_append_json(struct store_txn *txn,
    uint32_t organization, const struct event_json *event, int64_t now_ms,
    struct cursor *place_out);

/*
 * The same with an id that is derived from the event's origin (see
 * model/random_id.h): stores that were alike, and to which the same events are
 * appended in the same order, stay alike.
 */
enum error store_event_append_derived(struct store_txn *txn,
    uint32_t organization, const struct event_json *event, int64_t now_ms,
    const struct event_origin *origin, struct cursor *place_out);

/* What is appended from now on is stamped with this moment at least.
 * ERR_CORRUPT, ERR_STORE. */
enum error store_stamp_raise(struct store_txn *txn, int64_t stamp_ms);

/*
 * Whether events of these categories (bits, as in a filter) can be put: the
 * stamps and the blocks that they go to are whole.  Unlike an append that
 * fails, this leaves the transaction as it was.  ERR_CORRUPT, ERR_STORE,
 * ERR_FULL, ERR_NO_MEMORY.
 */
enum error store_event_append_check(struct store_txn *txn,
    uint32_t organization, unsigned int categories);

enum import_outcome {
	IMPORT_ADDED,
	IMPORT_REPEATED,	/* the same event is there */
	IMPORT_DIFFERS		/* another event has its stored_at and id */
};

/*
 * Puts an event that is stamped with a place of its own there, which is unique
 * in the organization over all categories.  What is recorded afterwards is
 * stamped later than it.  ERR_MEANING: its stored_at, or the millisecond after
 * it, has no 13 digits.  Other errors as above.
 */
enum error store_event_import(struct store_txn *txn, uint32_t organization,
    const struct event_json *event, const struct cursor *place,
    enum import_outcome *outcome_out);

enum event_order { OLDEST_FIRST, NEWEST_FIRST };

struct event_range {
	uint32_t organization;
	struct filter filter;
	enum event_order order;
	/* Only events beyond it, in the order; NULL for all.  Borrowed. */
	const struct cursor *after;
	int64_t oldest_ms;	/* events stored before are passed over */
};

/* The view and its JSON are borrowed for the call.  Return false to end. */
typedef bool store_event_visit(const struct event_view *view, void *arg);

/*
 * Visits the events of the range in order.  ERR_NONE also when there were
 * none; ERR_CORRUPT when a block fails its checksum (logged here with its
 * key); ERR_STORE.
 */
enum error store_event_scan(struct store_txn *txn,
    const struct event_range *range, store_event_visit *visit, void *arg);

struct prune_result {
	uint64_t events;
	uint64_t blocks;
	bool is_done;		/* a whole round found nothing more */
};

/*
 * Removes blocks whose every event was stored before oldest_ms, at most
 * blocks_max of them (and looks at about twice as many places), going on
 * where the last call in any process stopped.
 */
enum error store_event_prune(struct store_txn *txn, int64_t oldest_ms,
    unsigned int blocks_max, struct prune_result *result_out);

#endif
