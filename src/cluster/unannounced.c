/* unannounced.c - changes whose event the log does not have. */
#include "cluster/unannounced.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cluster/announcing.h"
#include "cluster/parts.h"
#include "model/idempotency_key.h"
#include "model/registry_entry.h"
#include "store/idempotency.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/bucket.h"
#include "stream/link.h"

struct looking {
	struct cluster *cluster;
	enum error err;
	struct cursor places[RECORD_EVENTS_MAX];
};

static bool is_up(struct cluster *cluster);
static enum error look(struct cluster *cluster);
static bucket_entry_visit look_at;
static bool is_wanted(struct looking *looking,
    const struct registry_entry *entry, uint64_t revision);
static bool is_last(struct looking *looking, const char *key,
    uint64_t revision);

void
unannounced_expect(struct cluster *cluster)
{
	cluster->may_lack_events = true;
}

void
unannounced_work(struct cluster *cluster, int64_t now_ms)
{
	if (!cluster->may_lack_events || now_ms < cluster->lack_look_ms ||
	    !is_up(cluster))
		return;
	cluster->may_lack_events = look(cluster) != ERR_NONE;
	cluster->lack_look_ms = now_ms + UNANNOUNCED_AGAIN_MS;
}

/* What is behind is announced, or is seen to be so, when it is followed. */
static bool
is_up(struct cluster *cluster)
{
	struct follower_view log;
	struct follower_view bucket;

	follower_look(cluster->log, &log);
	follower_look(cluster->revisions, &bucket);
	return cluster->membership.alarm == MEMBERSHIP_WELL &&
	    link_is_up(cluster->link) && log.looked_ms != 0 &&
	    bucket.looked_ms != 0 &&
	    cluster->membership.position >= log.last &&
	    cluster->membership.revision >= bucket.last;
}

static enum error
look(struct cluster *cluster)
{
	struct looking *looking = calloc(1, sizeof(*looking));
	enum error err;

	if (looking == NULL)
		return ERR_NO_MEMORY;
	looking->cluster = cluster;
	err = bucket_scan_since(cluster->bucket,
	    clock_now_ms() - ANNOUNCING_AGE_MS, look_at, looking);
	if (err == ERR_NONE)
		err = looking->err;
	free(looking);
	return err;
}

static void
look_at(const char *key, const char *value, size_t value_len,
    const struct bucket_place *place, void *arg)
{
	struct looking *looking = arg;
	struct cluster *cluster = looking->cluster;
	struct registry_entry entry;
	enum error err;

	if (registry_entry_read(&cluster->secrets, key, value, value_len,
	    &entry) != ERR_NONE || !announcing_has_event(&entry) ||
	    !is_wanted(looking, &entry, place->revision) ||
	    !is_last(looking, key, place->revision))
		return;
	err = announcing_add(cluster->outbox, &entry, place->revision,
	    place->timestamp_ms, NULL);
	if (err != ERR_NONE)
		looking->err = err;
}

/* The store has the organization, and no event of this revision. */
static bool
is_wanted(struct looking *looking, const struct registry_entry *entry,
    uint64_t revision)
{
	char key[IDEMPOTENCY_KEY_LEN_MAX + 1];
	uint32_t number = entry->organization.number;
	struct organization organization;
	struct idempotency_record record;
	struct store_txn *txn = NULL;
	enum error err = store_read_begin(looking->cluster->store, &txn);
	bool is_lacking = false;

	if (err == ERR_NONE)
		err = store_organization_get(txn, number, &organization);
	if (err == ERR_NONE &&
	    organization.status != ORGANIZATION_REMOVING) {
		idempotency_key_of_change(revision, key);
		is_lacking = store_idempotency_find(txn, number, key,
		    clock_now_ms(), &record, looking->places) ==
		    ERR_NOT_FOUND;
	}
	store_read_end(txn);
	return is_lacking;
}

/* The scan has read one replica, which may have what no other has. */
static bool
is_last(struct looking *looking, const char *key, uint64_t revision)
{
	struct bucket_place place;
	struct buffer value;
	enum error err;

	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	err = bucket_get(looking->cluster->bucket, key, &value, &place);
	buffer_clear(&value);
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		looking->err = err;
	return err == ERR_NONE && place.revision == revision;
}
