/* authorize.h - whose request it is, and whether the key may make it. */
#ifndef API_AUTHORIZE_H
#define API_AUTHORIZE_H

#include "base/error.h"

struct exchange;

/*
 * Finds the request's API key and leaves its digest, its id and its
 * organization's number in the exchange, whose read it begins.  ERR_NO_KEY,
 * ERR_BAD_KEY, ERR_LOCKED, ERR_UNPAID, ERR_SCOPE, in this order; ERR_STORE,
 * ERR_CORRUPT.
 */
enum error authorize(struct exchange *exchange);

/*
 * Looks at key and organization anew in the read that was begun, for answers
 * that go on for long: a key that was revoked meanwhile is ERR_BAD_KEY, and
 * so on.
 */
enum error authorize_again(struct exchange *exchange);

#endif
