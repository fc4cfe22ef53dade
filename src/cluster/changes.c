/* changes.c - changes to organizations and keys, for all machines. */
#include "cluster/changes.h"

#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cluster/announcing.h"
#include "cluster/cluster.h"
#include "cluster/numbers.h"
#include "cluster/sending.h"
#include "model/random_id.h"
#include "model/registry_entry.h"
#include "stream/bucket.h"

enum {
	/* Somebody else changed the entry each time. */
	ATTEMPTS_MAX = 20,
	/* A name that belongs to no organization is free after that. */
	NAME_BYTES_MAX = 64
};

/* What a change does to an entry; ERR_EXISTS here is for who asked. */
typedef enum error entry_change(struct registry_entry *entry, void *arg);

struct organization_call {
	struct cluster *cluster;
	cluster_organization_change *change;
	void *arg;
	char old_name[ORGANIZATION_NAME_LEN_MAX + 1];
	bool has_new_name;
};

struct api_key_call {
	cluster_api_key_change *change;
	void *arg;
};

static enum error change_entry(struct cluster *cluster,
    enum registry_kind kind, const char *id, entry_change *change,
    void *arg, struct registry_entry *entry_out);
static enum error read_entry(struct cluster *cluster, const char *key,
    struct registry_entry *entry, uint64_t *revision_out);
static enum error write_entry(struct cluster *cluster, const char *key,
    const struct registry_entry *entry, uint64_t revision,
    uint64_t *revision_out);
static enum error finish(struct cluster *cluster,
    const struct registry_entry *entry, uint64_t revision);
static bool is_same(const struct registry_entry *a,
    const struct registry_entry *b);
static enum error take_name(struct cluster *cluster, const char *name,
    const char *id);
static enum error is_name_used(struct cluster *cluster, const char *name,
    const char *id, bool *is_used_out);
static void free_name(struct cluster *cluster, const char *name);
static entry_change change_organization;
static entry_change remove_organization;
static entry_change change_api_key;
static entry_change remove_api_key;

enum error
cluster_add_organization(struct cluster *cluster,
    struct organization *organization)
{
	struct registry_entry entry = {
		.kind = REGISTRY_ORGANIZATION,
		.change = REGISTRY_ADDED,
	};
	char key[REGISTRY_KEY_SIZE];
	uint64_t revision;
	enum error err;

	random_id(organization->id);
	organization->created_ms = clock_now_ms();
	err = take_name(cluster, organization->name, organization->id);
	if (err == ERR_NONE)
		err = numbers_take(cluster_bucket(cluster),
		    &organization->number);
	entry.organization = *organization;
	registry_entry_key(REGISTRY_ORGANIZATION, organization->id, key);
	if (err == ERR_NONE)
		err = write_entry(cluster, key, &entry, 0, &revision);
	return err == ERR_NONE ? finish(cluster, &entry, revision) : err;
}

enum error
cluster_change_organization(struct cluster *cluster, const char *id,
    cluster_organization_change *change, void *arg,
    struct organization *organization_out)
{
	struct organization_call call = {
		.cluster = cluster,
		.change = change,
		.arg = arg,
	};
	struct registry_entry entry;
	enum error err = change_entry(cluster, REGISTRY_ORGANIZATION, id,
	    change_organization, &call, &entry);

	*organization_out = entry.organization;
	if (err == ERR_NONE && call.has_new_name)
		free_name(cluster, call.old_name);
	return err;
}

enum error
cluster_remove_organization(struct cluster *cluster, const char *id)
{
	struct registry_entry entry;
	enum error err = change_entry(cluster, REGISTRY_ORGANIZATION, id,
	    remove_organization, NULL, &entry);

	if (err == ERR_NONE)
		free_name(cluster, entry.organization.name);
	return err;
}

