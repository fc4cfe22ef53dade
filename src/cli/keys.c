/* keys.c - apitrail key list, show, set, enable, disable and revoke. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/key_options.h"
#include "cli/last_use.h"
#include "cli/listing.h"
#include "cli/registry.h"
#include "cli/session.h"
#include "store/api_keys.h"
#include "store/organizations.h"

static enum error gather(struct store_txn *txn,
    const struct arguments *arguments, struct buffer *found);
static store_api_key_visit collect;
static enum error name_organizations(struct store_txn *txn,
    struct listed_key *keys, size_t count);
static enum error get(struct store_txn *txn, const char *id,
    struct listed_key *key_out);
static registry_api_key_change set;
static registry_api_key_change enable;
static registry_api_key_change disable;
static enum status change_key(const struct arguments *arguments,
    registry_api_key_change *change, void *arg);
static enum status show_key(const struct arguments *arguments,
    struct listed_key *key, enum error err);

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
	struct listed_key key;
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	enum error err;

	err = session_open(arguments, STORE_READ, &store);
	if (err == ERR_NONE)
		err = session_begin(store, STORE_READ, &txn);
	if (err == ERR_NONE)
		err = get(txn, arguments->operands[0], &key);
	err = session_end(txn, STORE_READ, err);
	store_close(store);
	return show_key(arguments, &key, err);
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
	return change_key(arguments, set, &options);
}

/* arg is the options. */
static enum error
set(struct api_key *key, void *arg)
{
	const struct key_options *options = arg;

	key_options_apply(options, key);
	return ERR_NONE;
}

enum status
run_key_enable(const struct arguments *arguments)
{
	return change_key(arguments, enable, NULL);
}

static enum error
enable(struct api_key *key, void *arg)
{
	(void)arg;
	key->status = API_KEY_ENABLED;
	return ERR_NONE;
}

enum status
run_key_disable(const struct arguments *arguments)
{
	return change_key(arguments, disable, NULL);
}

static enum error
disable(struct api_key *key, void *arg)
{
	(void)arg;
	key->status = API_KEY_DISABLED;
	return ERR_NONE;
}

enum status
run_key_revoke(const struct arguments *arguments)
{
	struct listed_key key;
	struct registry *registry = NULL;
	enum error err;

	err = registry_open(arguments, &registry);
	if (err == ERR_NONE)
		err = registry_remove_api_key(registry,
		    arguments->operands[0], &key);
	if (err == ERR_NOT_FOUND)
		session_no_api_key(arguments->operands[0]);
	registry_close(registry);
	return show_key(arguments, &key, err);
}

/* The key of the id that was given; then it is shown. */
static enum status
change_key(const struct arguments *arguments,
    registry_api_key_change *change, void *arg)
{
	struct listed_key key;
	struct registry *registry = NULL;
	enum error err;

	err = registry_open(arguments, &registry);
	if (err == ERR_NONE)
		err = registry_change_api_key(registry,
		    arguments->operands[0], change, arg, &key);
	if (err == ERR_NOT_FOUND)
		session_no_api_key(arguments->operands[0]);
	registry_close(registry);
	return show_key(arguments, &key, err);
}

/* Unless err says that it is not known. */
static enum status
show_key(const struct arguments *arguments, struct listed_key *key,
    enum error err)
{
	if (err != ERR_NONE)
		return STATUS_FAILED;
	last_use_fill(arguments, key, 1);
	err = listing_keys(arguments, key, 1, true);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}
