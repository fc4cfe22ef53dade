/* api_keys.h - API keys in the store. */
#ifndef STORE_API_KEYS_H
#define STORE_API_KEYS_H

#include "model/api_key.h"

struct store_txn;

/* Fills id and created_ms.  ERR_EXISTS: the digest is there already. */
enum error store_api_key_add(struct store_txn *txn, struct api_key *key,
    int64_t now_ms);

/* ERR_NOT_FOUND, ERR_CORRUPT, ERR_STORE. */
enum error store_api_key_find(struct store_txn *txn,
    const uint8_t digest[API_KEY_DIGEST_BYTES], struct api_key *key_out);
enum error store_api_key_get(struct store_txn *txn, const char *id,
    struct api_key *key_out);

/* Writes what may change: name, status, scopes, rate, expiry. */
enum error store_api_key_put(struct store_txn *txn,
    const struct api_key *key);

/*
 * Makes the key of that id with all that is given, or changes it into that;
 * when a key that is there was last used stays.  Harmless when repeated.
 * Whose key it is need not be there yet.  ERR_EXISTS: another key has the
 * digest; ERR_MEANING: it is nothing that a key may be; nothing was changed
 * then.  ERR_CORRUPT, ERR_STORE.
 */
enum error store_api_key_put_whole(struct store_txn *txn,
    const struct api_key *key);

/* Writes when it was last used, unless a later moment is known; a change
 * that has no event. */
enum error store_api_key_put_last_used(struct store_txn *txn, const char *id,
    int64_t last_used_ms);

/* Erases it: revoked keys are gone, and their id names nothing. */
enum error store_api_key_remove(struct store_txn *txn, const char *id);

/* Visits the keys of one organization (0: of all), by organization and
 * creation; return false to end early. */
typedef bool store_api_key_visit(const struct api_key *key, void *arg);
enum error store_api_key_scan(struct store_txn *txn, uint32_t organization,
    store_api_key_visit *visit, void *arg);

#endif
