/* announcing.h - the event of a change to a key or an organization.
 *
 * Bucket and log are two: whoever makes a change, and whoever follows it,
 * publishes its event under an idempotency key made of the change's revision.
 * So each change has one event, whoever is killed meanwhile.  What neither
 * could publish is looked for later: see unannounced.h.
 */
#ifndef CLUSTER_ANNOUNCING_H
#define CLUSTER_ANNOUNCING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/idempotency_key.h"

struct outbox;
struct registry_entry;

enum {
	/* By then its idempotency key is still good on all machines, with
	 * clocks that are off. */
	ANNOUNCING_AGE_MS = IDEMPOTENCY_MS - 4 * HOUR_MS
};

/* Whether this change has an event: new and removed organizations have none,
 * as nobody could read it. */
bool announcing_has_event(const struct registry_entry *entry);

/*
 * Adds it to the outbox, whose owner is told.  Nothing happens for a change
 * without an event, or so old that its key may not be good any more.
 * ERR_OVERLOAD, ERR_NO_MEMORY.
 */
enum error announcing_add(struct outbox *outbox,
    const struct registry_entry *entry, uint64_t revision,
    int64_t timestamp_ms, void *owner);

#endif
