/* meta.h - the store's own records: format, last stamp and the like. */
#ifndef STORE_META_H
#define STORE_META_H

#include "base/error.h"
#include "store/fields.h"

struct store_txn;

/* Their keys. */
#define META_FORMAT "format"
#define META_STAMP "stamp"
#define META_ORGANIZATION "organization"
#define META_SWEEP "sweep"
#define META_CLUSTER "cluster"
#define META_LOG_DIGEST "log_digest"

enum { FORMAT_VERSION = 1 };

/* Points the reader at the body.  ERR_NOT_FOUND, ERR_CORRUPT, ERR_STORE. */
enum error meta_get(struct store_txn *txn, const char *name,
    struct field_reader *reader_out);
enum error meta_put(struct store_txn *txn, const char *name,
    const uint8_t *body, size_t body_len);
/* Logs that it does not decode and returns ERR_CORRUPT. */
enum error meta_log_corrupt(struct store_txn *txn, const char *name);

enum error meta_put_format(struct store_txn *txn);
/* ERR_NOT_FOUND: no store of ours.  ERR_CORRUPT, ERR_STORE. */
enum error meta_get_format(struct store_txn *txn, uint32_t *format_out);

#endif
