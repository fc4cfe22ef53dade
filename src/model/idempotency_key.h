/* idempotency_key.h - the name that a client gives a request, so that a
 * repeat of it records nothing. */
#ifndef MODEL_IDEMPOTENCY_KEY_H
#define MODEL_IDEMPOTENCY_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/limits.h"

/* How long it counts. */
enum { IDEMPOTENCY_MS = DAY_MS };

/* Whether it is 1 to IDEMPOTENCY_KEY_LEN_MAX visible ASCII characters, none
 * of them a space. */
bool idempotency_key_is_valid(const char *text, size_t text_len);

/*
 * Among several machines the event of a change has a key too, made of the
 * change's revision, since more than one of them may send it.  It has a space:
 * no client can give it.
 */
void idempotency_key_of_change(uint64_t revision,
    char key[IDEMPOTENCY_KEY_LEN_MAX + 1]);

/* Whether it is a client's or a change's. */
bool idempotency_key_is_kept(const char *text, size_t text_len);

#endif
