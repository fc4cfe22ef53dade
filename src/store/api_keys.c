/* api_keys.c - API keys in the store. */
#include "store/api_keys.h"

#include <string.h>

#include "model/random_id.h"
#include "store/api_key_record.h"
#include "store/fields.h"
#include "store/lmdb_error.h"
#include "store/sealed.h"
#include "store/txn.h"

static enum error check_digest_is_free(struct store_txn *txn,
    const uint8_t digest[API_KEY_DIGEST_BYTES]);
static bool is_allowed(const struct api_key *key);
static enum error put_new(struct store_txn *txn, const struct api_key *key);
static enum error put_record(struct store_txn *txn,
    const struct api_key *key);
static enum error follow(struct store_txn *txn, enum tree tree,
    const MDB_val *index_key, const uint8_t *digest, size_t digest_len,
    struct api_key *key_out);
static bool is_of(const MDB_val *order, uint32_t organization);

enum error
store_api_key_add(struct store_txn *txn, struct api_key *key, int64_t now_ms)
{
	enum error err = check_digest_is_free(txn, key->digest);

	if (err != ERR_NONE)
		return err;
	random_id(key->id);
	key->created_ms = now_ms;
	return put_new(txn, key);
}

enum error
store_api_key_find(struct store_txn *txn,
    const uint8_t digest[API_KEY_DIGEST_BYTES], struct api_key *key_out)
{
	const uint8_t *body;
	size_t body_len;
	enum error err;

	*key_out = (struct api_key){ 0 };
	err = sealed_get(txn, TREE_API_KEYS, digest, API_KEY_DIGEST_BYTES,
	    &body, &body_len);
	if (err != ERR_NONE)
		return err;
	if (!api_key_record_read(digest, body, body_len, key_out)) {
		*key_out = (struct api_key){ 0 };
		return sealed_log_corrupt(txn, TREE_API_KEYS, digest,
		    API_KEY_DIGEST_BYTES, "it does not decode");
	}
	return ERR_NONE;
}

enum error
store_api_key_get(struct store_txn *txn, const char *id,
    struct api_key *key_out)
{
	MDB_val index_key = { EVENT_ID_LEN, (void *)(uintptr_t)id };
	const uint8_t *digest;
	size_t digest_len;
	enum error err;

	*key_out = (struct api_key){ 0 };
	if (strlen(id) != EVENT_ID_LEN)
		return ERR_NOT_FOUND;
	err = sealed_get(txn, TREE_API_KEY_IDS, id, EVENT_ID_LEN, &digest,
	    &digest_len);
	if (err != ERR_NONE)
		return err;
	return follow(txn, TREE_API_KEY_IDS, &index_key, digest, digest_len,
	    key_out);
}

enum error
store_api_key_put(struct store_txn *txn, const struct api_key *key)
{
	struct api_key changed;
	enum error err = store_api_key_get(txn, key->id, &changed);

	if (err != ERR_NONE)
		return err;
	memcpy(changed.name, key->name, sizeof(changed.name));
	changed.status = key->status;
	changed.scopes = key->scopes;
	changed.rate_per_minute = key->rate_per_minute;
	changed.expires_ms = key->expires_ms;
	return put_record(txn, &changed);
}

enum error
store_api_key_put_whole(struct store_txn *txn, const struct api_key *key)
{
	struct api_key changed = *key;
	struct api_key old;
	enum error err;
	bool is_there;

	if (!is_allowed(key))
		return ERR_MEANING;
	err = store_api_key_get(txn, key->id, &old);
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return err;
	is_there = err == ERR_NONE;
	err = ERR_NONE;
	if (!is_there ||
	    memcmp(old.digest, key->digest, sizeof(old.digest)) != 0)
		err = check_digest_is_free(txn, key->digest);
	if (err == ERR_NONE && is_there) {
		changed.last_used_ms = old.last_used_ms;
		err = store_api_key_remove(txn, key->id);
	}
	return err == ERR_NONE ? put_new(txn, &changed) : err;
}

enum error
store_api_key_put_last_used(struct store_txn *txn, const char *id,
    int64_t last_used_ms)
{
	struct api_key key;
	enum error err = store_api_key_get(txn, id, &key);

	if (err != ERR_NONE || last_used_ms <= key.last_used_ms)
		return err;
	key.last_used_ms = last_used_ms;
	return put_record(txn, &key);
}

