/* log_digests.h - what stands for the messages that the store took of its
 * cluster's log; see model/log_digest.h. */
#ifndef STORE_LOG_DIGESTS_H
#define STORE_LOG_DIGESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct log_digest;
struct store_txn;

/* All is 0 where nothing was put.  ERR_CORRUPT, ERR_STORE. */
enum error store_log_digest_get(struct store_txn *txn,
    struct log_digest *digest_out);
enum error store_log_digest_put(struct store_txn *txn,
    const struct log_digest *digest);

/* Whether a record's body decodes to one. */
bool log_digest_read(const uint8_t *body, size_t body_len,
    struct log_digest *digest_out);

#endif
