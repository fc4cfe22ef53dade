/* sealed.c - records with their checksums. */
#include <config.h>

#include "store/sealed.h"

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>
#if HAVE_DECL_XXH3_64BITS_WITHSEED_DISPATCH
/* The same function, by the widest registers that the machine has. */
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

#include "base/log.h"
#include "store/lmdb_error.h"

enum { DIGEST_BYTES_SHOWN = 4 };

uint64_t
seal_of(enum tree tree, const void *key, size_t key_len, const void *body,
    size_t body_len)
{
	uint64_t seed = XXH3_64bits_withSeed(key, key_len, tree);

	return XXH3_64bits_withSeed(body, body_len, seed);
}

bool
sealed_is_whole(enum tree tree, const MDB_val *key, const MDB_val *value)
{
	const uint8_t *bytes = value->mv_data;
	uint64_t seal;

	if (value->mv_size < SEAL_BYTES || value->mv_size > SEALED_BYTES_MAX)
		return false;
	memcpy(&seal, bytes, SEAL_BYTES);
	return be64toh(seal) == seal_of(tree, key->mv_data, key->mv_size,
	    bytes + SEAL_BYTES, value->mv_size - SEAL_BYTES);
}

enum error
sealed_get(struct store_txn *txn, enum tree tree, const void *key,
    size_t key_len, const uint8_t **body_out, size_t *body_len_out)
{
	MDB_val key_val = { key_len, (void *)(uintptr_t)key };
	MDB_val value;
	int code;

	*body_out = NULL;
	*body_len_out = 0;
	code = mdb_get(txn->mdb, txn->store->trees[tree], &key_val, &value);
	if (code != MDB_SUCCESS)
		return lmdb_failed(code, "mdb_get", txn->store->path);
	return sealed_open(txn, tree, &key_val, &value, body_out,
	    body_len_out);
}

enum error
sealed_open(struct store_txn *txn, enum tree tree, const MDB_val *key,
    const MDB_val *value, const uint8_t **body_out, size_t *body_len_out)
{
	*body_out = NULL;
	*body_len_out = 0;
	if (!sealed_is_whole(tree, key, value))
		return sealed_log_corrupt(txn, tree, key->mv_data,
		    key->mv_size, "its checksum is wrong");
	*body_out = (const uint8_t *)value->mv_data + SEAL_BYTES;
	*body_len_out = value->mv_size - SEAL_BYTES;
	return ERR_NONE;
}

enum error
sealed_put(struct store_txn *txn, enum tree tree, const void *key,
    size_t key_len, const uint8_t *body, size_t body_len)
{
	uint8_t bytes[SEAL_BYTES + SEALED_BODY_BYTES_MAX];
	MDB_val key_val = { key_len, (void *)(uintptr_t)key };
	MDB_val value = { SEAL_BYTES + body_len, bytes };
	uint64_t seal = htobe64(seal_of(tree, key, key_len, body, body_len));

	assert(body_len <= SEALED_BODY_BYTES_MAX);
	memcpy(bytes, &seal, SEAL_BYTES);
	memcpy(bytes + SEAL_BYTES, body, body_len);
	return lmdb_failed(mdb_put(txn->mdb, txn->store->trees[tree],
	    &key_val, &value, 0), "mdb_put", txn->store->path);
}

enum error
sealed_remove(struct store_txn *txn, enum tree tree, const void *key,
    size_t key_len)
{
	MDB_val key_val = { key_len, (void *)(uintptr_t)key };

	return lmdb_failed(mdb_del(txn->mdb, txn->store->trees[tree],
	    &key_val, NULL), "mdb_del", txn->store->path);
}

enum error
sealed_log_corrupt(struct store_txn *txn, enum tree tree, const void *key,
    size_t key_len, const char *cause)
{
	char text[KEY_TEXT_SIZE];

	sealed_key_text(tree, key, key_len, text);
	log_fact(LEVEL_ERROR, "a stored record is damaged",
	    "store", txn->store->path, "tree", tree_name(tree), "key", text,
	    "cause", cause, NULL);
	return ERR_CORRUPT;
}

void
sealed_key_text(enum tree tree, const void *key, size_t key_len,
    char text[KEY_TEXT_SIZE])
{
	const uint8_t *bytes = key;
	size_t shown = tree == TREE_API_KEYS ? DIGEST_BYTES_SHOWN : key_len;

	if (shown > key_len)
		shown = key_len;
	if (shown > (KEY_TEXT_SIZE - 1) / 2)
		shown = (KEY_TEXT_SIZE - 1) / 2;
	text[0] = '\0';
	for (size_t i = 0; i < shown; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}
