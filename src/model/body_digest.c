/* body_digest.c - whether two requests had the same body. */
#include "model/body_digest.h"

#include <sodium.h>

#include "model/sodium_ready.h"

void
body_digest(const void *body, size_t body_len, bool is_batch,
    uint8_t digest[BODY_DIGEST_BYTES])
{
	const uint8_t first = is_batch ? 1 : 0;
	crypto_generichash_state state;

	sodium_ready();
	/* These fail for lengths of digest and key only. */
	(void)crypto_generichash_init(&state, NULL, 0, BODY_DIGEST_BYTES);
	(void)crypto_generichash_update(&state, &first, sizeof(first));
	(void)crypto_generichash_update(&state, body, body_len);
	(void)crypto_generichash_final(&state, digest, BODY_DIGEST_BYTES);
}
