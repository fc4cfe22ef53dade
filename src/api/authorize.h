/* authorize.h - whose request it is, and whether the key may make it. */
#ifndef API_AUTHORIZE_H
#define API_AUTHORIZE_H

#include <stdint.h>

#include "base/error.h"
#include "model/api_key.h"

struct exchange;
struct store_txn;

/*
 * Finds the request's API key and leaves its digest and its organization's
 * number in the exchange, whose read it begins.  ERR_NO_KEY, ERR_BAD_KEY,
 * ERR_LOCKED, ERR_UNPAID, ERR_SCOPE, in this order; ERR_STORE, ERR_CORRUPT.
 */
enum error authorize(struct exchange *exchange);

/*
 * The part that reads the store, for answers that go on for long: a key that
 * was revoked meanwhile is ERR_BAD_KEY, and so on.
 */
enum error authorize_digest(struct store_txn *txn,
    const uint8_t digest[API_KEY_DIGEST_BYTES], enum scope scope,
    int64_t now_ms, uint32_t *organization_out);

#endif
