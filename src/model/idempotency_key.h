/* idempotency_key.h - the name that a client gives a request, so that a
 * repeat of it records nothing. */
#ifndef MODEL_IDEMPOTENCY_KEY_H
#define MODEL_IDEMPOTENCY_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "model/limits.h"

/* How long it counts. */
enum { IDEMPOTENCY_MS = DAY_MS };

/* Whether it is 1 to IDEMPOTENCY_KEY_LEN_MAX visible ASCII characters, none
 * of them a space. */
bool idempotency_key_is_valid(const char *text, size_t text_len);

#endif
