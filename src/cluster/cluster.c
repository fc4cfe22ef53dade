/* cluster.c - this process's part in a cluster of machines. */
#include "cluster/cluster.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/settings.h"
#include "cluster/join.h"
#include "cluster/outbox.h"
#include "cluster/parts.h"
#include "model/api_key.h"
#include "store/log_digests.h"
#include "store/pepper_file.h"
#include "store/store.h"
#include "stream/bucket.h"
#include "stream/link.h"
#include "stream/publisher.h"

static enum error read_secrets(struct cluster *cluster,
    const struct settings *settings, struct detail *detail);
static enum error read_digest(struct cluster *cluster,
    struct detail *detail);
static enum error open_parts(struct cluster *cluster,
    const struct settings *settings, struct detail *detail);

bool
cluster_is_set(const struct settings *settings)
{
	return settings_text(settings, SETTING_NATS_URL)[0] != '\0';
}

enum error
cluster_open(const struct settings *settings, struct store *store,
    struct link *link, struct cluster **cluster_out, struct detail *detail)
{
	struct cluster *cluster = calloc(1, sizeof(*cluster));
	enum error err;

	*cluster_out = NULL;
	if (cluster == NULL) {
		link_close(link);
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	}
	cluster->link = link;
	cluster->store = store;
	cluster->store_path = settings_text(settings, SETTING_STORE);
	cluster->lock_fd = -1;
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
	if (err == ERR_NONE)
		err = read_digest(cluster, detail);
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
	if (cluster->lock_fd >= 0)
		close(cluster->lock_fd);
	explicit_bzero(&cluster->secrets, sizeof(cluster->secrets));
	free(cluster);
}

enum error
cluster_check(const struct cluster *cluster, struct detail *detail)
{
	const struct membership *membership = &cluster->membership;
	const struct layout *layout = &cluster->layout;

	if (membership->alarm == MEMBERSHIP_WELL &&
	    membership->stream_created_ns == layout->stream_created_ns &&
	    membership->bucket_created_ns == layout->bucket_created_ns)
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING, "%s: this machine cannot "
	    "follow the log: restore it from another machine's backup",
	    cluster->store_path);
}

int
cluster_fd(const struct cluster *cluster)
{
	return cluster->wake_fd;
}

void
cluster_look(const struct cluster *cluster, struct cluster_place *place)
{
	*place = (struct cluster_place){
		.membership = cluster->membership,
		.digest = cluster->digest,
		.failovers = link_failovers(cluster->link),
		.is_up = link_is_up(cluster->link),
		.is_lagging = cluster->is_lagging,
	};
	if (cluster->log == NULL)
		return;
	follower_look(cluster->log, &place->log);
	follower_look(cluster->revisions, &place->bucket);
}

uint64_t
cluster_position(const struct cluster *cluster)
{
	return cluster->membership.position;
}

uint64_t
cluster_decided(const struct cluster *cluster)
{
	return follower_decided(cluster->log);
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
read_digest(struct cluster *cluster, struct detail *detail)
{
	struct store_txn *txn = NULL;
	enum error err = store_read_begin(cluster->store, &txn);

	if (err == ERR_NONE)
		err = store_log_digest_get(txn, &cluster->digest);
	store_read_end(txn);
	return err == ERR_NONE ? err :
	    detail_set(detail, err, "the store cannot be read");
}

static enum error
open_parts(struct cluster *cluster, const struct settings *settings,
    struct detail *detail)
{
	enum error err = cluster->link != NULL ? ERR_NONE :
	    link_open(settings, &cluster->link, detail);

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
