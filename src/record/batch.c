/* batch.c - the one way that events get into the store. */
#include "record/batch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "model/limits.h"
#include "model/organization.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"

enum {
	/* What a block of the store holds of events' JSON, roughly. */
	BLOCK_JSON_BYTES = 3800,
	PRUNED_BLOCKS_MIN = 2
};

struct batch {
	struct store *store;	/* borrowed */
	uint32_t organization;
	enum event_source source;
	int64_t retention_ms;
	size_t count;
	uint64_t line_numbers[APPEND_BATCH_EVENTS];
	struct event_draft drafts[APPEND_BATCH_EVENTS];
};

static enum error put_all(struct batch *batch, struct store_txn *txn,
    batch_refused *refused, void *arg, struct batch_result *result);
static enum error import_one(struct batch *batch, struct store_txn *txn,
    size_t i, batch_refused *refused, void *arg,
    struct batch_result *result);
static enum error prune_little(const struct batch *batch,
    struct store_txn *txn, struct batch_result *result);

enum error
batch_new(struct store *store, uint32_t organization,
    enum event_source source, int64_t retention_ms, struct batch **batch_out)
{
	struct batch *batch = malloc(sizeof(*batch));

	*batch_out = batch;
	if (batch == NULL)
		return ERR_NO_MEMORY;
	batch->store = store;
	batch->organization = organization;
	batch->source = source;
	batch->retention_ms = retention_ms;
	batch->count = 0;
	return ERR_NONE;
}

void
batch_free(struct batch *batch)
{
	free(batch);
}

struct event_draft *
batch_next(struct batch *batch)
{
	if (batch->count == APPEND_BATCH_EVENTS)
		return NULL;
	return &batch->drafts[batch->count];
}

void
batch_add(struct batch *batch, uint64_t line_number)
{
	batch->line_numbers[batch->count++] = line_number;
}

size_t
batch_count(const struct batch *batch)
{
	return batch->count;
}

enum error
batch_commit(struct batch *batch, batch_refused *refused, void *arg,
    struct batch_result *result_out)
{
	struct batch_result result = { 0 };
	struct store_txn *txn;
	enum error err;

	*result_out = result;
	if (batch->count == 0)
		return ERR_NONE;
	err = store_write_begin(batch->store, true, &txn);
	if (err != ERR_NONE)
		return err;

	err = put_all(batch, txn, refused, arg, &result);
	if (err == ERR_NONE)
		err = prune_little(batch, txn, &result);
	if (err == ERR_NONE)
		err = store_write_commit(txn);
	else
		store_write_abort(txn);
	if (err == ERR_NONE) {
		*result_out = result;
		batch->count = 0;
	}
	return err;
}

static enum error
put_all(struct batch *batch, struct store_txn *txn, batch_refused *refused,
    void *arg, struct batch_result *result)
{
	struct organization organization;
	int64_t now_ms = clock_now_ms();
	enum error err;

	/* It may have been removed since the batch was begun. */
	err = store_organization_get(txn, batch->organization, &organization);
	for (size_t i = 0; i < batch->count && err == ERR_NONE; i++) {
		if (batch->source == EVENT_IMPORTED) {
			err = import_one(batch, txn, i, refused, arg, result);
		} else {
			err = store_event_append(txn, batch->organization,
			    &batch->drafts[i], now_ms);
			result->added++;
		}
	}
	return err;
}

static enum error
import_one(struct batch *batch, struct store_txn *txn, size_t i,
    batch_refused *refused, void *arg, struct batch_result *result)
{
	enum import_outcome outcome;
	enum error err;

	err = store_event_import(txn, batch->organization, &batch->drafts[i],
	    &outcome);
	if (err != ERR_NONE)
		return err;
	switch (outcome) {
	case IMPORT_ADDED:
		result->added++;
		break;
	case IMPORT_REPEATED:
		result->repeated++;
		break;
	case IMPORT_DIFFERS:
		refused(batch->line_numbers[i], &batch->drafts[i], arg);
		break;
	}
	return ERR_NONE;
}

/* Retention is paid by those who add: about twice the blocks that came. */
static enum error
prune_little(const struct batch *batch, struct store_txn *txn,
    struct batch_result *result)
{
	struct prune_result pruned;
	size_t json_bytes = 0;
	size_t blocks;
	enum error err;

	for (size_t i = 0; i < batch->count; i++)
		json_bytes += batch->drafts[i].json_len;
	blocks = 2 * (json_bytes / BLOCK_JSON_BYTES);
	if (blocks < PRUNED_BLOCKS_MIN)
		blocks = PRUNED_BLOCKS_MIN;
	err = store_event_prune(txn, clock_now_ms() - batch->retention_ms,
	    (unsigned int)blocks, &pruned);
	result->pruned = pruned.events;
	return err;
}
