/* authorize.c - whose request it is, and whether the key may make it. */
#include "api/authorize.h"

#include <string.h>

#include "api/exchange.h"
#include "api/request.h"
#include "api/route.h"
#include "base/log.h"
#include "model/organization.h"
#include "store/api_keys.h"
#include "store/organizations.h"

static enum error read_key(struct exchange *exchange);
static enum error check_organization(struct store_txn *txn,
    const struct api_key *key);

enum error
authorize(struct exchange *exchange)
{
	enum error err = read_key(exchange);

	return err == ERR_NONE ? authorize_again(exchange) : err;
}

static enum error
read_key(struct exchange *exchange)
{
	const struct request *request = exchange->request;
	size_t key_len = strnlen(request->key, API_KEY_LEN + 1);
	enum error err;

	if (request->key_count == 0 || key_len == 0)
		return ERR_NO_KEY;
	/* The checksum tells a typo from a key without a look-up. */
	if (request->key_count > 1 ||
	    !api_key_is_well_formed(request->key, key_len))
		return ERR_BAD_KEY;

	err = exchange_read(exchange);
	if (err != ERR_NONE)
		return err;
	/* Keys are found by a digest that nobody can make without the
	 * pepper, so how long the look-up takes tells nothing of them. */
	api_key_digest(exchange->pepper, request->key, key_len,
	    exchange->digest);
	return ERR_NONE;
}

enum error
authorize_again(struct exchange *exchange)
{
	struct api_key key;
	enum error err;

	err = store_api_key_find(exchange->txn, exchange->digest, &key);
	if (err == ERR_NOT_FOUND)
		return ERR_BAD_KEY;
	if (err != ERR_NONE)
		return err;
	if (!api_key_is_usable(&key, exchange->now_ms))
		return ERR_BAD_KEY;

	err = check_organization(exchange->txn, &key);
	if (err != ERR_NONE)
		return err;
	if (!scopes_cover(key.scopes, exchange->route->scope))
		return ERR_SCOPE;
	memcpy(exchange->api_key_id, key.id, sizeof(key.id));
	exchange->organization = key.organization;
	return ERR_NONE;
}

static enum error
check_organization(struct store_txn *txn, const struct api_key *key)
{
	struct organization organization;
	enum error err;

	err = store_organization_get(txn, key->organization, &organization);
	if (err == ERR_NOT_FOUND) {
		log_fact(LEVEL_ERROR, "an API key belongs to no organization",
		    "api_key_id", key->id, NULL);
		return ERR_CORRUPT;
	}
	if (err != ERR_NONE)
		return err;

	switch (organization.status) {
	case ORGANIZATION_ACTIVE:
		return ERR_NONE;
	case ORGANIZATION_UNPAID:
		return ERR_UNPAID;
	case ORGANIZATION_REMOVING:
		return ERR_BAD_KEY;
	case ORGANIZATION_LOCKED:
		break;
	}
	return ERR_LOCKED;
}
