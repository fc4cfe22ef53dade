/* retention.c - old events leave as new ones come. */
#include "record/retention.h"

#include "base/clock.h"
#include "model/limits.h"
#include "store/events.h"
#include "store/idempotency.h"
#include "store/membership.h"
#include "store/store.h"

enum {
	/* What a block of events takes on disk. */
	BLOCK_BYTES = 4096,
	/* Blocks that go for each block that comes, and at the least. */
	PRUNE_FACTOR = 2,
	PRUNE_BLOCKS_MIN = 2,
	/* The same for idempotency keys. */
	EXPIRE_FACTOR = 2,
	EXPIRE_MIN = 2
};

static enum error remove_some(struct store_txn *txn, int64_t retention_ms,
    unsigned int blocks_max, unsigned int keys_max,
    struct prune_result *result_out);
static enum error keys_time(struct store_txn *txn, int64_t now_ms,
    int64_t *keys_ms_out);

enum error
retention_begin(struct store *store, int64_t retention_ms,
    struct store_txn **txn_out, uint64_t *pruned)
{
	enum error err = store_write_begin(store, true, txn_out);
	uint64_t events = 0;
	bool is_done;

	if (err != ERR_FULL)
		return err;
	if (retention_step(store, retention_ms, &is_done, &events) !=
	    ERR_NONE || events == 0)
		return ERR_FULL;
	*pruned += events;
	return store_write_begin(store, true, txn_out);
}

enum error
retention_keep_step(struct store_txn *txn, int64_t retention_ms,
    const struct retention_load *load, uint64_t *pruned)
{
	struct prune_result result;
	enum error err = remove_some(txn, retention_ms, PRUNE_BLOCKS_MIN +
	    PRUNE_FACTOR * (unsigned int)(load->bytes / BLOCK_BYTES),
	    EXPIRE_MIN + EXPIRE_FACTOR * load->idempotency_keys, &result);

	*pruned += result.events;
	return err;
}

enum error
retention_step(struct store *store, int64_t retention_ms, bool *is_done_out,
    uint64_t *pruned)
{
	struct store_txn *txn = NULL;
	struct prune_result result = { 0 };
	enum error err;

	*is_done_out = false;
	err = store_write_begin(store, false, &txn);
	if (err != ERR_NONE)
		return err;
	err = remove_some(txn, retention_ms, PRUNE_BATCH_BLOCKS,
	    PRUNE_BATCH_BLOCKS, &result);
	if (err != ERR_NONE || (result.is_done && result.blocks == 0)) {
		store_write_abort(txn);
		*is_done_out = err == ERR_NONE;
		return err;
	}
	err = store_write_commit(txn);
	if (err == ERR_NONE) {
		*is_done_out = result.is_done;
		*pruned += result.events;
	}
	return err;
}

/* Expired keys count as blocks removed; done is when none of either is
 * left. */
static enum error
remove_some(struct store_txn *txn, int64_t retention_ms,
    unsigned int blocks_max, unsigned int keys_max,
    struct prune_result *result_out)
{
	int64_t now_ms = clock_now_ms();
	int64_t keys_ms = 0;
	unsigned int expired = 0;
	bool is_done = false;
	enum error err = store_event_prune(txn, now_ms - retention_ms,
	    blocks_max, result_out);

	if (err == ERR_NONE)
		err = keys_time(txn, now_ms, &keys_ms);
	if (err == ERR_NONE)
		err = store_idempotency_expire(txn, keys_ms, keys_max,
		    &expired, &is_done);
	result_out->blocks += expired;
	result_out->is_done = result_out->is_done && is_done;
	return err;
}

/* Of several machines, each decides by the log's time whether a key is good,
 * and not by its own clock: else they would differ. */
static enum error
keys_time(struct store_txn *txn, int64_t now_ms, int64_t *keys_ms)
{
	struct membership membership;
	enum error err = store_membership_get(txn, &membership);

	*keys_ms = now_ms;
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	return err == ERR_NONE ? store_last_stamp(txn, keys_ms) : err;
}
