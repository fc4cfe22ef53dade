/* cluster_secrets.c - what the machines of a cluster make of their pepper. */
#include "model/cluster_secrets.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "model/api_key.h"
#include "model/sodium_ready.h"

static void derive(const struct pepper *pepper, const char *name,
    uint8_t *out, size_t len);

void
cluster_secrets_derive(const struct pepper *pepper,
    struct cluster_secrets *secrets)
{
	uint8_t fingerprint[FINGERPRINT_LEN / 2];

	sodium_ready();
	derive(pepper, "apitrail cluster seal", secrets->seal,
	    sizeof(secrets->seal));
	derive(pepper, "apitrail cluster ids", secrets->ids,
	    sizeof(secrets->ids));
	derive(pepper, "apitrail cluster tokens", secrets->tokens,
	    sizeof(secrets->tokens));
	derive(pepper, "apitrail cluster fingerprint", fingerprint,
	    sizeof(fingerprint));
	sodium_bin2hex(secrets->fingerprint, sizeof(secrets->fingerprint),
	    fingerprint, sizeof(fingerprint));
}

void
seal_make(const struct cluster_secrets *secrets, const char *place,
    const void *bytes, size_t len, uint8_t seal[SEAL_BYTES])
{
	crypto_generichash_state state;
	uint64_t place_len = htobe64(strlen(place));

	crypto_generichash_init(&state, secrets->seal,
	    sizeof(secrets->seal), SEAL_BYTES);
	/* The length first: no place goes on into the bytes. */
	crypto_generichash_update(&state, (const uint8_t *)&place_len,
	    sizeof(place_len));
	crypto_generichash_update(&state, (const uint8_t *)place,
	    strlen(place));
	crypto_generichash_update(&state, bytes, len);
	crypto_generichash_final(&state, seal, SEAL_BYTES);
}

bool
seal_is_right(const struct cluster_secrets *secrets, const char *place,
    const void *bytes, size_t len, const uint8_t seal[SEAL_BYTES])
{
	uint8_t right[SEAL_BYTES];

	seal_make(secrets, place, bytes, len, right);
	return sodium_memcmp(right, seal, SEAL_BYTES) == 0;
}

void
cluster_token_make(const struct cluster_secrets *secrets,
    const char *idempotency_key, char token[CLUSTER_TOKEN_LEN + 1])
{
	uint8_t hash[CLUSTER_TOKEN_LEN / 2];

	crypto_generichash(hash, sizeof(hash),
	    (const uint8_t *)idempotency_key, strlen(idempotency_key),
	    secrets->tokens, sizeof(secrets->tokens));
	sodium_bin2hex(token, CLUSTER_TOKEN_LEN + 1, hash, sizeof(hash));
}

static void
derive(const struct pepper *pepper, const char *name, uint8_t *out,
    size_t len)
{
	crypto_generichash(out, len, (const uint8_t *)name, strlen(name),
	    pepper->bytes, sizeof(pepper->bytes));
}
