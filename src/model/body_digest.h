/* body_digest.h - whether two requests had the same body. */
#ifndef MODEL_BODY_DIGEST_H
#define MODEL_BODY_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "model/limits.h"

/* BLAKE2b of the bytes, without a key. */
void body_digest(const void *body, size_t body_len,
    uint8_t digest[BODY_DIGEST_BYTES]);

#endif
