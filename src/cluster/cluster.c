/* cluster.c - this process's part in a cluster of machines. */
#include "cluster/cluster.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "cluster/announcing.h"
#include "cluster/entries.h"
#include "cluster/join.h"
#include "cluster/outbox.h"
#include "model/api_key.h"
#include "store/pepper_file.h"
#include "store/store.h"
#include "stream/bucket.h"
#include "stream/layout.h"
#include "stream/link.h"
#include "stream/publisher.h"

enum {
	/* After something that was not our fault failed. */
	PAUSE_MS = 200
};

struct cluster {
	struct store *store;
	int64_t retention_ms;
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
	bool is_lagging;
	bool is_alarmed;		/* and that was logged */
};

static enum error read_secrets(struct cluster *cluster,
    const struct settings *settings, struct detail *detail);
static enum error open_parts(struct cluster *cluster,
    const struct settings *settings, struct detail *detail);
static enum error apply_entries(struct cluster *cluster,
    struct cluster_work *work);
static entries_visit announce;
static enum error apply_messages(struct cluster *cluster,
    applier_visit *visit, void *arg, struct cluster_work *work);
static void judge_gap(struct cluster *cluster);
static enum error fetch(struct cluster *cluster, const char *id);
static enum error weigh(struct cluster *cluster, enum error err,
    struct cluster_work *work);
static void drop_messages(struct cluster *cluster, size_t count);
static void watch_lag(struct cluster *cluster, int64_t now_ms);
static void watch_identity(struct cluster *cluster);
static bool has_lost(const struct cluster *cluster,
    const struct follower_view *log);
static void alarm_with(struct cluster *cluster, enum membership_alarm alarm,
    const char *fact);

bool
cluster_is_set(const struct settings *settings)
{
	return settings_text(settings, SETTING_NATS_URL)[0] != '\0';
}

enum error
cluster_open(const struct settings *settings, struct store *store,
    struct cluster **cluster_out, struct detail *detail)
{
	struct cluster *cluster = calloc(1, sizeof(*cluster));
	enum error err;

	*cluster_out = NULL;
	if (cluster == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	cluster->store = store;
	cluster->retention_ms = settings_number(settings, SETTING_RETENTION);
	cluster->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	err = cluster->wake_fd >= 0 ? ERR_NONE :
	    detail_set(detail, ERR_IO, "no eventfd can be had");
	if (err == ERR_NONE)
		err = read_secrets(cluster, settings, detail);
	if (err == ERR_NONE)
		err = open_parts(cluster, settings, detail);
	if (err == ERR_NONE)
		err = join(store, cluster->bucket, &cluster->layout,
		    &cluster->secrets, &cluster->membership, detail);
	if (err != ERR_NONE) {
		cluster_close(cluster);
		return err;
	}
	*cluster_out = cluster;
	return ERR_NONE;
}

void
cluster_close(struct cluster *cluster)
{
	if (cluster == NULL)
		return;
	follower_free(cluster->log);
	follower_free(cluster->revisions);
	follower_drop(cluster->messages, cluster->message_count);
	follower_drop(cluster->entry_messages, cluster->entry_count);
	entries_free(cluster->entries);
	applier_free(cluster->applier);
	outbox_free(cluster->outbox);
	publisher_free(cluster->publisher);
	bucket_close(cluster->bucket);
	link_close(cluster->link);
	if (cluster->wake_fd >= 0)
		close(cluster->wake_fd);
	explicit_bzero(&cluster->secrets, sizeof(cluster->secrets));
	free(cluster);
}

enum error
cluster_follow(struct cluster *cluster)
{
	enum error err = follower_new(cluster->link, STREAM_NAME,
	    STREAM_SUBJECTS, cluster->membership.position, cluster->wake_fd,
	    &cluster->log);

	if (err == ERR_NONE)
		err = follower_new(cluster->link, BUCKET_STREAM_NAME,
		    BUCKET_SUBJECTS, cluster->membership.revision,
		    cluster->wake_fd, &cluster->revisions);
	return err;
}

int
cluster_fd(const struct cluster *cluster)
{
	return cluster->wake_fd;
}

enum error
cluster_work(struct cluster *cluster, applier_visit *visit, void *arg,
    struct cluster_work *work)
{
	int64_t now_ms = clock_steady_ms();
	uint64_t wakes;
	enum error err = ERR_NONE;

	*work = (struct cluster_work){ .is_full = cluster->is_full };
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

void
cluster_look(const struct cluster *cluster, struct cluster_place *place)
{
	*place = (struct cluster_place){
		.membership = cluster->membership,
		.failovers = link_failovers(cluster->link),
		.is_up = link_is_up(cluster->link),
		.is_lagging = cluster->is_lagging,
	};
	if (cluster->log == NULL)
		return;
	follower_look(cluster->log, &place->log);
	follower_look(cluster->revisions, &place->bucket);
}

struct store *
cluster_store(const struct cluster *cluster)
{
	return cluster->store;
}

struct link *
cluster_link(const struct cluster *cluster)
{
	return cluster->link;
}

struct bucket *
cluster_bucket(const struct cluster *cluster)
{
	return cluster->bucket;
}

struct outbox *
cluster_outbox(const struct cluster *cluster)
{
	return cluster->outbox;
}

const struct cluster_secrets *
cluster_secrets(const struct cluster *cluster)
{
	return &cluster->secrets;
}

static enum error
read_secrets(struct cluster *cluster, const struct settings *settings,
    struct detail *detail)
{
	struct pepper pepper;
	enum error err = pepper_file_read(settings_text(settings,
	    SETTING_PEPPER), &pepper, detail);

