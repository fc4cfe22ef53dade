/* idempotency_key.c - the name that a client gives a request, so that a
 * repeat of it records nothing. */
#include "model/idempotency_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CHANGE_PREFIX "change "

enum { CHANGE_PREFIX_LEN = sizeof(CHANGE_PREFIX) - 1 };

bool
idempotency_key_is_valid(const char *text, size_t text_len)
{
	if (text_len == 0 || text_len > IDEMPOTENCY_KEY_LEN_MAX)
		return false;
	for (size_t i = 0; i < text_len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return true;
}

void
idempotency_key_of_change(uint64_t revision,
    char key[IDEMPOTENCY_KEY_LEN_MAX + 1])
{
	snprintf(key, IDEMPOTENCY_KEY_LEN_MAX + 1, CHANGE_PREFIX "%" PRIu64,
	    revision);
}

bool
idempotency_key_is_kept(const char *text, size_t text_len)
{
	if (text_len > CHANGE_PREFIX_LEN &&
	    memcmp(text, CHANGE_PREFIX, CHANGE_PREFIX_LEN) == 0) {
		text += CHANGE_PREFIX_LEN;
		text_len -= CHANGE_PREFIX_LEN;
	}
	return idempotency_key_is_valid(text, text_len);
}
