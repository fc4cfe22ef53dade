/* authorize.h - whose request it is, and whether the key may make it. */
#ifndef API_AUTHORIZE_H
#define API_AUTHORIZE_H

#include <stdbool.h>

#include "base/error.h"

struct exchange;

/*
 * Finds the request's API key and leaves in the exchange, whose read it
 * begins, what it says of key and organization.  ERR_LOCKED_OUT, ERR_NO_KEY,
 * ERR_BAD_KEY, ERR_LOCKED, ERR_UNPAID, ERR_SCOPE, ERR_RATE, in this order;
 * ERR_STORE, ERR_CORRUPT.  A bad key counts for its address, and a request
 * with a good one for the key, whatever its answer will be.
 */
enum error authorize(struct exchange *exchange);

/*
 * Looks at key and organization anew in the read that was begun, for answers
 * that go on for long: a key that was revoked meanwhile is ERR_BAD_KEY, and
 * so on.  Counts nothing.
 */
enum error authorize_again(struct exchange *exchange);

/* Whether this machine's store lacks what other machines have, and would show
 * wrong pages; costs one load. */
bool authorize_is_lost(const struct exchange *exchange);

#endif
