/* keys.c - apitrail key list, show, set, enable, disable and revoke. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/key_options.h"
#include "cli/last_use.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "record/changes.h"
#include "store/api_keys.h"
#include "store/organizations.h"

/* What a command does to its key, in the transaction that read it; options
 * are NULL for those that take none. */
typedef enum error key_change(struct store_txn *txn, struct api_key *key,
    const struct key_options *options);

static enum error gather(struct store_txn *txn,
    const struct arguments *arguments, struct buffer *found);
static store_api_key_visit collect;
static enum error name_organizations(struct store_txn *txn,
    struct listed_key *keys, size_t count);
static enum status with_key(const struct arguments *arguments,
    key_change *change, const struct key_options *options);
static enum error get(struct store_txn *txn, const char *id,
    struct listed_key *key_out);
static key_change set;
static key_change enable;
static key_change disable;
static key_change revoke;

enum status
run_key_list(const struct arguments *arguments)
{
	struct buffer found;
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	enum error err;

	buffer_init(&found, 0);
	err = session_open(arguments, STORE_READ, &store);
	if (err == ERR_NONE)
		err = session_begin(store, STORE_READ, &txn);
	if (err == ERR_NONE)
		err = gather(txn, arguments, &found);
	err = session_end(txn, STORE_READ, err);
	store_close(store);
	if (err == ERR_NONE) {
		struct listed_key *keys = (void *)found.bytes;
		size_t count = found.len / sizeof(*keys);

		last_use_fill(arguments, keys, count);
		err = listing_keys(arguments, keys, count, false);
	}
	buffer_clear(&found);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

/* Fills found with struct listed_key. */
static enum error
gather(struct store_txn *txn, const struct arguments *arguments,
    struct buffer *found)
{
	struct organization organization = { .number = 0 };
	enum error err = ERR_NONE;

	if (arguments_have(arguments, OPTION_ORG))
		err = session_organization(txn,
		    arguments_text(arguments, OPTION_ORG, 0), &organization);
	if (err == ERR_NONE)
		err = session_complain(store_api_key_scan(txn,
		    organization.number, collect, found));
	if (err == ERR_NONE)
		err = session_complain(found->error);
	if (err == ERR_NONE)
		err = name_organizations(txn,
		    (struct listed_key *)(void *)found->bytes,
		    found->len / sizeof(struct listed_key));
	return err;
}

static bool
collect(const struct api_key *key, void *arg)
{
	struct buffer *found = arg;
	struct listed_key listed = { .key = *key };

	buffer_add(found, &listed, sizeof(listed));
	return found->error == ERR_NONE;
}

/* The keys come by organization: one look-up for each of these. */
static enum error
name_organizations(struct store_txn *txn, struct listed_key *keys,
    size_t count)
{
	struct organization organization = { .number = 0 };

	for (size_t i = 0; i < count; i++) {
		enum error err = ERR_NONE;

		if (keys[i].key.organization != organization.number)
			err = store_organization_get(txn,
			    keys[i].key.organization, &organization);
		if (err != ERR_NONE)
			return session_complain(err);
		memcpy(keys[i].organization, organization.name,
		    sizeof(keys[i].organization));
	}
	return ERR_NONE;
}

enum status
run_key_show(const struct arguments *arguments)
{
	return with_key(arguments, NULL, NULL);
}

enum status
run_key_set(const struct arguments *arguments)
{
	struct key_options options;

	if (key_options_read(arguments, &options) != ERR_NONE)
		return STATUS_USAGE;
	if (key_options_are_empty(&options)) {
		arguments_complain(arguments, "nothing to change: give "
		    "--name, --scope, --expires or --rate");
		return STATUS_USAGE;
	}
	return with_key(arguments, set, &options);
}

enum status
run_key_enable(const struct arguments *arguments)
{
	return with_key(arguments, enable, NULL);
}

enum status
run_key_disable(const struct arguments *arguments)
{
	return with_key(arguments, disable, NULL);
}

enum status
run_key_revoke(const struct arguments *arguments)
{
	return with_key(arguments, revoke, NULL);
}

/* Changes the key of the id that was given, if change is not NULL, and shows
 * it. */
static enum status
with_key(const struct arguments *arguments, key_change *change,
    const struct key_options *options)
{
	enum store_access access = change == NULL ? STORE_READ : STORE_WRITE;
	struct listed_key key;
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	enum error err;

	err = session_open(arguments, access, &store);
	if (err == ERR_NONE)
		err = session_begin(store, access, &txn);
	if (err == ERR_NONE)
		err = get(txn, arguments->operands[0], &key);
	if (err == ERR_NONE && change != NULL)
		err = session_change(change(txn, &key.key, options));
	err = session_end(txn, access, err);
	store_close(store);
	if (err != ERR_NONE)
		return STATUS_FAILED;
	last_use_fill(arguments, &key, 1);
	err = listing_keys(arguments, &key, 1, true);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
get(struct store_txn *txn, const char *id, struct listed_key *key_out)
{
	enum error err;

	*key_out = (struct listed_key){ 0 };
	err = session_api_key(txn, id, &key_out->key);
	if (err == ERR_NONE)
		err = name_organizations(txn, key_out, 1);
	return err;
}

static enum error
set(struct store_txn *txn, struct api_key *key,
    const struct key_options *options)
{
	key_options_apply(options, key);
	return change_api_key_put(txn, key, clock_now_ms());
}

static enum error
enable(struct store_txn *txn, struct api_key *key,
    const struct key_options *options)
{
	(void)options;
	key->status = API_KEY_ENABLED;
	return change_api_key_put(txn, key, clock_now_ms());
}

static enum error
disable(struct store_txn *txn, struct api_key *key,
    const struct key_options *options)
{
	(void)options;
	key->status = API_KEY_DISABLED;
	return change_api_key_put(txn, key, clock_now_ms());
}

static enum error
revoke(struct store_txn *txn, struct api_key *key,
    const struct key_options *options)
{
	(void)options;
	return change_api_key_remove(txn, key->id, clock_now_ms());
}