enum error
cluster_add_api_key(struct cluster *cluster, struct api_key *api_key,
    const struct organization *organization)
{
	struct registry_entry entry = {
		.kind = REGISTRY_API_KEY,
		.change = REGISTRY_ADDED,
		.organization = *organization,
	};
	char key[REGISTRY_KEY_SIZE];
	uint64_t revision;
	enum error err;

	random_id(api_key->id);
	api_key->created_ms = clock_now_ms();
	entry.api_key = *api_key;
	registry_entry_key(REGISTRY_API_KEY, api_key->id, key);
	err = write_entry(cluster, key, &entry, 0, &revision);
	return err == ERR_NONE ? finish(cluster, &entry, revision) : err;
}

enum error
cluster_change_api_key(struct cluster *cluster, const char *id,
    cluster_api_key_change *change, void *arg, struct api_key *key_out)
{
	struct api_key_call call = { .change = change, .arg = arg };
	struct registry_entry entry;
	enum error err = change_entry(cluster, REGISTRY_API_KEY, id,
	    change_api_key, &call, &entry);

	*key_out = entry.api_key;
	return err;
}

enum error
cluster_remove_api_key(struct cluster *cluster, const char *id,
    struct api_key *key_out)
{
	struct registry_entry entry;
	enum error err = change_entry(cluster, REGISTRY_API_KEY, id,
	    remove_api_key, NULL, &entry);

	*key_out = entry.api_key;
	return err;
}

static enum error
change_entry(struct cluster *cluster, enum registry_kind kind,
    const char *id, entry_change *change, void *arg,
    struct registry_entry *entry)
{
	char key[REGISTRY_KEY_SIZE];
	struct registry_entry old;
	uint64_t revision = 0;
	enum error err = ERR_EXISTS;

	registry_entry_key(kind, id, key);
	for (int i = 0; i < ATTEMPTS_MAX && err == ERR_EXISTS; i++) {
		err = read_entry(cluster, key, entry, &revision);
		if (err != ERR_NONE)
			return err;
		/* What was changed last has its event before this has. */
		err = finish(cluster, entry, revision);
		if (err != ERR_NONE && err != ERR_IO)
			return err;
		old = *entry;
		entry->change = REGISTRY_UPDATED;
		err = change(entry, arg);
		if (err != ERR_NONE)
			return err;
		if (is_same(&old, entry))
			return ERR_NONE;
		err = write_entry(cluster, key, entry, revision, &revision);
	}
	if (err == ERR_EXISTS)
		return ERR_AWAY;
	return err == ERR_NONE ? finish(cluster, entry, revision) : err;
}

static enum error
read_entry(struct cluster *cluster, const char *key,
    struct registry_entry *entry, uint64_t *revision_out)
{
	struct buffer value;
	enum error err;

	*entry = (struct registry_entry){ .kind = REGISTRY_ORGANIZATION };
	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	err = bucket_get(cluster_bucket(cluster), key, &value, revision_out);
	if (err == ERR_NONE && registry_entry_read(cluster_secrets(cluster),
	    key, value.bytes, value.len, entry) != ERR_NONE)
		err = ERR_NOT_FOUND;
	if (err == ERR_NONE && entry->change == REGISTRY_REMOVED)
		err = ERR_NOT_FOUND;
	buffer_clear(&value);
	return err;
}

static enum error
write_entry(struct cluster *cluster, const char *key,
    const struct registry_entry *entry, uint64_t revision,
    uint64_t *revision_out)
{
	struct buffer value;
	enum error err;

	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	registry_entry_write(cluster_secrets(cluster), key, entry, &value);
	err = value.error;
	if (err == ERR_NONE)
		err = bucket_put(cluster_bucket(cluster), key, value.bytes,
		    value.len, revision, revision_out);
	buffer_clear(&value);
	return err;
}

