/* entries.c - the bucket's organizations and keys, put into this store. */
#include "cluster/entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "model/registry_entry.h"
#include "record/changes.h"
#include "store/api_keys.h"
#include "store/membership.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/bucket.h"
#include "stream/follower.h"
#include "stream/layout.h"

enum { VALUE_KEY_OFFSET = sizeof(BUCKET_SUBJECT_PREFIX) - 1 };

struct entries {
	struct store *store;
	struct bucket *bucket;
	const struct cluster_secrets *secrets;
	/* Ids of organizations: that of a key, which is not here; and one that
	 * the bucket was asked for, and has no more. */
	char needed[EVENT_ID_LEN + 1];
	char absent[EVENT_ID_LEN + 1];
	struct registry_entry all[ENTRIES_PER_COMMIT_MAX];
};

static enum error try_all(struct entries *entries,
    const struct follower_message *messages, size_t message_count,
    size_t *done_out, uint64_t *revision_out);
static enum error apply(struct entries *entries, struct store_txn *txn,
    const struct follower_message *message, struct registry_entry *entry,
    struct membership *membership);
static enum error forget(struct store_txn *txn, const char *key);
static enum error put(struct entries *entries, struct store_txn *txn,
    const struct registry_entry *entry);
static enum error put_organization(struct store_txn *txn,
    const struct organization *organization);
static enum error put_api_key(struct entries *entries, struct store_txn *txn,
    const struct registry_entry *entry);
static enum error allow(enum error err, enum error allowed);

enum error
entries_new(struct store *store, struct bucket *bucket,
    const struct cluster_secrets *secrets, struct entries **entries_out)
{
	struct entries *entries = calloc(1, sizeof(*entries));

	*entries_out = entries;
	if (entries == NULL)
		return ERR_NO_MEMORY;
	entries->store = store;
	entries->bucket = bucket;
	entries->secrets = secrets;
	return ERR_NONE;
}

void
entries_free(struct entries *entries)
{
	free(entries);
}

enum error
entries_apply(struct entries *entries,
    const struct follower_message *messages, size_t message_count,
    entries_visit *visit, void *arg, size_t *done_out,
    uint64_t *revision_out)
{
	enum error err;

	if (message_count > ENTRIES_PER_COMMIT_MAX)
		message_count = ENTRIES_PER_COMMIT_MAX;
	entries->absent[0] = '\0';
	err = try_all(entries, messages, message_count, done_out,
	    revision_out);
	if (err == ERR_NOT_FOUND) {
		err = entries_fetch_organization(entries, entries->needed);
		if (err == ERR_NOT_FOUND)
			memcpy(entries->absent, entries->needed,
			    sizeof(entries->absent));
		if (err == ERR_NONE || err == ERR_NOT_FOUND)
			err = try_all(entries, messages, message_count,
			    done_out, revision_out);
	}
	for (size_t i = 0; err == ERR_NONE && i < *done_out; i++)
		if (entries->all[i].organization.number != 0)
			visit(&entries->all[i], messages[i].sequence,
			    messages[i].timestamp_ms, arg);
	return err == ERR_NOT_FOUND ? ERR_AWAY : err;
}

enum error
entries_fetch_organization(struct entries *entries, const char *id)
{
	struct registry_entry entry;
	struct buffer value;
	struct store_txn *txn = NULL;
	char key[REGISTRY_KEY_SIZE];
	struct bucket_place place;
	enum error err;

	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	registry_entry_key(REGISTRY_ORGANIZATION, id, key);
	err = bucket_get(entries->bucket, key, &value, &place);
	if (err == ERR_NONE && registry_entry_read(entries->secrets, key,
	    value.bytes, value.len, &entry) != ERR_NONE)
		err = ERR_NOT_FOUND;
	buffer_clear(&value);
	if (err == ERR_NONE)
		err = store_write_begin(entries->store, false, &txn);
	if (err != ERR_NONE)
		return err;
	err = put(entries, txn, &entry);
	if (err == ERR_NONE)
		err = store_write_commit(txn);
	else
		store_write_abort(txn);
	if (err == ERR_NONE && entry.change == REGISTRY_REMOVED)
		return ERR_NOT_FOUND;
	return err == ERR_NOT_FOUND ? ERR_AWAY : err;
}

/* Stops before an entry that needs an organization first; ERR_NOT_FOUND: that
 * is the first one. */
