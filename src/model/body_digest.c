/* body_digest.c - whether two requests had the same body. */
#include "model/body_digest.h"

#include <sodium.h>

#include "model/sodium_ready.h"

void
body_digest(const void *body, size_t body_len,
    uint8_t digest[BODY_DIGEST_BYTES])
{
	sodium_ready();
	/* It fails for lengths of digest and key only. */
	(void)crypto_generichash(digest, BODY_DIGEST_BYTES, body, body_len,
	    NULL, 0);
}