/* Its event is in the log, and both are here. */
static enum error
finish(struct cluster *cluster, const struct registry_entry *entry,
    uint64_t revision)
{
	struct sending sending;
	enum error err;

	sending_begin(&sending, cluster);
	err = announcing_add(cluster_outbox(cluster), entry, revision,
	    clock_now_ms(), &sending);
	if (err == ERR_NONE)
		err = sending_finish(&sending);
	if (err == ERR_NONE)
		err = sending_wait(&sending, revision);
	return err;
}

static bool
is_same(const struct registry_entry *a, const struct registry_entry *b)
{
	const struct api_key *x = &a->api_key;
	const struct api_key *y = &b->api_key;

	return b->change != REGISTRY_REMOVED &&
	    strcmp(a->organization.name, b->organization.name) == 0 &&
	    a->organization.status == b->organization.status &&
	    strcmp(x->name, y->name) == 0 && x->status == y->status &&
	    x->scopes == y->scopes && x->expires_ms == y->expires_ms &&
	    x->rate_per_minute == y->rate_per_minute;
}

/*
 * Names are entries of their own, that hold an organization's id.  Who was
 * cut off between name and organization leaves a name of nobody, which the
 * next one takes.
 */
static enum error
take_name(struct cluster *cluster, const char *name, const char *id)
{
	struct bucket *bucket = cluster_bucket(cluster);
	char key[REGISTRY_KEY_SIZE];
	char owner[EVENT_ID_LEN + 1] = "";
	struct buffer value;
	uint64_t revision = 0;
	bool is_used = false;
	enum error err;

	registry_name_key(name, key);
	buffer_init(&value, NAME_BYTES_MAX);
	err = bucket_get(bucket, key, &value, &revision);
	if (err == ERR_NONE && value.len == EVENT_ID_LEN) {
		memcpy(owner, value.bytes, EVENT_ID_LEN);
		if (strcmp(owner, id) != 0)
			err = is_name_used(cluster, name, owner, &is_used);
	}
	buffer_clear(&value);
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return err;
	if (is_used)
		return ERR_EXISTS;
	return bucket_put(bucket, key, id, strlen(id), revision, &revision);
}

static enum error
is_name_used(struct cluster *cluster, const char *name, const char *id,
    bool *is_used_out)
{
	struct registry_entry entry;
	char key[REGISTRY_KEY_SIZE];
	uint64_t revision;
	enum error err;

	registry_entry_key(REGISTRY_ORGANIZATION, id, key);
	err = read_entry(cluster, key, &entry, &revision);
	*is_used_out = err == ERR_NONE &&
	    strcmp(entry.organization.name, name) == 0;
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* Best effort: a name that stays belongs to nobody, see above. */
static void
free_name(struct cluster *cluster, const char *name)
{
	char key[REGISTRY_KEY_SIZE];

	registry_name_key(name, key);
	(void)bucket_purge(cluster_bucket(cluster), key);
}

static enum error
change_organization(struct registry_entry *entry, void *arg)
{
	struct organization_call *call = arg;
	struct organization *organization = &entry->organization;
	enum error err;

	memcpy(call->old_name, organization->name, sizeof(call->old_name));
	err = call->change(organization, call->arg);
	call->has_new_name = err == ERR_NONE &&
	    strcmp(call->old_name, organization->name) != 0;
	if (call->has_new_name)
		err = take_name(call->cluster, organization->name,
		    organization->id);
	return err;
}

static enum error
remove_organization(struct registry_entry *entry, void *arg)
{
	(void)arg;
	entry->change = REGISTRY_REMOVED;
	entry->organization.status = ORGANIZATION_REMOVING;
	return ERR_NONE;
}

static enum error
change_api_key(struct registry_entry *entry, void *arg)
{
	struct api_key_call *call = arg;

	return call->change(&entry->api_key, call->arg);
}

static enum error
remove_api_key(struct registry_entry *entry, void *arg)
{
	(void)arg;
	entry->change = REGISTRY_REMOVED;
	return ERR_NONE;
}