static enum error
try_all(struct entries *entries, const struct follower_message *messages,
    size_t message_count, size_t *done_out, uint64_t *revision_out)
{
	struct membership membership;
	struct store_txn *txn = NULL;
	size_t done = 0;
	enum error err = store_write_begin(entries->store, false, &txn);

	*done_out = 0;
	if (err != ERR_NONE)
		return err;
	err = store_membership_get(txn, &membership);
	if (err == ERR_NOT_FOUND)
		err = ERR_STORE;
	while (done < message_count && err == ERR_NONE) {
		err = apply(entries, txn, &messages[done],
		    &entries->all[done], &membership);
		done += err == ERR_NONE;
	}
	if (err == ERR_NOT_FOUND && done > 0)
		err = ERR_NONE;
	if (err == ERR_NONE)
		err = store_membership_put(txn, &membership);
	if (err != ERR_NONE) {
		store_write_abort(txn);
		return err;
	}
	err = store_write_commit(txn);
	if (err == ERR_NONE) {
		*done_out = done;
		*revision_out = membership.revision;
	}
	return err;
}

/* An entry that is none of ours has the number 0 afterwards. */
static enum error
apply(struct entries *entries, struct store_txn *txn,
    const struct follower_message *message, struct registry_entry *entry,
    struct membership *membership)
{
	const char *key = message->subject + VALUE_KEY_OFFSET;
	enum error err = ERR_NONE;

	*entry = (struct registry_entry){ .kind = REGISTRY_ORGANIZATION };
	if (message->sequence <= membership->revision ||
	    strncmp(message->subject, BUCKET_SUBJECT_PREFIX,
	    VALUE_KEY_OFFSET) != 0)
		return ERR_NONE;
	if (message->is_marker) {
		err = forget(txn, key);
	} else if (strncmp(key, "org.", 4) == 0 ||
	    strncmp(key, "key.", 4) == 0) {
		if (registry_entry_read(entries->secrets, key,
		    message->payload, message->payload_len, entry) ==
		    ERR_NONE) {
			err = put(entries, txn, entry);
		} else {
			entry->organization.number = 0;
			membership->skipped++;
			log_fact(LEVEL_WARNING, "the bucket holds an entry of "
			    "none of these machines", "key", key, NULL);
		}
	}
	if (err == ERR_NONE)
		membership->revision = message->sequence;
	return err;
}

/* What said that a key is gone, and was seen by all, is purged at last. */
static enum error
forget(struct store_txn *txn, const char *key)
{
	if (strncmp(key, "key.", 4) != 0)
		return ERR_NONE;
	return allow(store_api_key_remove(txn, key + 4), ERR_NOT_FOUND);
}

static enum error
put(struct entries *entries, struct store_txn *txn,
    const struct registry_entry *entry)
{
	if (entry->kind == REGISTRY_ORGANIZATION)
		return entry->change == REGISTRY_REMOVED ?
		    allow(change_organization_remove(txn,
		    entry->organization.number), ERR_NOT_FOUND) :
		    put_organization(txn, &entry->organization);
	if (entry->change == REGISTRY_REMOVED)
		return allow(store_api_key_remove(txn, entry->api_key.id),
		    ERR_NOT_FOUND);
	return put_api_key(entries, txn, entry);
}

/*
 * Its name may be one that another organization had.  That one has another
 * name by now, or is gone: its entry comes later, and until then its id stands
 * for its name.
 */
static enum error
put_organization(struct store_txn *txn,
    const struct organization *organization)
{
	struct organization other;
	enum error err = store_organization_put_whole(txn, organization);

	if (err != ERR_EXISTS)
		return err;
	err = store_organization_find(txn, organization->name, &other);
	if (err == ERR_NONE) {
		memcpy(other.name, other.id, sizeof(other.id));
		err = store_organization_put_whole(txn, &other);
	}
	if (err == ERR_NONE)
		err = store_organization_put_whole(txn, organization);
	return err == ERR_NOT_FOUND || err == ERR_EXISTS ? ERR_STORE : err;
}

static enum error
put_api_key(struct entries *entries, struct store_txn *txn,
    const struct registry_entry *entry)
{
	struct organization organization;
	enum error err = store_organization_get(txn,
	    entry->organization.number, &organization);

	if (err == ERR_NOT_FOUND && strcmp(entries->absent,
	    entry->organization.id) != 0) {
		memcpy(entries->needed, entry->organization.id,
		    sizeof(entries->needed));
		return err;
	}
	/* It is gone, and so is the key. */
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	return store_api_key_put_whole(txn, &entry->api_key);
}

static enum error
allow(enum error err, enum error allowed)
{
	return err == allowed ? ERR_NONE : err;
}
