/* lockouts.h - addresses that sent too many bad keys. */
#ifndef SHARED_LOCKOUTS_H
#define SHARED_LOCKOUTS_H

#include <stdint.h>

#include "base/error.h"

struct address;
struct shared;

/* APITRAIL_LOCKOUT: so many failures within a window lock an address out
 * until that window, which began with the first of them, is over. */
struct lockout_rule {
	uint32_t failures_max;	/* up to LOCKOUT_FAILURES_MAX; 0 is off */
	int64_t window_ms;	/* up to LOCKOUT_WINDOW_MS_MAX */
};

/* Reads "off" or the like of "10/60s", as the setting allows.  ERR_MEANING
 * otherwise, and the rule is off. */
enum error lockout_rule_parse(const char *text,
    struct lockout_rule *rule_out);

/*
 * The seconds after which the address may come again, 1 and more, or 0 when
 * it is not locked out.  IPv6 counts by its /64.  Who has no address
 * (address_parse) can neither be locked out nor counted: do not call.
 */
int64_t lockouts_retry_after(struct shared *shared,
    const struct lockout_rule *rule, const struct address *address,
    int64_t now_ms);

/*
 * Counts a bad key.  Places are bounded, 65,536 addresses: when all eight
 * where this one may lie are in use, the one with the fewest failures is
 * forgotten.  Which addresses these are depends on a random seed, so that
 * nobody can choose whose failures to wipe, and a count is never another
 * address's.
 */
void lockouts_count(struct shared *shared, const struct lockout_rule *rule,
    const struct address *address, int64_t now_ms);

#endif
