/* batch.c - the one way that events get into the store. */
#include "record/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "model/limits.h"
#include "model/organization.h"
#include "record/message.h"
#include "record/retention.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"

struct item {
	uint64_t line_number;
	enum import_outcome outcome;
	enum category category;
	struct cursor place;		/* an imported event's own */
	size_t json_offset;		/* into the batch's */
	uint16_t json_len;
	uint16_t stored_at_offset;	/* into the event's */
};

struct batch {
	struct store *store;
	uint32_t organization;
	enum event_source source;
	int64_t retention_ms;
	struct event_draft next;
	/* Without gaps: a draft has room for the largest event. */
	struct buffer json;
	size_t count;
	struct item items[APPEND_BATCH_EVENTS];
};

static size_t count_all(struct batch *const *batches, size_t batch_count);
static enum error begin(const struct batch *batch, struct store_txn **txn_out,
    struct batch_result *result);
static enum error put_all(struct batch *batch, struct store_txn *txn,
    int64_t now_ms, struct batch_result *result, size_t *added_bytes);
static enum error try_all(struct batch *batch, struct store_txn *txn,
    struct batch_result *result, size_t *added_bytes);
static enum error put(struct batch *batch, struct store_txn *txn,
    struct item *item, int64_t now_ms);
static void finish(struct batch *batch, size_t number,
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
	buffer_init(&batch->json, 0);
	batch->count = 0;
	return ERR_NONE;
}

void
batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	buffer_clear(&batch->json);
	free(batch);
}

struct event_draft *
batch_next(struct batch *batch)
{
	return batch->count == APPEND_BATCH_EVENTS ? NULL : &batch->next;
}

void
batch_add(struct batch *batch, uint64_t line_number)
{
	const struct event_draft *draft = &batch->next;

	batch->items[batch->count++] = (struct item){
		.line_number = line_number,
		.category = draft->category,
		.place = draft->place,
		.json_offset = batch->json.len,
		.json_len = draft->json_len,
		.stored_at_offset = draft->stored_at_offset,
	};
	buffer_add(&batch->json, draft->json, draft->json_len);
}

size_t
batch_count(const struct batch *batch)
{
	return batch->count;
}

enum error
batches_commit(struct batch *const *batches, size_t batch_count,
    batch_refused *refused, void *arg, struct batch_result *result_out)
{
	struct batch_result result = { 0 };
	struct retention_load load = { 0 };
	struct store_txn *txn = NULL;
	int64_t now_ms;
	enum error err;

	*result_out = result;
	if (count_all(batches, batch_count) == 0)
		return ERR_NONE;
	err = begin(batches[0], &txn, &result);
	if (err != ERR_NONE)
		return err;
	/* Within the transaction, so that a wait for it does not count. */
	now_ms = clock_now_ms();
	for (size_t i = 0; i < batch_count && err == ERR_NONE; i++)
		err = put_all(batches[i], txn, now_ms, &result, &load.bytes);
	if (err == ERR_NONE)
		err = retention_keep_step(txn, batches[0]->retention_ms,
		    &load, &result.pruned);
	if (err == ERR_NONE)
		err = store_write_commit(txn);
	else
		store_write_abort(txn);
	if (err != ERR_NONE)
		return err;

	for (size_t i = 0; i < batch_count; i++)
		finish(batches[i], i, refused, arg);
	*result_out = result;
	return ERR_NONE;
}

enum error
batches_try(struct batch *const *batches, size_t batch_count,
    struct batch_result *result_out)
{
	struct batch_result result = { 0 };
	struct store_txn *txn = NULL;
	size_t bytes = 0;
	enum error err;

	*result_out = result;
	if (count_all(batches, batch_count) == 0)
		return ERR_NONE;
	err = begin(batches[0], &txn, &result);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < batch_count && err == ERR_NONE; i++)
		err = try_all(batches[i], txn, &result, &bytes);
	store_write_abort(txn);
	if (err == ERR_NONE)
		*result_out = result;
	return err;
}

void
batches_finish(struct batch *const *batches, size_t batch_count,
    batch_refused *refused, void *arg)
{
	for (size_t i = 0; i < batch_count; i++)
		finish(batches[i], i, refused, arg);
}