	if (err == ERR_NONE)
		cluster_secrets_derive(&pepper, &cluster->secrets);
	explicit_bzero(&pepper, sizeof(pepper));
	return err;
}

static enum error
open_parts(struct cluster *cluster, const struct settings *settings,
    struct detail *detail)
{
	const struct link_options options = {
		.urls = settings_text(settings, SETTING_NATS_URL),
		.creds = settings_text(settings, SETTING_NATS_CREDS),
		.ca = settings_text(settings, SETTING_NATS_CA),
		.name = "apitrail",
	};
	enum error err = link_open(&options, &cluster->link, detail);

	if (err == ERR_NONE)
		err = layout_ensure(cluster->link, (int)settings_number(
		    settings, SETTING_NATS_REPLICAS), &cluster->layout,
		    detail);
	if (err == ERR_NONE)
		err = bucket_open(cluster->link, &cluster->bucket, detail);
	if (err != ERR_NONE)
		return err;
	err = publisher_new(cluster->link, cluster->wake_fd,
	    &cluster->publisher);
	if (err == ERR_NONE)
		err = outbox_new(cluster->publisher, &cluster->secrets,
		    &cluster->outbox);
	if (err == ERR_NONE)
		err = applier_new(cluster->store, &cluster->secrets,
		    cluster->retention_ms, &cluster->applier);
	if (err == ERR_NONE)
		err = entries_new(cluster->store, cluster->bucket,
		    &cluster->secrets, &cluster->entries);
	return err == ERR_NONE ? err :
	    detail_set(detail, err, "out of memory");
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
		follower_drop(cluster->entry_messages, cluster->entry_count);
		cluster->entry_count = 0;
		work->commits++;
		work->is_more = true;
	}
	return weigh(cluster, err, work);
}

/* Whoever sees it first publishes its event; the subject takes one. */
static void
announce(const struct registry_entry *entry, uint64_t revision,
    int64_t timestamp_ms, void *arg)
{
	struct cluster *cluster = arg;

	announcing_add(cluster->outbox, entry, revision, timestamp_ms, NULL);
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
		    result.organization_id), work);
	if (err != ERR_NONE)
		return weigh(cluster, err, work);
	cluster->is_full = false;
	work->is_full = false;
	cluster->membership = result.membership;
	cluster->applied_ms = clock_steady_ms();
	cluster->absent[0] = '\0';
	cluster->gap_since_ms = 0;
	cluster->may_be_gap = false;
	drop_messages(cluster, result.messages);
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
weigh(struct cluster *cluster, enum error err, struct cluster_work *work)
{
	if (err == ERR_NONE)
		return err;
	cluster->pause_until_ms = clock_steady_ms() + PAUSE_MS;
	if (err == ERR_FULL) {
		if (!cluster->is_full)
			log_fact(LEVEL_ERROR, "the store is full: this "
			    "machine falls behind the others", NULL);
		cluster->is_full = true;
		work->is_full = true;
	}
	return err == ERR_FULL || err == ERR_AWAY || err == ERR_NO_MEMORY ?
	    ERR_NONE : err;
}

static void
drop_messages(struct cluster *cluster, size_t count)
{
	follower_drop(cluster->messages, count);
	cluster->message_count -= count;
	memmove(cluster->messages, cluster->messages + count,
	    cluster->message_count * sizeof(cluster->messages[0]));
}

static void
watch_lag(struct cluster *cluster, int64_t now_ms)
{
	struct follower_view view;
	bool is_behind;

	follower_look(cluster->log, &view);
	is_behind = now_ms - view.looked_ms > CLUSTER_LAG_MS ||
	    view.last > cluster->membership.position;
	if (!is_behind)
		cluster->behind_since_ms = 0;
	else if (cluster->behind_since_ms == 0)
		cluster->behind_since_ms = now_ms;
	if (is_behind == cluster->is_lagging || (is_behind &&
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

static void
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

/* Servers acknowledge before they have it on disk: those that all lost their
 * power may have less than we. */
static bool
has_lost(const struct cluster *cluster, const struct follower_view *log)
{
	return log->last < cluster->membership.position &&
	    log->looked_ms > cluster->applied_ms + 2 * FOLLOWER_LOOK_MS;
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
	if (err == ERR_NONE)
		err = store_write_commit(txn);
	else if (txn != NULL)
		store_write_abort(txn);
	cluster->membership.alarm = alarm;
	if (!cluster->is_alarmed)
		log_fact(LEVEL_ERROR, "this machine cannot follow the log",
		    "cause", fact, NULL);
	cluster->is_alarmed = true;
}
