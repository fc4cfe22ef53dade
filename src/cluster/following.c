/* following.c - what comes of log and bucket, put into the store. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cluster/announcing.h"
#include "cluster/parts.h"
#include "cluster/unannounced.h"
#include "record/recorder_lock.h"
#include "store/store.h"

enum {
	/* After something that was not our fault failed. */
	PAUSE_MS = 200
};

static enum error apply_entries(struct cluster *cluster,
    struct cluster_work *work);
static entries_visit announce;
static enum error apply_messages(struct cluster *cluster,
    applier_visit *visit, void *arg, struct cluster_work *work);
static void judge_gap(struct cluster *cluster);
static enum error fetch(struct cluster *cluster, const char *id);
static enum error weigh(struct cluster *cluster, enum error err);
static void drop(struct follower_message *messages, size_t *count,
    size_t done);

enum error
cluster_follow(struct cluster *cluster)
{
	enum error err = follower_new(cluster->link, STREAM_NAME,
	    &cluster->secrets, cluster->membership.position,
	    cluster->wake_fd, &cluster->log);

	if (err == ERR_NONE)
		err = follower_new(cluster->link, BUCKET_STREAM_NAME, NULL,
		    cluster->membership.revision, cluster->wake_fd,
		    &cluster->revisions);
	return err;
}

bool
cluster_follow_alone(struct cluster *cluster)
{
	if (cluster->log != NULL)
		return true;
	if (recorder_lock_take(cluster->store_path, &cluster->lock_fd,
	    NULL) != ERR_NONE)
		return false;
	return cluster_follow(cluster) == ERR_NONE;
}

enum error
cluster_work(struct cluster *cluster, applier_visit *visit, void *arg,
    struct cluster_work *work)
{
	int64_t now_ms = clock_steady_ms();
	uint64_t wakes;
	enum error err = ERR_NONE;

	*work = (struct cluster_work){ .commits = 0 };
	(void)!read(cluster->wake_fd, &wakes, sizeof(wakes));
	watch_identity(cluster);
	if (cluster->membership.alarm == MEMBERSHIP_WELL &&
	    now_ms >= cluster->pause_until_ms) {
		err = apply_entries(cluster, work);
		if (err == ERR_NONE)
			err = apply_messages(cluster, visit, arg, work);
	}
	watch_lag(cluster, clock_steady_ms());
	return err;
}

/* Keys first: who was revoked is so before anything else. */
static enum error
apply_entries(struct cluster *cluster, struct cluster_work *work)
{
	size_t done = 0;
	enum error err;

	if (cluster->entry_count == 0)
		cluster->entry_count = follower_take(cluster->revisions,
		    cluster->entry_messages, ENTRIES_PER_COMMIT_MAX,
		    APPLIER_BYTES_MAX);
	if (cluster->entry_count == 0)
		return ERR_NONE;
	err = entries_apply(cluster->entries, cluster->entry_messages,
	    cluster->entry_count, announce, cluster, &done,
	    &cluster->membership.revision);
	if (err == ERR_NONE) {
		drop(cluster->entry_messages, &cluster->entry_count, done);
		work->commits++;
		work->is_more = true;
	}
	return weigh(cluster, err);
}

/* Whoever sees it publishes its event; the first one is recorded. */
static void
announce(const struct registry_entry *entry, uint64_t revision,
    int64_t timestamp_ms, void *arg)
{
	struct cluster *cluster = arg;

	if (announcing_add(cluster->outbox, entry, revision, timestamp_ms,
	    NULL) != ERR_NONE)
		unannounced_expect(cluster);
}

static enum error
apply_messages(struct cluster *cluster, applier_visit *visit, void *arg,
    struct cluster_work *work)
{
	struct applier_result result;
	enum error err;

	if (cluster->message_count == 0)
		cluster->message_count = follower_take(cluster->log,
		    cluster->messages, APPLIER_MESSAGES_MAX,
		    APPLIER_BYTES_MAX);
	if (cluster->message_count == 0)
		return ERR_NONE;
	err = applier_apply(cluster->applier, cluster->messages,
	    cluster->message_count, cluster->absent, cluster->may_be_gap,
	    visit, arg, &result);
	if (err == ERR_EXISTS) {
		judge_gap(cluster);
		return ERR_NONE;
	}
	if (err == ERR_NOT_FOUND)
		return weigh(cluster, fetch(cluster,
		    result.organization_id));
	if (err != ERR_NONE)
		return weigh(cluster, err);
	cluster->is_full = false;
	cluster->membership = result.membership;
	cluster->digest = result.digest;
	cluster->applied_ms = clock_steady_ms();
	cluster->absent[0] = '\0';
	cluster->gap_since_ms = 0;
	cluster->may_be_gap = false;
	drop(cluster->messages, &cluster->message_count, result.messages);
	work->events += result.events;
	work->pruned += result.pruned;
	work->commits++;
	work->is_more = true;
	return ERR_NONE;
}

/*
 * A look at the log after the gap was seen tells whether its beginning has
 * gone, which a backup mends; what was deleted in its middle, nothing does.
 */
static void
judge_gap(struct cluster *cluster)
{
	struct follower_view view;

	follower_look(cluster->log, &view);
	if (cluster->gap_since_ms == 0)
		cluster->gap_since_ms = clock_steady_ms();
	else if (view.looked_ms > cluster->gap_since_ms + FOLLOWER_LOOK_MS &&
	    view.first <= cluster->membership.position + 1)
		cluster->may_be_gap = true;
	cluster->pause_until_ms = clock_steady_ms() + PAUSE_MS;
}

/* The bucket may be ahead of what was followed of it. */
static enum error
fetch(struct cluster *cluster, const char *id)
{
	enum error err = entries_fetch_organization(cluster->entries, id);

	if (err != ERR_NOT_FOUND)
		return err;
	memcpy(cluster->absent, id, sizeof(cluster->absent));
	return ERR_NONE;
}

/* What time may mend is no error; the rest ends the recorder. */
static enum error
weigh(struct cluster *cluster, enum error err)
{
	if (err == ERR_NONE)
		return err;
	cluster->pause_until_ms = clock_steady_ms() + PAUSE_MS;
	if (err == ERR_FULL) {
		if (!cluster->is_full)
			log_fact(LEVEL_ERROR, "the store is full: this "
			    "machine falls behind the others", NULL);
		cluster->is_full = true;
	}
	return err == ERR_FULL || err == ERR_AWAY || err == ERR_NO_MEMORY ?
	    ERR_NONE : err;
}

static void
drop(struct follower_message *messages, size_t *count, size_t done)
{
	follower_drop(messages, done);
	*count -= done;
	memmove(messages, messages + done, *count * sizeof(messages[0]));
}