enum error
store_api_key_remove(struct store_txn *txn, const char *id)
{
	uint8_t order[API_KEY_ORDER_BYTES];
	struct api_key key;
	enum error err = store_api_key_get(txn, id, &key);

	if (err != ERR_NONE)
		return err;
	api_key_order_write(&key, order);
	err = sealed_remove(txn, TREE_API_KEYS, key.digest,
	    sizeof(key.digest));
	if (err == ERR_NONE)
		err = sealed_remove(txn, TREE_API_KEY_IDS, id, EVENT_ID_LEN);
	if (err == ERR_NONE)
		err = sealed_remove(txn, TREE_ORGANIZATION_API_KEYS, order,
		    sizeof(order));
	return err;
}

enum error
store_api_key_scan(struct store_txn *txn, uint32_t organization,
    store_api_key_visit *visit, void *arg)
{
	uint8_t from[sizeof(organization)];
	struct field_writer writer = { .bytes = from, .size = sizeof(from) };
	MDB_val order = { sizeof(from), from };
	MDB_val value;
	MDB_cursor *cursor = NULL;
	enum error err = ERR_NONE;
	int code;

	fields_put_u32(&writer, organization);
	code = mdb_cursor_open(txn->mdb,
	    txn->store->trees[TREE_ORGANIZATION_API_KEYS], &cursor);
	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &order, &value, MDB_SET_RANGE);
	while (code == MDB_SUCCESS && is_of(&order, organization)) {
		const uint8_t *digest;
		size_t digest_len;
		struct api_key key;

		err = sealed_open(txn, TREE_ORGANIZATION_API_KEYS, &order,
		    &value, &digest, &digest_len);
		if (err == ERR_NONE)
			err = follow(txn, TREE_ORGANIZATION_API_KEYS, &order,
			    digest, digest_len, &key);
		if (err != ERR_NONE || !visit(&key, arg))
			break;
		code = mdb_cursor_get(cursor, &order, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (err == ERR_NONE && code != MDB_NOTFOUND)
		err = lmdb_failed(code, "mdb_cursor_get", txn->store->path);
	return err;
}

static enum error
check_digest_is_free(struct store_txn *txn,
    const uint8_t digest[API_KEY_DIGEST_BYTES])
{
	const uint8_t *body;
	size_t body_len;
	enum error err = sealed_get(txn, TREE_API_KEYS, digest,
	    API_KEY_DIGEST_BYTES, &body, &body_len);

	if (err == ERR_NONE)
		return ERR_EXISTS;
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* What is written can be read again. */
static bool
is_allowed(const struct api_key *key)
{
	uint8_t body[API_KEY_RECORD_BYTES_MAX];
	struct api_key read;

	return api_key_record_read(key->digest, body,
	    api_key_record_write(key, body), &read);
}

/* The record and what leads to it. */
static enum error
put_new(struct store_txn *txn, const struct api_key *key)
{
	uint8_t order[API_KEY_ORDER_BYTES];
	enum error err = put_record(txn, key);

	api_key_order_write(key, order);
	if (err == ERR_NONE)
		err = sealed_put(txn, TREE_API_KEY_IDS, key->id, EVENT_ID_LEN,
		    key->digest, sizeof(key->digest));
	if (err == ERR_NONE)
		err = sealed_put(txn, TREE_ORGANIZATION_API_KEYS, order,
		    sizeof(order), key->digest, sizeof(key->digest));
	return err;
}

static enum error
put_record(struct store_txn *txn, const struct api_key *key)
{
	uint8_t body[API_KEY_RECORD_BYTES_MAX];
	size_t body_len = api_key_record_write(key, body);

	return sealed_put(txn, TREE_API_KEYS, key->digest,
	    sizeof(key->digest), body, body_len);
}

/* From an index to the record, which must be there. */
static enum error
follow(struct store_txn *txn, enum tree tree, const MDB_val *index_key,
    const uint8_t *digest, size_t digest_len, struct api_key *key_out)
{
	enum error err = ERR_NOT_FOUND;

	if (digest_len == API_KEY_DIGEST_BYTES)
		err = store_api_key_find(txn, digest, key_out);
	if (err == ERR_NOT_FOUND)
		return sealed_log_corrupt(txn, tree, index_key->mv_data,
		    index_key->mv_size, "the API key that it names is gone");
	return err;
}

static bool
is_of(const MDB_val *order, uint32_t organization)
{
	struct field_reader reader = {
		.bytes = order->mv_data,
		.len = order->mv_size,
	};

	return organization == 0 || fields_get_u32(&reader) == organization;
}
