/* organizations_erase.c - what an organization owns goes, a bit at a time. */
#include <string.h>

#include "store/api_key_record.h"
#include "store/block.h"
#include "store/event_blocks.h"
#include "store/fields.h"
#include "store/idempotency.h"
#include "store/lmdb_error.h"
#include "store/organization_record.h"
#include "store/organizations.h"
#include "store/sealed.h"
#include "store/tails.h"
#include "store/txn.h"

/* Removes one record of a kind; false when there is none left. */
typedef enum error erase_one(struct store_txn *txn, uint32_t number,
    struct erase_result *result, bool *is_found_out);

static erase_one erase_api_key;
static erase_one erase_block;
static erase_one erase_idempotency;
static bool read_record(const MDB_val *key, const MDB_val *value,
    struct organization *organization);
static enum error erase_all_of(struct store_txn *txn, uint32_t number,
    erase_one *erase, unsigned int *records_left,
    struct erase_result *result);
static enum error forget_api_key(struct store_txn *txn, const MDB_val *order,
    const MDB_val *value);
static enum error erase_itself(struct store_txn *txn,
    const struct organization *organization);
static enum error remove_if_there(struct store_txn *txn, enum tree tree,
    const void *key, size_t key_len);

enum error
store_organization_erase_some(struct store_txn *txn, uint32_t number,
    unsigned int records_max, struct erase_result *result_out)
{
	struct organization organization;
	enum error err;

	*result_out = (struct erase_result){ 0 };
	err = store_organization_get(txn, number, &organization);
	if (err != ERR_NONE)
		return err;
	if (organization.status != ORGANIZATION_REMOVING)
		return ERR_MEANING;

	/* Blocks in memory may be among those that go. */
	err = tails_flush(txn);
	tails_forget(txn->store);
	if (err == ERR_NONE)
		err = erase_all_of(txn, number, erase_api_key, &records_max,
		    result_out);
	if (err == ERR_NONE)
		err = erase_all_of(txn, number, erase_block, &records_max,
		    result_out);
	if (err == ERR_NONE)
		err = erase_all_of(txn, number, erase_idempotency,
		    &records_max, result_out);
	/* Room left in the bound means that nothing else is. */
	if (err == ERR_NONE && records_max > 0) {
		err = erase_itself(txn, &organization);
		result_out->is_done = err == ERR_NONE;
	}
	return err;
}

enum error
store_organization_find_removals(struct store_txn *txn, bool is_logged,
    struct removals *removals_out)
{
	MDB_cursor *cursor = NULL;
	MDB_val key;
	MDB_val value;
	int code;

	*removals_out = (struct removals){ 0 };
	code = mdb_cursor_open(txn->mdb,
	    txn->store->trees[TREE_ORGANIZATIONS], &cursor);
	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	while (code == MDB_SUCCESS) {
		struct organization organization;

		if (!read_record(&key, &value, &organization)) {
			removals_out->damaged++;
			if (is_logged)
				sealed_log_corrupt(txn, TREE_ORGANIZATIONS,
				    key.mv_data, key.mv_size, "it does not "
				    "tell whether it is to be removed");
		} else if (removals_out->number == 0 &&
		    organization.status == ORGANIZATION_REMOVING) {
			removals_out->number = organization.number;
		}
		code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return code == MDB_NOTFOUND ? ERR_NONE :
	    lmdb_failed(code, "mdb_cursor_get", txn->store->path);
}

static bool
read_record(const MDB_val *key, const MDB_val *value,
    struct organization *organization)
{
	struct field_reader reader = {
		.bytes = key->mv_data,
		.len = key->mv_size,
	};
	uint32_t number = fields_get_u32(&reader);

	return fields_are_read(&reader) &&
	    sealed_is_whole(TREE_ORGANIZATIONS, key, value) &&
	    organization_record_read(number, (const uint8_t *)value->mv_data +
	    SEAL_BYTES, value->mv_size - SEAL_BYTES, organization);
}

static enum error
erase_all_of(struct store_txn *txn, uint32_t number, erase_one *erase,
    unsigned int *records_left, struct erase_result *result)
{
	enum error err = ERR_NONE;
	bool is_found = true;

	while (*records_left > 0 && is_found && err == ERR_NONE) {
		err = erase(txn, number, result, &is_found);
		if (is_found)
			(*records_left)--;
	}
	return err;
}

static enum error
erase_api_key(struct store_txn *txn, uint32_t number,
    struct erase_result *result, bool *is_found_out)
{
	uint8_t from[sizeof(number)];
	struct field_writer writer = { .bytes = from, .size = sizeof(from) };
	MDB_val order = { sizeof(from), from };
	MDB_cursor *cursor = NULL;
	MDB_val value;
	int code;

