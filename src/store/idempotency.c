/* idempotency.c - requests that were recorded under a client's key. */
#include "store/idempotency.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/idempotency_key.h"
#include "store/idempotency_record.h"
#include "store/lmdb_error.h"
#include "store/sealed.h"
#include "store/txn.h"

/* LMDB's own bound. */
enum { KEY_BYTES_MAX = 511 };

static struct idempotency_place place_of(uint32_t organization,
    const char *key);
static enum error read_facts(struct store_txn *txn,
    const struct idempotency_place *place,
    struct idempotency_record *record_out);
static enum error get_part(struct store_txn *txn,
    const struct idempotency_place *place, const uint8_t **body_out,
    size_t *body_len_out);
static enum error corrupt(struct store_txn *txn,
    const struct idempotency_place *place);
static bool is_too_old(int64_t created_ms, int64_t now_ms);
static enum error remove_record(struct store_txn *txn,
    struct idempotency_place *place);
static enum error remove_parts(struct store_txn *txn,
    struct idempotency_place *place);
static enum error remove_time(struct store_txn *txn,
    const struct idempotency_place *place);
static enum error first_key(struct store_txn *txn, enum tree tree,
    MDB_val *key);
static enum error remove_damaged(struct store_txn *txn, enum tree tree,
    const MDB_val *key);
static enum error expire_first(struct store_txn *txn, int64_t now_ms,
    bool *is_done_out);
static enum error erase_first(struct store_txn *txn, uint32_t organization,
    bool *is_done_out);

enum error
store_idempotency_find(struct store_txn *txn, uint32_t organization,
    const char *key, int64_t now_ms, struct idempotency_record *record_out,
    struct cursor *places_out)
{
	struct idempotency_place place = place_of(organization, key);
	unsigned int part_count;
	enum error err = read_facts(txn, &place, record_out);

	if (err != ERR_NONE)
		return err;
	if (is_too_old(record_out->created_ms, now_ms))
		return ERR_NOT_FOUND;

	part_count = idempotency_part_count(record_out->place_count);
	for (unsigned int i = 0; i < part_count && err == ERR_NONE; i++) {
		const uint8_t *body;
		size_t body_len;

		place.part = (uint8_t)i;
		err = get_part(txn, &place, &body, &body_len);
		if (err == ERR_NOT_FOUND || (err == ERR_NONE &&
		    !idempotency_part_read(body, body_len,
		    record_out->place_count, i, places_out)))
			err = corrupt(txn, &place);
	}
	return err;
}

enum error
store_idempotency_put(struct store_txn *txn, uint32_t organization,
    const char *key, const struct idempotency_record *record,
    const struct cursor *places)
{
	struct idempotency_place place = place_of(organization, key);
	unsigned int part_count = idempotency_part_count(record->place_count);
	uint8_t bytes[IDEMPOTENCY_KEY_BYTES_MAX];
	uint8_t time_bytes[IDEMPOTENCY_TIME_BYTES_MAX];
	uint8_t body[SEALED_BODY_BYTES_MAX];
	enum error err = remove_record(txn, &place);

	if (err == ERR_NOT_FOUND)
		err = ERR_NONE;
	for (unsigned int i = 0; i < part_count && err == ERR_NONE; i++) {
		place.part = (uint8_t)i;
		err = sealed_put(txn, TREE_IDEMPOTENCY, bytes,
		    idempotency_key_write(&place, bytes), body,
		    idempotency_part_write(record, places, i, body));
	}
	place.created_ms = record->created_ms;
	if (err == ERR_NONE)
		err = sealed_put(txn, TREE_IDEMPOTENCY_TIMES, time_bytes,
		    idempotency_time_write(&place, time_bytes), body, 0);
	return err;
}

enum error
store_idempotency_expire(struct store_txn *txn, int64_t now_ms,
    unsigned int records_max, unsigned int *expired_out, bool *is_done_out)
{
	enum error err = ERR_NONE;

	*is_done_out = false;
	*expired_out = 0;
	while (*expired_out < records_max && err == ERR_NONE) {
		err = expire_first(txn, now_ms, is_done_out);
		if (err != ERR_NONE || *is_done_out)
			break;
		(*expired_out)++;
	}
	return err;
}

enum error
store_idempotency_erase(struct store_txn *txn, uint32_t organization,
    unsigned int records_max, unsigned int *erased_out, bool *is_done_out)
{
	enum error err = ERR_NONE;

	*is_done_out = false;
	*erased_out = 0;
	while (*erased_out < records_max && err == ERR_NONE) {
		err = erase_first(txn, organization, is_done_out);
		if (err != ERR_NONE || *is_done_out)
			break;
		(*erased_out)++;
	}
	return err;
}

static struct idempotency_place
place_of(uint32_t organization, const char *key)
{
	struct idempotency_place place = { .organization = organization };

	assert(idempotency_key_is_kept(key, strlen(key)));
	snprintf(place.key, sizeof(place.key), "%s", key);
	return place;
}

static enum error
read_facts(struct store_txn *txn, const struct idempotency_place *place,
    struct idempotency_record *record_out)
{
	const uint8_t *body;
	size_t body_len;
	enum error err = get_part(txn, place, &body, &body_len);

	*record_out = (struct idempotency_record){ 0 };
	if (err != ERR_NONE)
		return err;
	if (!idempotency_facts_read(body, body_len, record_out))
		return corrupt(txn, place);
	return ERR_NONE;
}

