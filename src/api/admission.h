/* admission.h - who may ask now: lock-outs of addresses, rates of keys.
 *
 * Counters that cannot be opened stop nobody: without them no address is
 * locked out and no key has a rate.
 */
#ifndef API_ADMISSION_H
#define API_ADMISSION_H

#include "base/error.h"

struct exchange;

/*
 * ERR_LOCKED_OUT, with retry_after_s, when too many bad keys came from the
 * request's address.  What is no address is never locked out.
 */
enum error admission_check_address(struct exchange *exchange);

/* Counts a bad key for the request's address. */
void admission_count_bad_key(struct exchange *exchange);

/* Takes one request out of what the key's rate allows, and tells that the
 * key was used.  What is left is in the exchange, for every answer's head. */
void admission_take(struct exchange *exchange);

/* ERR_RATE, with retry_after_s, when admission_take found nothing left. */
enum error admission_check_rate(struct exchange *exchange);

#endif
