/* event_blocks.c - blocks of events in their tree. */
#include "store/event_blocks.h"

#include <endian.h>
#include <string.h>

#include "store/block_proofs.h"
#include "store/lmdb_error.h"
#include "store/sealed.h"
#include "store/txn.h"

enum {
	RANGE_KEY_BYTES = 4 + 1,
	CACHE_LINE_BYTES = 64
};

static int seek(MDB_cursor *cursor, uint32_t organization,
    enum category category, const struct cursor *place,
    uint8_t key_bytes[BLOCK_KEY_BYTES], MDB_val *key, MDB_val *value);
static enum error take(struct store_txn *txn, int code,
    uint32_t organization, enum category category, const MDB_val *key,
    const MDB_val *value, struct event_block *block_out);

enum error
event_block_find_last(struct store_txn *txn, uint32_t organization,
    enum category category, const struct cursor *place, bool is_at_included,
    struct event_block *block_out)
{
	uint8_t wanted[BLOCK_KEY_BYTES];
	MDB_cursor *cursor;
	MDB_val key;
	MDB_val value;
	const uint8_t *next;
	enum error err;
	int code;

	block_out->is_found = false;
	err = txn_cursor(txn, category, &cursor);
	if (err != ERR_NONE)
		return err;

	code = seek(cursor, organization, category, place, wanted, &key,
	    &value);
	err = block_proof_found(txn, code, category, &key, &value,
	    AT_OR_ABOVE, wanted);
	/* Newest first nobody reads it, only what lies before it. */
	if (err == ERR_NONE && code == MDB_SUCCESS && !is_at_included)
		err = block_proof_key(txn, &key, &value);
	if (err != ERR_NONE)
		return err;
	if (!(is_at_included && code == MDB_SUCCESS &&
	    memcmp(key.mv_data, wanted, BLOCK_KEY_BYTES) == 0)) {
		next = code == MDB_SUCCESS ? key.mv_data : NULL;
		code = mdb_cursor_get(cursor, &key, &value,
		    code == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
		err = block_proof_found(txn, code, category, &key, &value,
		    BELOW, wanted);
		if (err == ERR_NONE)
			err = block_proof_before(txn, code, category, &key,
			    next);
	}
	return err != ERR_NONE ? err : take(txn, code, organization, category,
	    &key, &value, block_out);
}

enum error
event_block_find_first(struct store_txn *txn, uint32_t organization,
    enum category category, const struct cursor *place,
    struct event_block *block_out)
{
	uint8_t wanted[BLOCK_KEY_BYTES];
	MDB_cursor *cursor;
	MDB_val key;
	MDB_val value;
	enum error err;
	int code;

	block_out->is_found = false;
	err = txn_cursor(txn, category, &cursor);
	if (err != ERR_NONE)
		return err;
	code = seek(cursor, organization, category, place, wanted, &key,
	    &value);
	err = block_proof_found(txn, code, category, &key, &value,
	    AT_OR_ABOVE, wanted);
	if (err == ERR_NONE)
		err = block_proof_first(txn, code, category, &key, wanted);
	return err != ERR_NONE ? err : take(txn, code, organization, category,
	    &key, &value, block_out);
}

enum error
event_block_find_any(struct store_txn *txn, struct sweep_place place,
    struct event_block *block_out)
{
	struct block_key wanted = { .organization = place.organization };
	uint8_t key_bytes[BLOCK_KEY_BYTES];
	MDB_val key = { BLOCK_KEY_BYTES, key_bytes };
	MDB_cursor *cursor;
	enum error err;
	int code;

	block_out->is_found = false;
	err = txn_cursor(txn, CATEGORY_API_KEYS, &cursor);
	if (err != ERR_NONE)
		return err;
	block_key_write(&wanted, key_bytes);
	key_bytes[RANGE_KEY_BYTES - 1] = place.category;
	code = mdb_cursor_get(cursor, &key, &block_out->value,
	    MDB_SET_RANGE);
	if (code == MDB_NOTFOUND)
		return ERR_NONE;
	block_out->key = key;
	block_out->is_found = code == MDB_SUCCESS;
	return lmdb_failed(code, "mdb_cursor_get", txn->store->path);
}

struct sweep_place
event_block_range(const struct event_block *found)
{
	struct sweep_place place = { 0, 0 };
	uint32_t organization;
	uint8_t bytes[RANGE_KEY_BYTES] = { 0 };
	size_t len = found->key.mv_size;

	/* A damaged key may be shorter. */
	memcpy(bytes, found->key.mv_data,
	    len < sizeof(bytes) ? len : sizeof(bytes));
	memcpy(&organization, bytes, sizeof(organization));
	place.organization = be32toh(organization);
	place.category = bytes[RANGE_KEY_BYTES - 1];
	return place;
}

enum error
event_block_step(struct store_txn *txn, uint32_t organization,
    enum category category, bool is_forward, struct event_block *block_out)
{
	const uint8_t *last = txn->last_keys[category];
	MDB_cursor *cursor;
	MDB_val key;
	MDB_val value;
	enum error err;
	int code;

