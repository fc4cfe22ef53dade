/* authorize.c - whose request it is, and whether the key may make it. */
#include "api/authorize.h"

#include <string.h>

#include "api/admission.h"
#include "api/exchange.h"
#include "api/request.h"
#include "api/route.h"
#include "base/doing.h"
#include "base/log.h"
#include "model/organization.h"
#include "shared/cluster_sign.h"
#include "store/api_keys.h"
#include "store/organizations.h"

/* Whose request it is. */
struct asker {
	struct api_key key;
	struct organization organization;
};

static enum error read_key(struct exchange *exchange);
static enum error find_asker(struct exchange *exchange,
    struct asker *asker_out);
static enum error check_asker(struct exchange *exchange,
    const struct asker *asker);

enum error
authorize(struct exchange *exchange)
{
	struct asker asker;
	enum error err;

	err = admission_check_address(exchange);
	if (err == ERR_NONE)
		err = read_key(exchange);
	if (err == ERR_NONE)
		err = find_asker(exchange, &asker);
	if (err == ERR_BAD_KEY)
		admission_count_bad_key(exchange);
	if (err != ERR_NONE)
		return err;

	memcpy(exchange->api_key_id, asker.key.id, sizeof(asker.key.id));
	exchange->key_expires_ms = asker.key.expires_ms;
	exchange->key_rate_per_minute = asker.key.rate_per_minute;
	admission_take(exchange);
	err = check_asker(exchange, &asker);
	if (err == ERR_NONE)
		err = admission_check_rate(exchange);
	return err;
}

enum error
authorize_again(struct exchange *exchange)
{
	struct asker asker;
	enum error err = find_asker(exchange, &asker);

	return err == ERR_NONE ? check_asker(exchange, &asker) : err;
}

bool
authorize_is_lost(const struct exchange *exchange)
{
	const struct shared *shared = atomic_load(&exchange->service->shared);

	return shared != NULL && cluster_sign_is_lost(shared);
}

static enum error
read_key(struct exchange *exchange)
{
	const struct request *request = exchange->request;
	size_t key_len = strnlen(request->key, API_KEY_LEN + 1);
	enum error err;

	if (request->key_count == 0 || key_len == 0)
		return ERR_NO_KEY;
	if (request->key_count > 1 ||
	    !api_key_has_shape(request->key, key_len))
		return ERR_BAD_KEY;

	err = exchange_read(exchange);
	if (err == ERR_NONE && authorize_is_lost(exchange))
		err = detail_set(&exchange->detail, ERR_STORE, "this machine "
		    "was away from the others for too long: try another one");
	/* Without a store the checksum tells a typo.  With one, a look-up costs
	 * no more than the checksum would, and most keys are right. */
	if (err != ERR_NONE)
		return api_key_is_well_formed(request->key, key_len) ? err :
		    ERR_BAD_KEY;
	/* Keys are found by a digest that nobody can make without the
	 * pepper, so how long the look-up takes tells nothing of them. */
	api_key_digest(exchange->pepper, request->key, key_len,
	    exchange->digest);
	return ERR_NONE;
}

static enum error
find_asker(struct exchange *exchange, struct asker *asker_out)
{
	const struct api_key *key = &asker_out->key;
	enum error err;

	err = store_api_key_find(exchange->txn, exchange->digest,
	    &asker_out->key);
	if (err == ERR_NOT_FOUND)
		return ERR_BAD_KEY;
	if (err != ERR_NONE)
		return err;
	if (!api_key_is_usable(key, exchange->now_ms))
		return ERR_BAD_KEY;

	err = store_organization_get(exchange->txn, key->organization,
	    &asker_out->organization);
	if (err == ERR_NOT_FOUND) {
		log_fact(LEVEL_ERROR, "an API key belongs to no organization",
		    "api_key_id", key->id, NULL);
		return ERR_CORRUPT;
	}
	if (err == ERR_NONE &&
	    asker_out->organization.status == ORGANIZATION_REMOVING)
		return ERR_BAD_KEY;
	return err;
}

static enum error
check_asker(struct exchange *exchange, const struct asker *asker)
{
	const struct organization *organization = &asker->organization;

	/* Also of a request that is refused: the access log tells whose. */
	memcpy(exchange->organization_id, organization->id,
	    sizeof(organization->id));
	exchange->organization = organization->number;
	doing_for(organization->number);
	if (organization->status == ORGANIZATION_LOCKED)
		return ERR_LOCKED;
	if (organization->status == ORGANIZATION_UNPAID)
		return ERR_UNPAID;
	if (!scopes_cover(asker->key.scopes, exchange->route->scope))
		return ERR_SCOPE;
	return ERR_NONE;
}
