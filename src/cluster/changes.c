/* changes.c - changes to organizations and keys, for all machines. */
#include "cluster/changes.h"

#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cluster/announcing.h"
#include "cluster/cluster.h"
#include "cluster/names.h"
#include "cluster/numbers.h"
#include "cluster/sending.h"
#include "model/random_id.h"
#include "model/registry_entry.h"
#include "stream/bucket.h"

enum {
	/* Somebody else changed the entry each time. */
	ATTEMPTS_MAX = 20
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
    struct registry_entry *entry, struct bucket_place *place_out);
static enum error write_entry(struct cluster *cluster, const char *key,
    const struct registry_entry *entry, struct bucket_place *place);
static enum error is_written(struct cluster *cluster, const char *key,
    const struct buffer *value, struct bucket_place *place_out);
static enum error finish(struct cluster *cluster,
    const struct registry_entry *entry, const struct bucket_place *place);
static bool is_same(const struct registry_entry *a,
    const struct registry_entry *b);
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
	struct bucket_place place = { 0 };
	enum error err;

	random_id(organization->id);
	organization->created_ms = clock_now_ms();
	err = names_take(cluster, organization->name, organization->id);
	if (err == ERR_NONE)
		err = numbers_take(cluster_bucket(cluster),
		    &organization->number);
	entry.organization = *organization;
	registry_entry_key(REGISTRY_ORGANIZATION, organization->id, key);
	if (err == ERR_NONE)
		err = write_entry(cluster, key, &entry, &place);
	return err == ERR_NONE ? finish(cluster, &entry, &place) : err;
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
		names_free(cluster, call.old_name, id);
	return err;
}

enum error
cluster_remove_organization(struct cluster *cluster, const char *id)
{
	struct registry_entry entry;
	enum error err = change_entry(cluster, REGISTRY_ORGANIZATION, id,
	    remove_organization, NULL, &entry);

	if (err == ERR_NONE)
		names_free(cluster, entry.organization.name, id);
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
	struct bucket_place place = { 0 };
	enum error err;

	random_id(api_key->id);
	api_key->created_ms = clock_now_ms();
	entry.api_key = *api_key;
	registry_entry_key(REGISTRY_API_KEY, api_key->id, key);
	err = write_entry(cluster, key, &entry, &place);
	return err == ERR_NONE ? finish(cluster, &entry, &place) : err;
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
	struct bucket_place place = { 0 };
	enum error err = ERR_EXISTS;

	registry_entry_key(kind, id, key);
	for (int i = 0; i < ATTEMPTS_MAX && err == ERR_EXISTS; i++) {
		err = read_entry(cluster, key, entry, &place);
		if (err != ERR_NONE)
			return err;
		/* What was changed last has its event before this has. */
		err = finish(cluster, entry, &place);
		if (err != ERR_NONE && err != ERR_IO)
			return err;
		old = *entry;
		entry->change = REGISTRY_UPDATED;
		err = change(entry, arg);
		if (err != ERR_NONE)
			return err;
		if (is_same(&old, entry))
			return ERR_NONE;
		err = write_entry(cluster, key, entry, &place);
	}
	if (err == ERR_EXISTS)
		return ERR_AWAY;
	return err == ERR_NONE ? finish(cluster, entry, &place) : err;
}

static enum error
read_entry(struct cluster *cluster, const char *key,
    struct registry_entry *entry, struct bucket_place *place)
{
	struct buffer value;
	enum error err;

	*entry = (struct registry_entry){ .kind = REGISTRY_ORGANIZATION };
	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	err = bucket_get(cluster_bucket(cluster), key, &value, place);
	if (err == ERR_NONE && registry_entry_read(cluster_secrets(cluster),
	    key, value.bytes, value.len, entry) != ERR_NONE)
		err = ERR_NOT_FOUND;
	if (err == ERR_NONE && entry->change == REGISTRY_REMOVED)
		err = ERR_NOT_FOUND;
	buffer_clear(&value);
	return err;
}

/* In the place of that revision. */
static enum error
write_entry(struct cluster *cluster, const char *key,
    const struct registry_entry *entry, struct bucket_place *place)
{
	bool is_new = place->revision == 0;
	struct buffer value;
	enum error err;

	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	registry_entry_write(cluster_secrets(cluster), key, entry, &value);
	err = value.error;
	if (err == ERR_NONE)
		err = bucket_put(cluster_bucket(cluster), key, value.bytes,
		    value.len, place->revision, &place->revision);
	/* Nobody else makes an entry of this id: the answer was lost. */
	if (err == ERR_EXISTS && is_new)
		err = is_written(cluster, key, &value, place);
	place->timestamp_ms = clock_now_ms();
	buffer_clear(&value);
	return err;
}

static enum error
is_written(struct cluster *cluster, const char *key,
    const struct buffer *value, struct bucket_place *place)
{
	struct buffer there;
	enum error err;

	buffer_init(&there, REGISTRY_VALUE_BYTES_MAX);
	err = bucket_get(cluster_bucket(cluster), key, &there, place);
	if (err == ERR_NOT_FOUND || (err == ERR_NONE &&
	    (there.len != value->len ||
	    memcmp(there.bytes, value->bytes, value->len) != 0)))
		err = ERR_AWAY;
	buffer_clear(&there);
	return err;
}

/* Its event is in the log, and both are here. */
static enum error
finish(struct cluster *cluster, const struct registry_entry *entry,
    const struct bucket_place *place)
{
	struct sending sending;
	enum error err;

	sending_begin(&sending, cluster);
	err = announcing_add(cluster_outbox(cluster), entry, place->revision,
	    place->timestamp_ms, &sending);
	if (err == ERR_NONE)
		err = sending_finish(&sending);
	if (err == ERR_NONE)
		err = sending_wait(&sending, place->revision);
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
		err = names_take(call->cluster, organization->name,
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
