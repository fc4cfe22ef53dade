/* sealed.h - records with their checksums.
 *
 * Every value in the store begins with the XXH3-64 of its body, seeded with
 * its tree and its key, so that a value under a wrong key is found as well.
 * FORMAT.md tells the bytes.
 */
#ifndef STORE_SEALED_H
#define STORE_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/txn.h"

enum {
	SEAL_BYTES = 8,
	/* Of all trees but the events'.  LMDB puts 16 bytes before a value: it
	 * fills one page at most. */
	SEALED_BODY_BYTES_MAX = 4096 - 16 - SEAL_BYTES,
	/* Of any tree; a damaged page can claim that a value is larger, and
	 * reach beyond the map. */
	SEALED_BYTES_MAX = 8 * 1024
};

uint64_t seal_of(enum tree tree, const void *key, size_t key_len,
    const void *body, size_t body_len);

/* Whether a value as it lies is sealed for this tree and key. */
bool sealed_is_whole(enum tree tree, const MDB_val *key,
    const MDB_val *value);

/*
 * The body of the record, borrowed from the transaction.  ERR_NOT_FOUND,
 * which is not logged; ERR_CORRUPT; ERR_STORE.
 */
enum error sealed_get(struct store_txn *txn, enum tree tree,
    const void *key, size_t key_len, const uint8_t **body_out,
    size_t *body_len_out);

/* The same for a key and value that a cursor gave; ERR_CORRUPT. */
enum error sealed_open(struct store_txn *txn, enum tree tree,
    const MDB_val *key, const MDB_val *value, const uint8_t **body_out,
    size_t *body_len_out);

/* Writes over what is there. */
enum error sealed_put(struct store_txn *txn, enum tree tree,
    const void *key, size_t key_len, const uint8_t *body, size_t body_len);

/* ERR_NOT_FOUND, which is not logged. */
enum error sealed_remove(struct store_txn *txn, enum tree tree,
    const void *key, size_t key_len);

/* Logs that a record is damaged and returns ERR_CORRUPT. */
enum error sealed_log_corrupt(struct store_txn *txn, enum tree tree,
    const void *key, size_t key_len, const char *cause);

enum { KEY_TEXT_SIZE = 2 * 64 + 1 };

/* A record's key in hexadecimal digits, for the operator; of a digest only
 * the beginning. */
void sealed_key_text(enum tree tree, const void *key, size_t key_len,
    char text[KEY_TEXT_SIZE]);

#endif
