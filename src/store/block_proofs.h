/* block_proofs.h - whether a block that LMDB found is the one.
 *
 * Each takes what mdb_cursor_get returned, and key and value as it set them;
 * in a write transaction, whose pages lie elsewhere until they are committed,
 * only the order is looked at.  Each returns ERR_NONE, also when nothing was
 * found, or ERR_CORRUPT, which is logged.
 */
#ifndef STORE_BLOCK_PROOFS_H
#define STORE_BLOCK_PROOFS_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/category.h"

struct store_txn;

/* Where a key must lie, beside another one. */
enum side { BELOW, AT_OR_ABOVE, ABOVE };

/* By itself: its key is on this side of the bound, which may be NULL, and its
 * page is whole, and in the tree.  Comes first. */
enum error block_proof_found(struct store_txn *txn, int code,
    enum category category, const MDB_val *key, const MDB_val *value,
    enum side side, const uint8_t *bound);

/* As the first at or above what was wanted. */
enum error block_proof_first(struct store_txn *txn, int code,
    enum category category, const MDB_val *key, const uint8_t *wanted);

/* As the last before `next`, which is NULL behind the last key. */
enum error block_proof_before(struct store_txn *txn, int code,
    enum category category, const MDB_val *key, const uint8_t *next);

/* As the one behind `last`, or before it. */
enum error block_proof_step(struct store_txn *txn, int code,
    enum category category, const MDB_val *key, bool is_forward,
    const uint8_t *last);

/* By its checksum: its key is its own.  For one that is not read, but tells
 * that nothing else lies there. */
enum error block_proof_key(struct store_txn *txn, const MDB_val *key,
    const MDB_val *value);

#endif
