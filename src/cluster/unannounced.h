/* unannounced.h - changes whose event the log does not have.
 *
 * A change is in the bucket before its event is in the log.  When the log takes
 * nothing for longer than an event is tried (it is full), or all are killed who
 * tried, the event is missing until somebody looks for it.
 */
#ifndef CLUSTER_UNANNOUNCED_H
#define CLUSTER_UNANNOUNCED_H

#include <stdint.h>

struct cluster;

enum {
	/* Between two looks for them. */
	UNANNOUNCED_AGAIN_MS = 10 * 1000
};

/* There may be some from now on. */
void unannounced_expect(struct cluster *cluster);

/* If there may be some, and this store is up with log and bucket, looks for
 * them and publishes their events. */
void unannounced_work(struct cluster *cluster, int64_t now_ms);

#endif
