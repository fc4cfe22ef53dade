/* events_prune.c - blocks whose every event is too old go, a few at a time. */
#include <string.h>

#include "store/block.h"
#include "store/event_blocks.h"
#include "store/events.h"
#include "store/lmdb_error.h"
#include "store/meta.h"
#include "store/sealed.h"
#include "store/tails.h"
#include "store/txn.h"

enum { SWEEP_BODY_BYTES = 4 + 1 };

/* What a look at the next range's first block found. */
enum look { LOOK_END, LOOK_KEPT, LOOK_REMOVED };

static enum error begin_round(struct store_txn *txn, int64_t oldest_ms);
static void restart_round(struct sweep *sweep, int64_t oldest_ms);
static enum error look_next(struct store_txn *txn, int64_t oldest_ms,
    struct prune_result *result, enum look *look_out);
static enum error look_at(struct store_txn *txn,
    const struct event_block *found, int64_t oldest_ms,
    struct prune_result *result, enum look *look_out);
static bool is_round_done(struct sweep *sweep, enum look look);
static enum error write_place(struct store_txn *txn);
static int place_compare(struct sweep_place a, struct sweep_place b);

enum error
store_event_prune(struct store_txn *txn, int64_t oldest_ms,
    unsigned int blocks_max, struct prune_result *result_out)
{
	uint64_t looks_max = 2 * (uint64_t)blocks_max + 2;
	enum error err;

	*result_out = (struct prune_result){ 0 };
	/* Blocks in memory may be among those that go. */
	err = tails_flush(txn);
	tails_forget(txn->store);
	if (err == ERR_NONE)
		err = begin_round(txn, oldest_ms);

	for (uint64_t i = 0; i < looks_max && err == ERR_NONE &&
	    result_out->blocks < blocks_max && !result_out->is_done; i++) {
		enum look look;

		err = look_next(txn, oldest_ms, result_out, &look);
		if (err == ERR_NONE)
			result_out->is_done = is_round_done(&txn->sweep, look);
	}
	if (err == ERR_NONE)
		err = write_place(txn);
	return err;
}

/* A process goes on with its own round, or where another one stopped. */
static enum error
begin_round(struct store_txn *txn, int64_t oldest_ms)
{
	struct sweep *sweep = &txn->sweep;
	struct field_reader reader;
	enum error err;

	if (sweep->is_begun) {
		/* What was kept may be too old by now. */
		if (sweep->oldest_ms < oldest_ms)
			restart_round(sweep, oldest_ms);
		return ERR_NONE;
	}

	*sweep = (struct sweep){ 0 };
	err = meta_get(txn, META_SWEEP, &reader);
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_NONE) {
		sweep->next.organization = fields_get_u32(&reader);
		sweep->next.category = fields_get_u8(&reader);
		if (!fields_are_read(&reader))
			return meta_log_corrupt(txn, META_SWEEP);
	}
	sweep->is_begun = true;
	restart_round(sweep, oldest_ms);
	return ERR_NONE;
}

static void
restart_round(struct sweep *sweep, int64_t oldest_ms)
{
	sweep->start = sweep->next;
	sweep->is_around = false;
	sweep->oldest_ms = oldest_ms;
}

static enum error
look_next(struct store_txn *txn, int64_t oldest_ms,
    struct prune_result *result, enum look *look_out)
{
	struct sweep *sweep = &txn->sweep;
	struct event_block found;
	enum error err;

	*look_out = LOOK_END;
	err = event_block_find_any(txn, sweep->next, &found);
	if (err != ERR_NONE)
		return err;
	if (!found.is_found) {
		sweep->next = (struct sweep_place){ 0, 0 };
		return ERR_NONE;
	}
	return look_at(txn, &found, oldest_ms, result, look_out);
}

/* A damaged block stays: check names it, and only a person may erase it. */
static enum error
look_at(struct store_txn *txn, const struct event_block *found,
    int64_t oldest_ms, struct prune_result *result, enum look *look_out)
{
	struct sweep *sweep = &txn->sweep;
	struct block_key key;
	unsigned int count = 0;
	int64_t last_ms = 0;
	bool is_whole;

	is_whole = block_key_read(found->key.mv_data, found->key.mv_size,
	    &key) && sealed_is_whole(TREE_EVENTS, &found->key,
	    &found->value) && block_read_header(found->value.mv_data,
	    found->value.mv_size, &count, &last_ms) == ERR_NONE;
	sweep->next = event_block_range(found);
	if (is_whole && last_ms < oldest_ms) {
		*look_out = LOOK_REMOVED;
		result->events += count;
		result->blocks++;
		txn->tally.pruned += count;
		txn->tally.pruned_blocks++;
		return event_block_remove(txn, &found->key);
	}

	*look_out = LOOK_KEPT;
	if (sweep->next.category++ == UINT8_MAX)
		sweep->next.organization++;
	if (!is_whole)
		sealed_log_corrupt(txn, TREE_EVENTS, found->key.mv_data,
		    found->key.mv_size, "it is not pruned");
	return ERR_NONE;
}

/* Done is when all was seen since the last removal. */
static bool
is_round_done(struct sweep *sweep, enum look look)
{
	switch (look) {
	case LOOK_REMOVED:
		restart_round(sweep, sweep->oldest_ms);
		return false;
	case LOOK_END:
		if (sweep->is_around)
			return true;
		sweep->is_around = true;
		break;
	case LOOK_KEPT:
		break;
	}
	return sweep->is_around &&
	    place_compare(sweep->next, sweep->start) >= 0;
}

static enum error
write_place(struct store_txn *txn)
{
	uint8_t body[SWEEP_BODY_BYTES];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };

	fields_put_u32(&writer, txn->sweep.next.organization);
	fields_put_u8(&writer, txn->sweep.next.category);
	return meta_put(txn, META_SWEEP, body, writer.len);
}

static int
place_compare(struct sweep_place a, struct sweep_place b)
{
	if (a.organization != b.organization)
		return a.organization < b.organization ? -1 : 1;
	return a.category - b.category;
}
