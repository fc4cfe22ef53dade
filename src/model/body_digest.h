/* body_digest.h - whether two requests had the same body. */
#ifndef MODEL_BODY_DIGEST_H
#define MODEL_BODY_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/limits.h"

/*
 * BLAKE2b, without a key, of a byte that says whether the body is a batch, as
 * the same bytes can be as JSON and as NDJSON, and of the body.
 */
void body_digest(const void *body, size_t body_len, bool is_batch,
    uint8_t digest[BODY_DIGEST_BYTES]);

#endif
