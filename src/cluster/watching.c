/* watching.c - whether this machine can follow the log, and does. */
#include "base/clock.h"
#include "base/log.h"
#include "cluster/parts.h"
#include "store/store.h"

enum {
	/* The log ends before this store does: several looks at it. */
	SHORT_MS = 4 * FOLLOWER_LOOK_MS
};

static bool has_lost(struct cluster *cluster,
    const struct follower_view *log);
static void alarm_with(struct cluster *cluster, enum membership_alarm alarm,
    const char *fact);

void
watch_lag(struct cluster *cluster, int64_t now_ms)
{
	struct follower_view view;
	bool is_behind;
	bool is_unseen;

	follower_look(cluster->log, &view);
	is_unseen = view.looked_ms != 0 &&
	    now_ms - view.looked_ms > CLUSTER_LAG_MS;
	is_behind = is_unseen || view.looked_ms == 0 ||
	    view.last > cluster->membership.position;
	if (!is_behind)
		cluster->behind_since_ms = 0;
	else if (cluster->behind_since_ms == 0)
		cluster->behind_since_ms = now_ms;
	/* Who was not seen has been behind for long enough. */
	if (is_behind == cluster->is_lagging || (is_behind && !is_unseen &&
	    now_ms - cluster->behind_since_ms <= CLUSTER_LAG_MS / 2))
		return;
	cluster->is_lagging = is_behind;
	if (is_behind)
		log_fact(LEVEL_ERROR, "this machine lags behind the log",
		    NULL);
	else
		log_fact(LEVEL_NOTICE, "this machine is up with the log",
		    NULL);
}

void
watch_identity(struct cluster *cluster)
{
	struct follower_view log;
	struct follower_view bucket;
	const struct membership *membership = &cluster->membership;

	follower_look(cluster->log, &log);
	follower_look(cluster->revisions, &bucket);
	if (membership->alarm != MEMBERSHIP_WELL || log.looked_ms == 0)
		return;
	if (log.created_ns != membership->stream_created_ns ||
	    (bucket.looked_ms != 0 &&
	    bucket.created_ns != membership->bucket_created_ns) ||
	    has_lost(cluster, &log))
		alarm_with(cluster, MEMBERSHIP_RECREATED, "the log or the "
		    "bucket was made anew: what this store followed is gone");
	else if (membership->position != 0 &&
	    log.first > membership->position + 1 &&
	    log.looked_ms > cluster->applied_ms)
		alarm_with(cluster, MEMBERSHIP_EXPIRED, "this machine was "
		    "away for longer than the log reaches back: restore it "
		    "from another machine's backup");
}

/*
 * Servers acknowledge before they have it on disk: those that all lost their
 * power may have less than we.  So may, for a moment, say one that has just
 * taken the lead and still reads what the others have: the alarm is for good,
 * so that looks have to agree on it for a while.
 */
static bool
has_lost(struct cluster *cluster, const struct follower_view *log)
{
	if (log->last >= cluster->membership.position ||
	    log->looked_ms <= cluster->applied_ms)
		cluster->short_since_ms = 0;
	else if (cluster->short_since_ms == 0)
		cluster->short_since_ms = log->looked_ms;
	return cluster->short_since_ms != 0 &&
	    log->looked_ms >= cluster->short_since_ms + SHORT_MS;
}

/* In the store, so that it outlives this process. */
static void
alarm_with(struct cluster *cluster, enum membership_alarm alarm,
    const char *fact)
{
	struct membership membership;
	struct store_txn *txn = NULL;
	enum error err = store_write_begin(cluster->store, false, &txn);

	if (err == ERR_NONE)
		err = store_membership_get(txn, &membership);
	if (err == ERR_NONE) {
		membership.alarm = alarm;
		err = store_membership_put(txn, &membership);
	}
	/* One that is not written is tried again by the next recorder. */
	if (err == ERR_NONE)
		(void)store_write_commit(txn);
	else if (txn != NULL)
		store_write_abort(txn);
	cluster->membership.alarm = alarm;
	if (!cluster->is_alarmed)
		log_fact(LEVEL_ERROR, "this machine cannot follow the log",
		    "cause", fact, NULL);
	cluster->is_alarmed = true;
}
