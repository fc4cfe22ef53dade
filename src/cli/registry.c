/* registry.c - organizations and API keys, as commands change them. */
#include "cli/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/complain.h"
#include "cli/listing.h"
#include "cli/registry_ways.h"
#include "cli/session.h"
#include "record/changes.h"
#include "store/api_keys.h"
#include "store/organizations.h"

struct registry {
	struct store *store;
	/* Of a store that is one of several; or NULL, both. */
	const struct registry_ways *ways;
	struct cluster *cluster;
};

static enum error begin_at_api_key(const struct registry *registry,
    const char *id, struct store_txn **txn_out, struct api_key *key_out,
    struct listed_key *listed_out);
static enum error begin(const struct registry *registry,
    struct store_txn **txn_out);
static enum error add_api_key(struct registry *registry,
    struct store_txn *txn, enum error err, struct api_key *key,
    const struct organization *organization);
static enum error end_change(enum error err);
static enum error find_api_key(struct store_txn *txn, const char *id,
    struct api_key *key_out, struct listed_key *listed_out);
static enum error complain_of_name(enum error err,
    const struct organization *organization);
static enum error complain_of_change(enum error err);

enum error
registry_open(const struct arguments *arguments,
    struct registry **registry_out)
{
	struct registry *registry = calloc(1, sizeof(*registry));
	enum error err;

	*registry_out = NULL;
	if (registry == NULL)
		return session_complain(ERR_NO_MEMORY);
	err = session_open_to_change(arguments, &registry->store);
	if (err == ERR_NONE)
		err = registry_ways_open(arguments, registry->store,
		    &registry->ways, &registry->cluster);
	if (err != ERR_NONE) {
		registry_close(registry);
		return err;
	}
	*registry_out = registry;
	return ERR_NONE;
}

void
registry_close(struct registry *registry)
{
	if (registry == NULL)
		return;
	if (registry->ways != NULL)
		registry->ways->close(registry->cluster);
	store_close(registry->store);
	free(registry);
}

struct store *
registry_store(struct registry *registry)
{
	return registry->store;
}

bool
registry_is_shared(const struct registry *registry)
{
	return registry->ways != NULL;
}

enum error
registry_add_organization(struct registry *registry,
    struct organization *organization)
{
	struct store_txn *txn = NULL;
	enum error err;

	if (registry->ways != NULL)
		return registry->ways->add_organization(registry->cluster,
		    organization);
	err = session_begin(registry->store, STORE_WRITE, &txn);
	if (err == ERR_NONE)
		err = complain_of_name(store_organization_add(txn,
		    organization, clock_now_ms()), organization);
	return session_end(txn, STORE_WRITE, err);
}

enum error
registry_change_organization(struct registry *registry, const char *name,
    registry_organization_change *change, void *arg,
    struct organization *organization_out)
{
	struct store_txn *txn = NULL;
	enum error err = begin(registry, &txn);

	if (err == ERR_NONE)
		err = session_organization(txn, name, organization_out);
	if (registry->ways != NULL) {
		err = session_end(txn, STORE_READ, err);
		return err != ERR_NONE ? err : end_change(
		    registry->ways->change_organization(registry->cluster,
		    organization_out->id, change, arg, organization_out));
	}
	if (err == ERR_NONE)
		err = change(organization_out, arg);
	if (err == ERR_NONE)
		err = complain_of_name(change_organization_put(txn,
		    organization_out, clock_now_ms()), organization_out);
	return session_end(txn, STORE_WRITE, err);
}

enum error
registry_remove_organization(struct registry *registry, uint32_t number)
{
	struct organization organization;
	struct store_txn *txn = NULL;
	enum error err = begin(registry, &txn);

	if (registry->ways != NULL) {
		if (err == ERR_NONE)
			err = session_complain(store_organization_get(txn,
			    number, &organization));
		err = session_end(txn, STORE_READ, err);
		return err != ERR_NONE ? err : end_change(
		    registry->ways->remove_organization(registry->cluster,
		    organization.id));
	}
	if (err == ERR_NONE)
		err = complain_of_change(change_organization_remove(txn,
		    number));
	return session_end(txn, STORE_WRITE, err);
}

enum error
registry_add_api_key(struct registry *registry,
    const char *organization_name, struct api_key *key,
    struct organization *organization_out)
{
	struct store_txn *txn = NULL;
	enum error err = begin(registry, &txn);

	if (err == ERR_NONE)
		err = session_organization(txn, organization_name,
		    organization_out);
	return add_api_key(registry, txn, err, key, organization_out);
}

enum error
registry_add_successor(struct registry *registry, const char *old_id,
    registry_succession *succeed, void *arg, struct listed_key *listed)
{
	struct organization organization = { .number = 0 };
	struct listed_key old;
	struct api_key key;
	struct store_txn *txn = NULL;
	enum error err = begin_at_api_key(registry, old_id, &txn, &key,
	    &old);

	if (err == ERR_NONE)
		err = succeed(&old.key, &listed->key, arg);
	if (err == ERR_NONE)
		err = session_complain(store_organization_get(txn,
		    old.key.organization, &organization));
	memcpy(listed->organization, organization.name,
	    sizeof(listed->organization));
	return add_api_key(registry, txn, err, &listed->key, &organization);
}