	block_out->is_found = false;
	err = txn_cursor(txn, category, &cursor);
	if (err != ERR_NONE)
		return err;
	code = mdb_cursor_get(cursor, &key, &value,
	    is_forward ? MDB_NEXT : MDB_PREV);
	err = block_proof_found(txn, code, category, &key, &value,
	    is_forward ? ABOVE : BELOW, last);
	if (err == ERR_NONE && last != NULL)
		err = block_proof_step(txn, code, category, &key, is_forward,
		    last);
	return err != ERR_NONE ? err : take(txn, code, organization, category,
	    &key, &value, block_out);
}

void
event_block_fetch(const struct event_block *found)
{
	const char *bytes = found->value.mv_data;
	/* One that is larger goes on in the same way once it is read. */
	size_t len = found->value.mv_size < BLOCK_BYTES_FULL ?
	    found->value.mv_size : BLOCK_BYTES_FULL;

	/* To the second cache, as those of all categories fill the first. */
	for (size_t at = 0; at < len; at += CACHE_LINE_BYTES)
		__builtin_prefetch(bytes + at, 0, 1);
}

enum error
event_block_read(struct store_txn *txn, const struct event_block *found,
    struct block *block_out)
{
	enum error err = block_read(found->key.mv_data, found->key.mv_size,
	    found->value.mv_data, found->value.mv_size, block_out);

	if (err == ERR_CORRUPT)
		sealed_log_corrupt(txn, TREE_EVENTS, found->key.mv_data,
		    found->key.mv_size, "its checksum or a length is wrong");
	return err;
}

enum error
event_block_put(struct store_txn *txn, uint32_t organization,
    enum category category, struct block_draft *draft)
{
	uint8_t key_bytes[BLOCK_KEY_BYTES];
	MDB_val key = { BLOCK_KEY_BYTES, key_bytes };
	MDB_val value = { draft->len, draft->bytes };

	block_draft_seal(draft, organization, category, key_bytes);
	return lmdb_failed(mdb_put(txn->mdb, txn->store->trees[TREE_EVENTS],
	    &key, &value, 0), "mdb_put", txn->store->path);
}

enum error
event_block_remove(struct store_txn *txn, const MDB_val *key)
{
	uint8_t key_bytes[BLOCK_KEY_BYTES];
	MDB_val key_val = { key->mv_size, key_bytes };

	/* The key may lie in the very page that changes. */
	if (key->mv_size > BLOCK_KEY_BYTES)
		return sealed_log_corrupt(txn, TREE_EVENTS, key->mv_data,
		    key->mv_size, "its key is too long");
	memcpy(key_bytes, key->mv_data, key->mv_size);
	return lmdb_failed(mdb_del(txn->mdb, txn->store->trees[TREE_EVENTS],
	    &key_val, NULL), "mdb_del", txn->store->path);
}

/* To the first key at or above the place, in whatever range it is. */
static int
seek(MDB_cursor *cursor, uint32_t organization, enum category category,
    const struct cursor *place, uint8_t key_bytes[BLOCK_KEY_BYTES],
    MDB_val *key, MDB_val *value)
{
	struct block_key wanted = {
		.organization = organization,
		.category = category,
	};

	if (place != NULL)
		wanted.first = *place;
	block_key_write(&wanted, key_bytes);
	if (place == NULL)
		/* Behind every key of this range. */
		key_bytes[RANGE_KEY_BYTES - 1]++;
	key->mv_size = BLOCK_KEY_BYTES;
	key->mv_data = key_bytes;
	return mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
}

/* What lies there counts when it is of the range. */
static enum error
take(struct store_txn *txn, int code, uint32_t organization,
    enum category category, const MDB_val *key, const MDB_val *value,
    struct event_block *block_out)
{
	struct block_key range = {
		.organization = organization,
		.category = category,
	};
	uint8_t range_bytes[BLOCK_KEY_BYTES];

	if (code == MDB_NOTFOUND)
		return ERR_NONE;
	if (code != MDB_SUCCESS)
		return lmdb_failed(code, "mdb_cursor_get", txn->store->path);
	block_key_write(&range, range_bytes);
	block_out->is_found = key->mv_size >= RANGE_KEY_BYTES &&
	    memcmp(key->mv_data, range_bytes, RANGE_KEY_BYTES) == 0;
	block_out->key = *key;
	block_out->value = *value;
	/* Otherwise the range ends here, and it is its key that says so. */
	return block_out->is_found ? ERR_NONE :
	    block_proof_key(txn, key, value);
}
