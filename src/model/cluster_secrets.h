/* cluster_secrets.h - what the machines of a cluster make of their pepper.
 *
 * Each is BLAKE2b, keyed with the pepper, of a name of its own: who has one
 * can make neither another nor the pepper from it.
 */
#ifndef MODEL_CLUSTER_SECRETS_H
#define MODEL_CLUSTER_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pepper;

enum {
	CLUSTER_SECRET_BYTES = 32,
	SEAL_BYTES = 32,
	FINGERPRINT_LEN = 32,
	CLUSTER_TOKEN_LEN = 32
};

struct cluster_secrets {
	uint8_t seal[CLUSTER_SECRET_BYTES];
	uint8_t ids[CLUSTER_SECRET_BYTES];
	uint8_t tokens[CLUSTER_SECRET_BYTES];
	/* No secret: by it machines see that they have the same pepper. */
	char fingerprint[FINGERPRINT_LEN + 1];
};

/* The caller wipes them. */
void cluster_secrets_derive(const struct pepper *pepper,
    struct cluster_secrets *secrets_out);

/*
 * The seal of bytes that lie at a place, such as a subject: nobody without
 * the pepper can make it, for these bytes or for another place.
 */
void seal_make(const struct cluster_secrets *secrets, const char *place,
    const void *bytes, size_t len, uint8_t seal[SEAL_BYTES]);
bool seal_is_right(const struct cluster_secrets *secrets, const char *place,
    const void *bytes, size_t len, const uint8_t seal[SEAL_BYTES]);

/* What stands for an idempotency key in a subject, which may not hold all
 * that a key may: hexadecimal digits. */
void cluster_token_make(const struct cluster_secrets *secrets,
    const char *idempotency_key, char token[CLUSTER_TOKEN_LEN + 1]);

#endif