enum error
registry_change_api_key(struct registry *registry, const char *id,
    registry_api_key_change *change, void *arg,
    struct listed_key *listed_out)
{
	struct api_key key;
	struct store_txn *txn = NULL;
	enum error err = begin_at_api_key(registry, id, &txn, &key,
	    listed_out);

	if (registry->ways != NULL) {
		err = session_end(txn, STORE_READ, err);
		if (err == ERR_NONE)
			err = registry->ways->change_api_key(
			    registry->cluster, id, change, arg, &key);
	} else {
		if (err == ERR_NONE)
			err = change(&key, arg);
		if (err == ERR_NONE)
			err = complain_of_change(change_api_key_put(txn,
			    &key, clock_now_ms()));
		err = session_end(txn, STORE_WRITE, err);
	}
	if (err == ERR_NONE && listed_out != NULL)
		listed_out->key = key;
	return err;
}

enum error
registry_remove_api_key(struct registry *registry, const char *id,
    struct listed_key *listed_out)
{
	struct api_key key;
	struct store_txn *txn = NULL;
	enum error err = begin_at_api_key(registry, id, &txn, &key,
	    listed_out);

	if (registry->ways != NULL) {
		err = session_end(txn, STORE_READ, err);
		return err != ERR_NONE ? err : registry->ways->remove_api_key(
		    registry->cluster, id, &key);
	}
	if (err == ERR_NONE)
		err = complain_of_change(change_api_key_remove(txn, id,
		    clock_now_ms()));
	return session_end(txn, STORE_WRITE, err);
}

enum error
registry_record(struct registry *registry, struct batch *const *batches,
    size_t batch_count, batch_refused *refused, void *arg,
    struct batch_result *result)
{
	if (registry->ways != NULL)
		return registry->ways->record(registry->cluster, batches,
		    batch_count, refused, arg, result);
	return batches_commit(batches, batch_count, refused, arg, result);
}

static enum error
begin_at_api_key(const struct registry *registry, const char *id,
    struct store_txn **txn_out, struct api_key *key_out,
    struct listed_key *listed_out)
{
	enum error err = begin(registry, txn_out);

	return err != ERR_NONE ? err :
	    find_api_key(*txn_out, id, key_out, listed_out);
}

/* What several machines share is changed elsewhere, and read here. */
static enum error
begin(const struct registry *registry, struct store_txn **txn_out)
{
	return session_begin(registry->store, registry->ways != NULL ?
	    STORE_READ : STORE_WRITE, txn_out);
}

/* Ends the transaction in which the organization was found, if err says
 * so. */
static enum error
add_api_key(struct registry *registry, struct store_txn *txn, enum error err,
    struct api_key *key, const struct organization *organization)
{
	key->organization = organization->number;
	if (registry->ways != NULL) {
		err = session_end(txn, STORE_READ, err);
		return err != ERR_NONE ? err : end_change(
		    registry->ways->add_api_key(registry->cluster, key,
		    organization));
	}
	if (err == ERR_NONE)
		err = complain_of_change(change_api_key_add(txn, key,
		    clock_now_ms()));
	return session_end(txn, STORE_WRITE, err);
}

/* Of a way's change to what was here a moment before. */
static enum error
end_change(enum error err)
{
	return err == ERR_NOT_FOUND ? complain_of_change(err) : err;
}

/* Who only takes a key away does not ask whose it was: that must go on when
 * the organization's record is damaged. */
static enum error
find_api_key(struct store_txn *txn, const char *id, struct api_key *key_out,
    struct listed_key *listed_out)
{
	struct organization organization;
	enum error err = store_api_key_get(txn, id, key_out);

	if (err == ERR_NOT_FOUND)
		return err;
	if (err != ERR_NONE || listed_out == NULL)
		return session_complain(err);
	err = store_organization_get(txn, key_out->organization,
	    &organization);
	if (err == ERR_NOT_FOUND)
		err = ERR_CORRUPT;
	if (err != ERR_NONE)
		return session_complain(err);
	listed_out->key = *key_out;
	memcpy(listed_out->organization, organization.name,
	    sizeof(listed_out->organization));
	return ERR_NONE;
}

static enum error
complain_of_name(enum error err, const struct organization *organization)
{
	if (err != ERR_EXISTS)
		return complain_of_change(err);
	complain("an organization is called %s already", organization->name);
	return err;
}

/* ERR_NOT_FOUND is left to those who were not there from the beginning. */
static enum error
complain_of_change(enum error err)
{
	session_change(err);
	return err == ERR_NOT_FOUND ? ERR_MEANING : err;
}
