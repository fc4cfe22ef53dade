/* purging.h - entries of revoked keys and removed organizations, which leave
 * the bucket at last.
 *
 * They stay for whoever is away.  A machine that is away for longer than the
 * log reaches back has to be restored: from then on nobody needs them.  What
 * was purged up to is kept in the bucket, and a machine that has not followed
 * the bucket so far is told that it cannot.
 */
#ifndef CLUSTER_PURGING_H
#define CLUSTER_PURGING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/registry_entry.h"
#include "stream/layout.h"

struct bucket;
struct cluster_secrets;
struct store;

enum {
	/* By the log's time, with some to spare. */
	PURGING_AGE_HOURS = STREAM_AGE_HOURS + 2,
	PURGING_ROUND_MS = 10 * 1000,
	/* Between the end of the bucket and its beginning. */
	PURGING_REST_MS = 60 * 60 * 1000,
	/* Of one round: that are looked at, and that are purged. */
	PURGING_LOOKED_MAX = 1024,
	PURGING_PURGED_MAX = 64
};

struct purging {
	int64_t due_ms;		/* of clock_steady_ms */
	uint64_t from;		/* the next revision to be looked at */
};

/* Whether an entry of this age may go; both times are the servers'. */
bool purging_is_due(const struct registry_entry *entry, int64_t written_ms,
    int64_t log_ms);

/* A round, when it is due, which reads the store.  Keys of organizations that
 * store and bucket do not have go as well.  What fails is tried again. */
void purging_work(struct purging *purging, struct store *store,
    struct bucket *bucket, const struct cluster_secrets *secrets,
    int64_t log_ms, int64_t now_ms);

/* Up to which revision entries may be missing in the bucket; 0: none are.
 * ERR_AWAY. */
enum error purging_read(struct bucket *bucket, uint64_t *revision_out);

#endif