static enum error
get_part(struct store_txn *txn, const struct idempotency_place *place,
    const uint8_t **body_out, size_t *body_len_out)
{
	uint8_t bytes[IDEMPOTENCY_KEY_BYTES_MAX];

	return sealed_get(txn, TREE_IDEMPOTENCY, bytes,
	    idempotency_key_write(place, bytes), body_out, body_len_out);
}

static enum error
corrupt(struct store_txn *txn, const struct idempotency_place *place)
{
	uint8_t bytes[IDEMPOTENCY_KEY_BYTES_MAX];

	return sealed_log_corrupt(txn, TREE_IDEMPOTENCY, bytes,
	    idempotency_key_write(place, bytes), "it does not decode");
}

static bool
is_too_old(int64_t created_ms, int64_t now_ms)
{
	return created_ms <= now_ms - IDEMPOTENCY_MS;
}

/* What is damaged goes as well; only its time stays, until that is over. */
static enum error
remove_record(struct store_txn *txn, struct idempotency_place *place)
{
	struct idempotency_record record;
	enum error err = read_facts(txn, place, &record);

	if (err != ERR_NONE && err != ERR_CORRUPT)
		return err;
	place->created_ms = record.created_ms;
	if (err == ERR_NONE)
		err = remove_time(txn, place);
	else
		err = ERR_NONE;
	return err == ERR_NONE ? remove_parts(txn, place) : err;
}

static enum error
remove_parts(struct store_txn *txn, struct idempotency_place *place)
{
	uint8_t bytes[IDEMPOTENCY_KEY_BYTES_MAX];
	enum error err = ERR_NONE;

	for (unsigned int i = 0; i < IDEMPOTENCY_PARTS_MAX &&
	    err == ERR_NONE; i++) {
		place->part = (uint8_t)i;
		err = sealed_remove(txn, TREE_IDEMPOTENCY, bytes,
		    idempotency_key_write(place, bytes));
	}
	place->part = 0;
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

static enum error
remove_time(struct store_txn *txn, const struct idempotency_place *place)
{
	uint8_t bytes[IDEMPOTENCY_TIME_BYTES_MAX];
	enum error err = sealed_remove(txn, TREE_IDEMPOTENCY_TIMES, bytes,
	    idempotency_time_write(place, bytes));

	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* The first key at or above this one; borrowed, so copy it before writing.
 * ERR_NOT_FOUND. */
static enum error
first_key(struct store_txn *txn, enum tree tree, MDB_val *key)
{
	MDB_cursor *cursor = NULL;
	MDB_val value;
	int code = mdb_cursor_open(txn->mdb, txn->store->trees[tree],
	    &cursor);

	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, key, &value,
		    key->mv_size == 0 ? MDB_FIRST : MDB_SET_RANGE);
	mdb_cursor_close(cursor);
	return lmdb_failed(code, "mdb_cursor_get", txn->store->path);
}

/* So that it does not stand in the way of those behind it. */
static enum error
remove_damaged(struct store_txn *txn, enum tree tree, const MDB_val *key)
{
	uint8_t bytes[KEY_BYTES_MAX];
	size_t len = key->mv_size < sizeof(bytes) ? key->mv_size :
	    sizeof(bytes);

	sealed_log_corrupt(txn, tree, key->mv_data, key->mv_size,
	    "its key is damaged, and so it is removed");
	memcpy(bytes, key->mv_data, len);
	return sealed_remove(txn, tree, bytes, len);
}

static enum error
expire_first(struct store_txn *txn, int64_t now_ms, bool *is_done_out)
{
	struct idempotency_record record;
	struct idempotency_place place;
	uint8_t bytes[IDEMPOTENCY_TIME_BYTES_MAX];
	MDB_val key = { 0, bytes };
	enum error err = first_key(txn, TREE_IDEMPOTENCY_TIMES, &key);

	*is_done_out = err == ERR_NOT_FOUND;
	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	if (!idempotency_time_read(key.mv_data, key.mv_size, &place))
		return remove_damaged(txn, TREE_IDEMPOTENCY_TIMES, &key);
	*is_done_out = !is_too_old(place.created_ms, now_ms);
	if (*is_done_out)
		return ERR_NONE;

	/* A time that was left behind must not take a newer record along. */
	err = read_facts(txn, &place, &record);
	if ((err == ERR_NONE && record.created_ms == place.created_ms) ||
	    err == ERR_CORRUPT)
		err = remove_parts(txn, &place);
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return err;
	return sealed_remove(txn, TREE_IDEMPOTENCY_TIMES, bytes,
	    idempotency_time_write(&place, bytes));
}

static enum error
erase_first(struct store_txn *txn, uint32_t organization, bool *is_done_out)
{
	struct idempotency_place place = { .organization = organization };
	uint8_t bytes[IDEMPOTENCY_KEY_BYTES_MAX];
	MDB_val key = { idempotency_key_write(&place, bytes), bytes };
	enum error err = first_key(txn, TREE_IDEMPOTENCY, &key);

	*is_done_out = err == ERR_NOT_FOUND;
	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	if (!idempotency_key_read(key.mv_data, key.mv_size, &place))
		return remove_damaged(txn, TREE_IDEMPOTENCY, &key);
	*is_done_out = place.organization != organization;
	if (*is_done_out)
		return ERR_NONE;

	if (place.part == 0)
		return remove_record(txn, &place);
	/* Its first part is missing. */
	return sealed_remove(txn, TREE_IDEMPOTENCY, bytes,
	    idempotency_key_write(&place, bytes));
}
