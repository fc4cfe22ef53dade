/* parts.h - what a process's part in a cluster is made of, for this folder. */
#ifndef CLUSTER_PARTS_H
#define CLUSTER_PARTS_H

#include "cluster/cluster.h"
#include "cluster/entries.h"
#include "model/cluster_secrets.h"
#include "stream/layout.h"

struct cluster {
	struct store *store;
	const char *store_path;
	int64_t retention_ms;
	int lock_fd;		/* the recorder's, of a command; or -1 */
	int wake_fd;
	struct cluster_secrets secrets;
	struct link *link;
	struct layout layout;
	struct bucket *bucket;
	struct publisher *publisher;
	struct outbox *outbox;
	struct applier *applier;
	struct entries *entries;
	struct follower *log;
	struct follower *revisions;	/* of the bucket */
	struct membership membership;	/* as was committed last */
	struct log_digest digest;	/* so, too */
	/* What was taken and is not applied yet. */
	size_t message_count;
	struct follower_message messages[APPLIER_MESSAGES_MAX];
	size_t entry_count;
	struct follower_message entry_messages[ENTRIES_PER_COMMIT_MAX];
	char absent[EVENT_ID_LEN + 1];
	/* Messages are missing: since when, and whether that is so for good. */
	int64_t gap_since_ms;
	bool may_be_gap;
	int64_t pause_until_ms;
	int64_t applied_ms;
	bool is_full;
	/* Since when the store is behind what the log was seen to have. */
	int64_t behind_since_ms;
	/* Since which look at it the log ends before the store does. */
	int64_t short_since_ms;
	bool is_lagging;
	/* Of changes that others made, or that could not be published; and when
	 * to look for them. */
	bool may_lack_events;
	int64_t lack_look_ms;
	bool is_alarmed;		/* and that was logged */
};

/* watching.c: whether this machine is up with the log, and the log is still
 * the one that its store followed. */
void watch_lag(struct cluster *cluster, int64_t now_ms);
void watch_identity(struct cluster *cluster);

#endif
