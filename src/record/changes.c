/* changes.c - changes to keys and organizations, each with its event. */
#include "record/changes.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "model/api_key.h"
#include "model/event.h"
#include "model/organization.h"
#include "record/change_events.h"
#include "store/api_keys.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"

static enum error find_live(struct store_txn *txn, uint32_t number,
    struct organization *organization_out);
static bool is_same_key(const struct api_key *a, const struct api_key *b);
static bool takes_away(const struct api_key *old, const struct api_key *new);
static enum error record_key(struct store_txn *txn, const char *type,
    const struct api_key *key, const struct organization *organization,
    int64_t now_ms);
static enum error record_organization(struct store_txn *txn,
    const char *type, const struct organization *organization,
    int64_t now_ms);
static enum error record(struct store_txn *txn,
    const struct organization *organization, struct event_draft *draft,
    int64_t now_ms);
static enum error forgive(const struct organization *organization,
    enum error err);

enum error
change_api_key_add(struct store_txn *txn, struct api_key *key,
    int64_t now_ms)
{
	struct organization organization;
	enum error err = find_live(txn, key->organization, &organization);

	if (err == ERR_NONE)
		err = store_api_key_add(txn, key, now_ms);
	if (err == ERR_NONE)
		err = record_key(txn, "api_key_added", key, &organization,
		    now_ms);
	return err;
}

enum error
change_api_key_put(struct store_txn *txn, const struct api_key *key,
    int64_t now_ms)
{
	struct organization organization;
	struct api_key old;
	enum error err = store_api_key_get(txn, key->id, &old);

	if (err == ERR_NONE)
		err = find_live(txn, old.organization, &organization);
	if (err != ERR_NONE || is_same_key(&old, key))
		return err;
	err = store_api_key_put(txn, key);
	if (err != ERR_NONE)
		return err;
	err = record_key(txn, "api_key_updated", key, &organization, now_ms);
	return takes_away(&old, key) ? forgive(&organization, err) : err;
}

enum error
change_api_key_remove(struct store_txn *txn, const char *id, int64_t now_ms)
{
	struct organization organization;
	struct api_key key;
	enum error err = store_api_key_get(txn, id, &key);

	if (err == ERR_NONE)
		err = store_api_key_remove(txn, id);
	if (err != ERR_NONE)
		return err;
	err = find_live(txn, key.organization, &organization);
	if (err == ERR_NONE)
		err = record_key(txn, "api_key_deleted", &key, &organization,
		    now_ms);
	/* Nobody reads the events of one that is being removed. */
	return err == ERR_NOT_FOUND ? ERR_NONE :
	    forgive(&organization, err);
}

enum error
change_organization_put(struct store_txn *txn,
    const struct organization *organization, int64_t now_ms)
{
	struct organization old;
	enum error err = find_live(txn, organization->number, &old);

	if (err != ERR_NONE || (old.status == organization->status &&
	    strcmp(old.name, organization->name) == 0))
		return err;
	assert(organization->status != ORGANIZATION_REMOVING);
	err = store_organization_put(txn, organization);
	if (err != ERR_NONE)
		return err;
	err = record_organization(txn, "organization_updated", organization,
	    now_ms);
	return organization->status == ORGANIZATION_ACTIVE ? err :
	    forgive(organization, err);
}

enum error
change_organization_remove(struct store_txn *txn, uint32_t number)
{
	struct organization organization;
	enum error err = store_organization_get(txn, number, &organization);

	if (err != ERR_NONE || organization.status == ORGANIZATION_REMOVING)
		return err;
	organization.status = ORGANIZATION_REMOVING;
	return store_organization_put(txn, &organization);
}

/* ERR_NOT_FOUND also for one that is being removed. */
static enum error
find_live(struct store_txn *txn, uint32_t number,
    struct organization *organization_out)
{
	enum error err = store_organization_get(txn, number,
	    organization_out);

	if (err == ERR_NONE &&
	    organization_out->status == ORGANIZATION_REMOVING)
		err = ERR_NOT_FOUND;
	return err;
}

/* As far as store_api_key_put writes it. */
static bool
is_same_key(const struct api_key *a, const struct api_key *b)
{
	return strcmp(a->name, b->name) == 0 && a->status == b->status &&
	    a->scopes == b->scopes &&
	    a->rate_per_minute == b->rate_per_minute &&
	    a->expires_ms == b->expires_ms;
}

static bool
takes_away(const struct api_key *old, const struct api_key *new)
{
	return (new->status == API_KEY_DISABLED &&
	    old->status == API_KEY_ENABLED) ||
	    (new->expires_ms != 0 && (old->expires_ms == 0 ||
	    new->expires_ms < old->expires_ms)) ||
	    (new->scopes & old->scopes) != old->scopes;
}

static enum error
record_key(struct store_txn *txn, const char *type,
    const struct api_key *key, const struct organization *organization,
    int64_t now_ms)
{
	struct event_draft draft;
	enum error err = change_event_api_key(type, key, organization,
	    &draft);

	return err == ERR_NONE ? record(txn, organization, &draft, now_ms) :
	    err;
}

static enum error
record_organization(struct store_txn *txn, const char *type,
    const struct organization *organization, int64_t now_ms)
{
	struct event_draft draft;
	enum error err = change_event_organization(type, organization,
	    &draft);

	return err == ERR_NONE ? record(txn, organization, &draft, now_ms) :
	    err;
}

static enum error
record(struct store_txn *txn, const struct organization *organization,
    struct event_draft *draft, int64_t now_ms)
{
	enum error err = store_event_append_check(txn, organization->number,
	    1U << draft->category);

	if (err == ERR_NONE)
		err = store_event_append(txn, organization->number, draft,
		    now_ms);
	return err;
}

/* For a change that takes away: nothing was put, the transaction is good. */
static enum error
forgive(const struct organization *organization, enum error err)
{
	if (err != ERR_CORRUPT)
		return err;
	log_fact(LEVEL_ERROR, "a change is made without its event, because "
	    "the organization's events are damaged",
	    "organization", organization->name, NULL);
	return ERR_NONE;
}