	fields_put_u32(&writer, number);
	code = mdb_cursor_open(txn->mdb,
	    txn->store->trees[TREE_ORGANIZATION_API_KEYS], &cursor);
	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &order, &value, MDB_SET_RANGE);
	mdb_cursor_close(cursor);
	*is_found_out = code == MDB_SUCCESS &&
	    order.mv_size >= sizeof(number) &&
	    memcmp(order.mv_data, from, sizeof(from)) == 0;
	if (!*is_found_out)
		return code == MDB_NOTFOUND ? ERR_NONE :
		    lmdb_failed(code, "mdb_cursor_get", txn->store->path);
	result->api_keys++;
	return forget_api_key(txn, &order, &value);
}

/* From all three trees, also when one of them is damaged. */
static enum error
forget_api_key(struct store_txn *txn, const MDB_val *order,
    const MDB_val *value)
{
	uint8_t order_bytes[API_KEY_ORDER_BYTES];
	uint8_t digest[API_KEY_DIGEST_BYTES];
	size_t order_len = order->mv_size < sizeof(order_bytes) ?
	    order->mv_size : sizeof(order_bytes);
	bool has_digest = value->mv_size == SEAL_BYTES + sizeof(digest) &&
	    sealed_is_whole(TREE_ORGANIZATION_API_KEYS, order, value);
	enum error err = ERR_NONE;

	memcpy(order_bytes, order->mv_data, order_len);
	if (has_digest) {
		memcpy(digest, (const uint8_t *)value->mv_data + SEAL_BYTES,
		    sizeof(digest));
		err = remove_if_there(txn, TREE_API_KEYS, digest,
		    sizeof(digest));
	} else {
		sealed_log_corrupt(txn, TREE_ORGANIZATION_API_KEYS,
		    order->mv_data, order->mv_size,
		    "the API key that it names cannot be erased");
	}
	if (err == ERR_NONE && order_len == API_KEY_ORDER_BYTES)
		err = remove_if_there(txn, TREE_API_KEY_IDS, order_bytes +
		    API_KEY_ORDER_BYTES - EVENT_ID_LEN, EVENT_ID_LEN);
	if (err == ERR_NONE)
		err = sealed_remove(txn, TREE_ORGANIZATION_API_KEYS,
		    order_bytes, order_len);
	return err;
}

static enum error
erase_block(struct store_txn *txn, uint32_t number,
    struct erase_result *result, bool *is_found_out)
{
	struct event_block found;
	unsigned int count;
	int64_t last_ms;
	enum error err = event_block_find_any(txn,
	    (struct sweep_place){ number, 0 }, &found);

	*is_found_out = err == ERR_NONE && found.is_found &&
	    event_block_range(&found).organization == number;
	if (!*is_found_out)
		return err;
	result->blocks++;
	if (sealed_is_whole(TREE_EVENTS, &found.key, &found.value) &&
	    block_read_header(found.value.mv_data, found.value.mv_size,
	    &count, &last_ms) == ERR_NONE)
		result->events += count;
	return event_block_remove(txn, &found.key);
}

static enum error
erase_idempotency(struct store_txn *txn, uint32_t number,
    struct erase_result *result, bool *is_found_out)
{
	unsigned int erased;
	bool is_done;
	enum error err = store_idempotency_erase(txn, number, 1, &erased,
	    &is_done);

	(void)result;
	*is_found_out = erased > 0;
	return err;
}

static enum error
erase_itself(struct store_txn *txn, const struct organization *organization)
{
	uint8_t key[sizeof(organization->number)];
	struct field_writer writer = { .bytes = key, .size = sizeof(key) };
	enum error err;

	fields_put_u32(&writer, organization->number);
	/* Nor is its counter written again by this transaction. */
	if (txn->stamps.organization == organization->number)
		txn->stamps.is_counter_changed = false;
	err = remove_if_there(txn, TREE_ORGANIZATION_STAMPS, key,
	    sizeof(key));
	if (err == ERR_NONE)
		err = remove_if_there(txn, TREE_ORGANIZATION_NAMES,
		    organization->name, strlen(organization->name));
	if (err == ERR_NONE)
		err = sealed_remove(txn, TREE_ORGANIZATIONS, key,
		    sizeof(key));
	return err;
}

static enum error
remove_if_there(struct store_txn *txn, enum tree tree, const void *key,
    size_t key_len)
{
	enum error err = sealed_remove(txn, tree, key, key_len);

	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}
