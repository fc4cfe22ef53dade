/* stamps.c - the place that the next recorded event gets. */
#include "store/stamps.h"

#include <endian.h>
#include <string.h>

#include "base/log.h"
#include "model/event.h"
#include "model/random_id.h"
#include "store/fields.h"
#include "store/meta.h"
#include "store/sealed.h"
#include "store/txn.h"

enum { STAMP_BODY_BYTES = 8, COUNTER_BODY_BYTES = 8 + 4 };

static enum error read_last(struct store_txn *txn);
static enum error read_counter(struct store_txn *txn, uint32_t organization);
static enum error flush_counter(struct store_txn *txn);
static int64_t clamp(int64_t now_ms);

enum error
stamps_load(struct store_txn *txn, uint32_t organization)
{
	enum error err = read_last(txn);

	if (err != ERR_NONE)
		return err;
	err = read_counter(txn, organization);
	/* Not to take what could not be read for a counter. */
	if (err != ERR_NONE)
		txn->stamps.organization = 0;
	return err;
}

enum error
stamps_next(struct store_txn *txn, uint32_t organization, int64_t now_ms,
    const struct event_origin *origin, struct cursor *place_out)
{
	struct stamps *stamps = &txn->stamps;
	int64_t stamp_ms;
	enum error err;

	*place_out = (struct cursor){ 0 };
	err = stamps_load(txn, organization);
	if (err != ERR_NONE)
		return err;

	stamp_ms = clamp(now_ms);
	if (stamp_ms < stamps->last_ms)
		stamp_ms = stamps->last_ms;
	if (stamp_ms < stamps->counter_ms)
		stamp_ms = stamps->counter_ms;
	if (stamp_ms == stamps->counter_ms &&
	    stamps->next_counter >= EVENT_COUNTER_MAX)
		stamp_ms++;
	if (stamp_ms > STORED_AT_MS_MAX) {
		log_fact(LEVEL_ERROR, "no moment is left to stamp events with",
		    "store", txn->store->path, NULL);
		return ERR_STORE;
	}

	if (stamp_ms != stamps->counter_ms) {
		stamps->counter_ms = stamp_ms;
		stamps->next_counter = 0;
	}
	if (stamp_ms != stamps->last_ms) {
		stamps->last_ms = stamp_ms;
		stamps->is_changed = true;
	}
	stamps->is_counter_changed = true;
	place_out->stored_at_ms = stamp_ms;
	if (origin == NULL)
		event_id_make(stamps->next_counter++, place_out->id);
	else
		event_id_derive(origin, stamps->next_counter++,
		    place_out->id);
	return ERR_NONE;
}

enum error
stamps_pass(struct store_txn *txn, int64_t stored_at_ms)
{
	struct stamps *stamps = &txn->stamps;
	enum error err = read_last(txn);

	if (err != ERR_NONE)
		return err;
	if (stamps->last_ms <= stored_at_ms) {
		stamps->last_ms = stored_at_ms + 1;
		stamps->is_changed = true;
	}
	return ERR_NONE;
}

enum error
stamps_flush(struct store_txn *txn)
{
	struct stamps *stamps = &txn->stamps;
	uint8_t body[STAMP_BODY_BYTES];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };
	enum error err = flush_counter(txn);

	if (err != ERR_NONE || !stamps->is_changed)
		return err;
	fields_put_u64(&writer, (uint64_t)stamps->last_ms);
	err = meta_put(txn, META_STAMP, body, writer.len);
	stamps->is_changed = err != ERR_NONE;
	return err;
}

enum error
store_last_stamp(struct store_txn *txn, int64_t *stamp_ms_out)
{
	struct field_reader reader = { 0 };
	enum error err;

	*stamp_ms_out = 0;
	if (txn->is_write && txn->stamps.is_read) {
		*stamp_ms_out = txn->stamps.last_ms;
		return ERR_NONE;
	}

	err = meta_get(txn, META_STAMP, &reader);
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	*stamp_ms_out = (int64_t)fields_get_u64(&reader);
	if (!fields_are_read(&reader) || *stamp_ms_out < STORED_AT_MS_MIN ||
	    *stamp_ms_out > STORED_AT_MS_MAX) {
		*stamp_ms_out = 0;
		return meta_log_corrupt(txn, META_STAMP);
	}
	return ERR_NONE;
}

static enum error
read_last(struct store_txn *txn)
{
	enum error err;

	if (txn->stamps.is_read)
		return ERR_NONE;
	err = store_last_stamp(txn, &txn->stamps.last_ms);
	txn->stamps.is_read = err == ERR_NONE;
	return err;
}

static enum error
read_counter(struct store_txn *txn, uint32_t organization)
{
	struct stamps *stamps = &txn->stamps;
	struct field_reader reader = { 0 };
	uint32_t key = htobe32(organization);
	enum error err;

	if (stamps->organization == organization)
		return ERR_NONE;
	err = flush_counter(txn);
	if (err != ERR_NONE)
		return err;

	stamps->organization = organization;
	stamps->counter_ms = 0;
	stamps->next_counter = 0;
	err = sealed_get(txn, TREE_ORGANIZATION_STAMPS, &key, sizeof(key),
	    &reader.bytes, &reader.len);
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	stamps->counter_ms = (int64_t)fields_get_u64(&reader);
	stamps->next_counter = fields_get_u32(&reader);
	if (!fields_are_read(&reader))
		return sealed_log_corrupt(txn, TREE_ORGANIZATION_STAMPS, &key,
		    sizeof(key), "it does not decode");
	return ERR_NONE;
}

static enum error
flush_counter(struct store_txn *txn)
{
	struct stamps *stamps = &txn->stamps;
	uint8_t body[COUNTER_BODY_BYTES];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };
	uint32_t key = htobe32(stamps->organization);
	enum error err;

	if (!stamps->is_counter_changed)
		return ERR_NONE;
	fields_put_u64(&writer, (uint64_t)stamps->counter_ms);
	fields_put_u32(&writer, stamps->next_counter);
	err = sealed_put(txn, TREE_ORGANIZATION_STAMPS, &key, sizeof(key),
	    body, writer.len);
	stamps->is_counter_changed = err != ERR_NONE;
	return err;
}

/* A clock that was never set must not break the 13 digits. */
static int64_t
clamp(int64_t now_ms)
{
	if (now_ms < STORED_AT_MS_MIN)
		return STORED_AT_MS_MIN;
	return now_ms > STORED_AT_MS_MAX ? STORED_AT_MS_MAX : now_ms;
}