uint32_t
batch_organization(const struct batch *batch)
{
	return batch->organization;
}

enum event_source
batch_source(const struct batch *batch)
{
	return batch->source;
}

bool
batch_write(const struct batch *batch, const char *api_key_id, size_t *next,
    struct buffer *message)
{
	struct message_request request = {
		.organization = batch->organization,
	};
	size_t count = 0;

	memcpy(request.api_key_id, api_key_id, EVENT_ID_LEN);
	message_begin_request(message, &request);
	for (; *next < batch->count && count < RECORD_EVENTS_MAX; ++*next) {
		const struct item *item = &batch->items[*next];

		if (item->outcome != IMPORT_ADDED)
			continue;
		if (message->len + MESSAGE_EVENT_BYTES + item->json_len >
		    BODY_BYTES_MAX)
			break;
		message_add_event_json(message, &(struct event_json){
		    .category = item->category,
		    .stored_at_offset = item->stored_at_offset,
		    .json_len = item->json_len,
		    .json = batch->json.bytes + item->json_offset });
		count++;
	}
	if (count > 0 && message_end_request(message) != ERR_NONE &&
	    message->error == ERR_NONE)
		message->error = ERR_TOO_LARGE;
	return count > 0;
}

static size_t
count_all(struct batch *const *batches, size_t batch_count)
{
	size_t count = 0;

	for (size_t i = 0; i < batch_count; i++)
		count += batches[i]->count;
	return count;
}

static enum error
begin(const struct batch *batch, struct store_txn **txn_out,
    struct batch_result *result)
{
	struct organization organization;
	enum error err = retention_begin(batch->store, batch->retention_ms,
	    txn_out, &result->pruned);

	if (err != ERR_NONE)
		return err;
	err = store_organization_get(*txn_out, batch->organization,
	    &organization);
	if (err == ERR_NONE && organization.status == ORGANIZATION_REMOVING)
		err = ERR_NOT_FOUND;
	if (err != ERR_NONE)
		store_write_abort(*txn_out);
	return err;
}

static enum error
put_all(struct batch *batch, struct store_txn *txn, int64_t now_ms,
    struct batch_result *result, size_t *added_bytes)
{
	enum error err = batch->json.error;

	for (size_t i = 0; i < batch->count && err == ERR_NONE; i++) {
		struct item *item = &batch->items[i];

		err = put(batch, txn, item, now_ms);
		if (item->outcome == IMPORT_ADDED) {
			result->added++;
			*added_bytes += item->json_len;
		} else if (item->outcome == IMPORT_REPEATED) {
			result->repeated++;
		}
	}
	return err;
}

/* What is recorded now is always new: only imports need the store. */
static enum error
try_all(struct batch *batch, struct store_txn *txn,
    struct batch_result *result, size_t *added_bytes)
{
	if (batch->source == EVENT_IMPORTED)
		return put_all(batch, txn, 0, result, added_bytes);
	for (size_t i = 0; i < batch->count; i++)
		batch->items[i].outcome = IMPORT_ADDED;
	result->added += batch->count;
	return batch->json.error;
}

static enum error
put(struct batch *batch, struct store_txn *txn, struct item *item,
    int64_t now_ms)
{
	const struct event_json event = {
		.category = item->category,
		.stored_at_offset = item->stored_at_offset,
		.json_len = item->json_len,
		.json = batch->json.bytes + item->json_offset,
	};

	item->outcome = IMPORT_ADDED;
	if (batch->source == EVENT_IMPORTED)
		return store_event_import(txn, batch->organization,
		    &event, &item->place, &item->outcome);
	return store_event_append_json(txn, batch->organization, &event,
	    now_ms, &item->place);
}

/* Tells what was refused, and empties the batch. */
static void
finish(struct batch *batch, size_t number, batch_refused *refused, void *arg)
{
	for (size_t i = 0; i < batch->count && refused != NULL; i++)
		if (batch->items[i].outcome == IMPORT_DIFFERS)
			refused(number, batch->items[i].line_number, arg);
	batch->count = 0;
	buffer_reset(&batch->json);
}
