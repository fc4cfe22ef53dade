/* producers.c - which messages of the cluster's log this store has. */
#include "store/producers.h"

#include <string.h>

#include "store/lmdb_error.h"
#include "store/meta.h"
#include "store/sealed.h"
#include "store/txn.h"

/* Among the store's own records. */
#define PREFIX "producer "

enum {
	PREFIX_LEN = sizeof(PREFIX) - 1,
	KEY_BYTES = PREFIX_LEN + PRODUCER_BYTES
};

static void write_key(const struct producer *producer,
    uint8_t key[KEY_BYTES]);
static enum error next(struct store_txn *txn, struct producer *place);

enum error
store_producer_get(struct store_txn *txn, const struct producer *producer,
    struct producer_window *window)
{
	uint8_t key[KEY_BYTES];
	const uint8_t *body;
	size_t body_len;
	enum error err;

	*window = (struct producer_window){ 0 };
	write_key(producer, key);
	err = sealed_get(txn, TREE_META, key, sizeof(key), &body, &body_len);
	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	if (!producer_window_read(body, body_len, window))
		return sealed_log_corrupt(txn, TREE_META, key, sizeof(key),
		    "it does not decode");
	return ERR_NONE;
}

enum error
store_producer_put(struct store_txn *txn, const struct producer *producer,
    const struct producer_window *window)
{
	uint8_t key[KEY_BYTES];
	uint8_t body[PRODUCER_WINDOW_BYTES_MAX];

	write_key(producer, key);
	return sealed_put(txn, TREE_META, key, sizeof(key), body,
	    producer_window_write(window, body));
}

enum error
store_producers_expire(struct store_txn *txn, int64_t now_ms,
    unsigned int producers_max, struct producer *place)
{
	enum error err = ERR_NONE;

	for (unsigned int i = 0; i < producers_max && err == ERR_NONE; i++) {
		struct producer_window window;
		uint8_t key[KEY_BYTES];

		err = next(txn, place);
		if (err == ERR_NOT_FOUND) {
			*place = (struct producer){ { 0 } };
			return ERR_NONE;
		}
		if (err == ERR_NONE)
			err = store_producer_get(txn, place, &window);
		write_key(place, key);
		if (err == ERR_NONE &&
		    producer_window_is_over(&window, now_ms))
			err = sealed_remove(txn, TREE_META, key,
			    sizeof(key));
	}
	return err;
}

bool
store_producer_is_key(const void *key, size_t key_len)
{
	return key_len == KEY_BYTES && memcmp(key, PREFIX, PREFIX_LEN) == 0;
}

static void
write_key(const struct producer *producer, uint8_t key[KEY_BYTES])
{
	memcpy(key, PREFIX, PREFIX_LEN);
	memcpy(key + PREFIX_LEN, producer->bytes, PRODUCER_BYTES);
}

/* The first one behind the place.  ERR_NOT_FOUND. */
static enum error
next(struct store_txn *txn, struct producer *place)
{
	uint8_t bytes[KEY_BYTES + 1] = { 0 };
	MDB_val key = { sizeof(bytes), bytes };
	MDB_cursor *cursor = NULL;
	MDB_val value;
	int code = mdb_cursor_open(txn->mdb, txn->store->trees[TREE_META],
	    &cursor);

	/* A byte longer, and so behind it. */
	write_key(place, bytes);
	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	if (code == MDB_SUCCESS && !store_producer_is_key(key.mv_data,
	    key.mv_size))
		code = MDB_NOTFOUND;
	if (code == MDB_SUCCESS)
		memcpy(place->bytes, (const uint8_t *)key.mv_data +
		    PREFIX_LEN, PRODUCER_BYTES);
	mdb_cursor_close(cursor);
	return code == MDB_NOTFOUND ? ERR_NOT_FOUND :
	    lmdb_failed(code, "mdb_cursor_get", txn->store->path);
}
