/* registry.c - organizations and API keys, as commands change them. */
#include "cli/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/complain.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "record/changes.h"
#include "store/api_keys.h"
#include "store/organizations.h"

struct registry {
	struct store *store;
};

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
	store_close(registry->store);
	free(registry);
}

struct store *
registry_store(struct registry *registry)
{
	return registry->store;
}

enum error
registry_add_organization(struct registry *registry,
    struct organization *organization)
{
	struct store_txn *txn = NULL;
	enum error err = session_begin(registry->store, STORE_WRITE, &txn);

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
	enum error err = session_begin(registry->store, STORE_WRITE, &txn);

	if (err == ERR_NONE)
		err = session_organization(txn, name, organization_out);
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
	struct store_txn *txn = NULL;
	enum error err = session_begin(registry->store, STORE_WRITE, &txn);

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
	enum error err = session_begin(registry->store, STORE_WRITE, &txn);

	if (err == ERR_NONE)
		err = session_organization(txn, organization_name,
		    organization_out);
	if (err == ERR_NONE) {
		key->organization = organization_out->number;
		err = complain_of_change(change_api_key_add(txn, key,
		    clock_now_ms()));
	}
	return session_end(txn, STORE_WRITE, err);
}

enum error
registry_add_successor(struct registry *registry, const char *old_id,
    registry_succession *succeed, void *arg, struct listed_key *listed)
{
	struct listed_key old;
	struct api_key key;
	struct store_txn *txn = NULL;
	enum error err = session_begin(registry->store, STORE_WRITE, &txn);

	if (err == ERR_NONE)
		err = find_api_key(txn, old_id, &key, &old);
	if (err == ERR_NONE)
		err = succeed(&old.key, &listed->key, arg);
	if (err == ERR_NONE) {
		listed->key.organization = old.key.organization;
		memcpy(listed->organization, old.organization,
		    sizeof(listed->organization));
		err = complain_of_change(change_api_key_add(txn, &listed->key,
		    clock_now_ms()));
	}
	return session_end(txn, STORE_WRITE, err);
}

enum error
registry_change_api_key(struct registry *registry, const char *id,
    registry_api_key_change *change, void *arg,
    struct listed_key *listed_out)
{
	struct api_key key;
	struct store_txn *txn = NULL;
	enum error err = session_begin(registry->store, STORE_WRITE, &txn);

	if (err == ERR_NONE)
		err = find_api_key(txn, id, &key, listed_out);
	if (err == ERR_NONE)
		err = change(&key, arg);
	if (err == ERR_NONE)
		err = complain_of_change(change_api_key_put(txn, &key,
		    clock_now_ms()));
	if (err == ERR_NONE && listed_out != NULL)
		listed_out->key = key;
	return session_end(txn, STORE_WRITE, err);
}

enum error
registry_remove_api_key(struct registry *registry, const char *id,
    struct listed_key *listed_out)
{
	struct api_key key;
	struct store_txn *txn = NULL;
	enum error err = session_begin(registry->store, STORE_WRITE, &txn);

	if (err == ERR_NONE)
		err = find_api_key(txn, id, &key, listed_out);
	if (err == ERR_NONE)
		err = complain_of_change(change_api_key_remove(txn, id,
		    clock_now_ms()));
	return session_end(txn, STORE_WRITE, err);
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
