/* purging.c - entries of revoked keys and removed organizations, which leave
 * the bucket at last. */
#include "cluster/purging.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/bucket.h"

#define PURGED_KEY "purged"

enum { ATTEMPTS_MAX = 3, NUMBER_SIZE = 24 };

struct round {
	struct store *store;
	struct bucket *bucket;
	const struct cluster_secrets *secrets;
	int64_t log_ms;
	size_t count;
	struct {
		char key[REGISTRY_KEY_SIZE];
		uint64_t revision;
	} all[PURGING_PURGED_MAX];
};

static bucket_walk_visit look;
static bool is_orphan(const struct round *round,
    const struct registry_entry *entry);
static enum error raise_purged(struct bucket *bucket, uint64_t revision);
static enum error read_purged(struct bucket *bucket, int64_t *purged_out,
    struct bucket_place *place_out);

bool
purging_is_due(const struct registry_entry *entry, int64_t written_ms,
    int64_t log_ms)
{
	return entry->change == REGISTRY_REMOVED &&
	    log_ms - written_ms > PURGING_AGE_HOURS * HOUR_MS;
}

void
purging_work(struct purging *purging, struct store *store,
    struct bucket *bucket, const struct cluster_secrets *secrets,
    int64_t log_ms, int64_t now_ms)
{
	struct round round = {
		.store = store,
		.bucket = bucket,
		.secrets = secrets,
		.log_ms = log_ms,
	};
	bool is_at_end = false;
	uint64_t from = purging->from;
	char count[NUMBER_SIZE];
	enum error err;

	if (now_ms < purging->due_ms)
		return;
	purging->due_ms = now_ms + PURGING_ROUND_MS;
	err = bucket_walk(bucket, &from, PURGING_LOOKED_MAX, look, &round,
	    &is_at_end);
	/* Before any goes: who begins to follow is to know of all. */
	if (err == ERR_NONE && round.count > 0)
		err = raise_purged(bucket,
		    round.all[round.count - 1].revision);
	for (size_t i = 0; err == ERR_NONE && i < round.count; i++)
		err = bucket_purge(bucket, round.all[i].key,
		    round.all[i].revision);
	if (err != ERR_NONE)
		return;
	purging->from = is_at_end ? 0 : from;
	if (is_at_end)
		purging->due_ms = now_ms + PURGING_REST_MS;
	if (round.count == 0)
		return;
	snprintf(count, sizeof(count), "%zu", round.count);
	log_fact(LEVEL_NOTICE, "entries of what was removed long ago left the "
	    "bucket", "entries", count, NULL);
}

enum error
purging_read(struct bucket *bucket, uint64_t *revision)
{
	struct bucket_place place;
	int64_t purged;
	enum error err = read_purged(bucket, &purged, &place);

	*revision = err == ERR_NONE ? (uint64_t)purged : 0;
	return err;
}

/* False: the round has enough. */
static bool
look(const char *key, const char *value, size_t value_len,
    const struct bucket_place *place, void *arg)
{
	struct round *round = arg;
	struct registry_entry entry;

	if ((strncmp(key, "key.", 4) != 0 && strncmp(key, "org.", 4) != 0) ||
	    registry_entry_read(round->secrets, key, value, value_len,
	    &entry) != ERR_NONE ||
	    (!purging_is_due(&entry, place->timestamp_ms, round->log_ms) &&
	    !is_orphan(round, &entry)))
		return true;
	snprintf(round->all[round->count].key,
	    sizeof(round->all[round->count].key), "%s", key);
	round->all[round->count++].revision = place->revision;
	return round->count < PURGING_PURGED_MAX;
}

static bool
is_orphan(const struct round *round, const struct registry_entry *entry)
{
	struct organization organization;
	struct store_txn *txn = NULL;
	struct bucket_place place;
	struct buffer value;
	char key[REGISTRY_KEY_SIZE];
	enum error err;

	if (entry->kind != REGISTRY_API_KEY)
		return false;
	err = store_read_begin(round->store, &txn);
	if (err == ERR_NONE)
		err = store_organization_get(txn, entry->organization.number,
		    &organization);
	store_read_end(txn);
	if (err != ERR_NOT_FOUND)
		return false;
	registry_entry_key(REGISTRY_ORGANIZATION, entry->organization.id,
	    key);
	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	err = bucket_get(round->bucket, key, &value, &place);
	buffer_clear(&value);
	return err == ERR_NOT_FOUND;
}

static enum error
raise_purged(struct bucket *bucket, uint64_t revision)
{
	enum error err = ERR_EXISTS;

	for (int i = 0; i < ATTEMPTS_MAX && err == ERR_EXISTS; i++) {
		char text[NUMBER_SIZE];
		struct bucket_place place;
		int64_t purged;

		err = read_purged(bucket, &purged, &place);
		if (err != ERR_NONE || (uint64_t)purged >= revision)
			return err;
		err = bucket_put(bucket, PURGED_KEY, text, (size_t)snprintf(
		    text, sizeof(text), "%" PRIu64, revision),
		    place.revision, &place.revision);
	}
	return err;
}

static enum error
read_purged(struct bucket *bucket, int64_t *purged,
    struct bucket_place *place)
{
	struct buffer value;
	enum error err;

	*purged = 0;
	buffer_init(&value, NUMBER_SIZE);
	err = bucket_get(bucket, PURGED_KEY, &value, place);
	if (err == ERR_NONE && text_parse_int64(value.bytes, value.len,
	    purged) != ERR_NONE)
		*purged = 0;
	buffer_clear(&value);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}
