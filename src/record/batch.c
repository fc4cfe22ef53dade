/* batch.c - the one way that events get into the store. */
#include "record/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/limits.h"
#include "model/organization.h"
#include "record/retention.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"

struct item {
	uint64_t line_number;
	enum import_outcome outcome;
	struct event_draft draft;
};

struct batch {
	struct store *store;
	uint32_t organization;
	enum event_source source;
	int64_t retention_ms;
	size_t count;
	struct item items[APPEND_BATCH_EVENTS];
};

static enum error put_all(struct batch *batch, struct store_txn *txn,
    struct batch_result *result);
static enum error put(struct batch *batch, struct store_txn *txn,
    struct item *item, int64_t now_ms);
static size_t added_bytes(const struct batch *batch);
static void report_refused(const struct batch *batch,
    batch_refused *refused, void *arg);

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
	return batch->count == APPEND_BATCH_EVENTS ? NULL :
	    &batch->items[batch->count].draft;
}

void
batch_add(struct batch *batch, uint64_t line_number)
{
	batch->items[batch->count++].line_number = line_number;
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
	struct retention_load load = { 0 };
	struct store_txn *txn = NULL;
	enum error err = ERR_NONE;

	*result_out = result;
	if (batch->count == 0)
		return ERR_NONE;

	err = retention_begin(batch->store, batch->retention_ms, &txn,
	    &result.pruned);
	if (err != ERR_NONE)
		return err;
	err = put_all(batch, txn, &result);
	if (err == ERR_NONE)
		load.bytes = added_bytes(batch);
	if (err == ERR_NONE)
		err = retention_keep_step(txn, batch->retention_ms, &load,
		    &result.pruned);
	if (err == ERR_NONE)
		err = store_write_commit(txn);
	else
		store_write_abort(txn);
	if (err != ERR_NONE)
		return err;

	if (refused != NULL)
		report_refused(batch, refused, arg);
	batch->count = 0;
	*result_out = result;
	return ERR_NONE;
}

static enum error
put_all(struct batch *batch, struct store_txn *txn,
    struct batch_result *result)
{
	struct organization organization;
	/* Within the transaction, so that a wait for it does not count. */
	int64_t now_ms = clock_now_ms();
	enum error err = store_organization_get(txn, batch->organization,
	    &organization);

	if (err == ERR_NONE && organization.status == ORGANIZATION_REMOVING)
		err = ERR_NOT_FOUND;
	for (size_t i = 0; i < batch->count && err == ERR_NONE; i++) {
		struct item *item = &batch->items[i];

		err = put(batch, txn, item, now_ms);
		if (item->outcome == IMPORT_ADDED)
			result->added++;
		else if (item->outcome == IMPORT_REPEATED)
			result->repeated++;
	}
	return err;
}

static enum error
put(struct batch *batch, struct store_txn *txn, struct item *item,
    int64_t now_ms)
{
	item->outcome = IMPORT_ADDED;
	if (batch->source == EVENT_IMPORTED)
		return store_event_import(txn, batch->organization,
		    &item->draft, &item->outcome);
	return store_event_append(txn, batch->organization, &item->draft,
	    now_ms);
}

static size_t
added_bytes(const struct batch *batch)
{
	size_t bytes = 0;

	for (size_t i = 0; i < batch->count; i++)
		if (batch->items[i].outcome == IMPORT_ADDED)
			bytes += batch->items[i].draft.json_len;
	return bytes;
}

static void
report_refused(const struct batch *batch, batch_refused *refused, void *arg)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct item *item = &batch->items[i];

		if (item->outcome == IMPORT_DIFFERS)
			refused(item->line_number, &item->draft, arg);
	}
}
