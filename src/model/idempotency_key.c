/* idempotency_key.c - the name that a client gives a request, so that a
 * repeat of it records nothing. */
#include "model/idempotency_key.h"

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
