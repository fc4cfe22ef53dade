/* key_add.c - apitrail key add: make a key, and show it this once. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/listing.h"
#include "cli/output.h"
#include "cli/session.h"
#include "record/changes.h"
#include "store/api_keys.h"
#include "store/pepper_file.h"

static enum error read_options(const struct arguments *arguments,
    struct api_key *key);
static enum error read_scopes(const struct arguments *arguments,
    unsigned int *scopes);
static enum error add(struct store *store, const struct arguments *arguments,
    struct listed_key *listed, char clear[API_KEY_LEN + 1]);
static enum error put(struct store *store, const struct arguments *arguments,
    struct listed_key *listed);
static enum error show(const struct arguments *arguments,
    const struct listed_key *listed, char clear[API_KEY_LEN + 1]);
static void take_back(struct store *store, const char *id);

enum status
run_key_add(const struct arguments *arguments)
{
	char clear[API_KEY_LEN + 1] = "";
	struct listed_key listed = { .key = { .status = API_KEY_ENABLED } };
	struct store *store = NULL;
	enum error err;

	if (read_options(arguments, &listed.key) != ERR_NONE)
		return STATUS_USAGE;
	err = session_open(arguments, STORE_WRITE, &store);
	if (err == ERR_NONE)
		err = add(store, arguments, &listed, clear);
	if (err == ERR_NONE) {
		err = show(arguments, &listed, clear);
		if (err != ERR_NONE)
			take_back(store, listed.key.id);
	}
	explicit_bzero(clear, sizeof(clear));
	store_close(store);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
read_options(const struct arguments *arguments, struct api_key *key)
{
	const char *name = arguments_text(arguments, OPTION_NAME, 0);
	int64_t now_ms = clock_now_ms();
	struct detail detail;
	int64_t rate = 0;
	enum error err;

	err = api_key_name_check(name, &detail);
	if (err != ERR_NONE) {
		arguments_complain(arguments, "%s", detail.text);
		return err;
	}
	snprintf(key->name, sizeof(key->name), "%s", name);

	err = read_scopes(arguments, &key->scopes);
	if (err == ERR_NONE)
		err = arguments_number(arguments, OPTION_RATE, 1,
		    API_KEY_RATE_MAX, &rate);
	if (err == ERR_NONE)
		err = arguments_moment(arguments, OPTION_EXPIRES, now_ms, 1,
		    &key->expires_ms);
	if (err != ERR_NONE)
		return err;
	key->rate_per_minute = (uint32_t)rate;
	if (arguments_have(arguments, OPTION_EXPIRES) &&
	    key->expires_ms <= now_ms) {
		arguments_complain(arguments,
		    "--expires: expected a moment to come, got %s",
		    arguments_text(arguments, OPTION_EXPIRES, 0));
		return ERR_MEANING;
	}
	return ERR_NONE;
}

static enum error
read_scopes(const struct arguments *arguments, unsigned int *scopes)
{
	const char *text;
	struct detail detail;

	*scopes = arguments_have(arguments, OPTION_SCOPE) ?
	    0 : SCOPE_EVENTS_READ;
	for (size_t i = 0; i < GIVEN_MAX; i++) {
		text = arguments_text(arguments, OPTION_SCOPE, i);
		if (text == NULL)
			break;
		if (scopes_parse(text, scopes, &detail) != ERR_NONE) {
			arguments_complain(arguments, "%s", detail.text);
			return ERR_MEANING;
		}
	}
	return ERR_NONE;
}

static enum error
add(struct store *store, const struct arguments *arguments,
    struct listed_key *listed, char clear[API_KEY_LEN + 1])
{
	struct pepper pepper;
	struct detail detail;
	enum error err;

	err = pepper_file_read(
	    settings_text(arguments->settings, SETTING_PEPPER), &pepper,
	    &detail);
	if (err != ERR_NONE) {
		complain("%s", detail.text);
		return err;
	}
	api_key_make(clear);
	api_key_describe(&listed->key, &pepper, clear);
	explicit_bzero(&pepper, sizeof(pepper));
	return put(store, arguments, listed);
}

static enum error
put(struct store *store, const struct arguments *arguments,
    struct listed_key *listed)
{
	struct organization organization;
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_WRITE, &txn);
	if (err == ERR_NONE)
		err = session_organization(txn,
		    arguments_text(arguments, OPTION_ORG, 0), &organization);
	if (err == ERR_NONE) {
		memcpy(listed->organization, organization.name,
		    sizeof(listed->organization));
		listed->key.organization = organization.number;
		err = session_change(change_api_key_add(txn, &listed->key,
		    clock_now_ms()));
	}
	return session_end(txn, STORE_WRITE, err);
}

/* The key alone, so that a shell can take it; clear is spoilt. */
static enum error
show(const struct arguments *arguments, const struct listed_key *listed,
    char clear[API_KEY_LEN + 1])
{
	if (arguments_have(arguments, OPTION_JSON))
		return listing_new_key(listed, clear);
	clear[API_KEY_LEN] = '\n';
	return output_write(clear, API_KEY_LEN + 1);
}

/* Nobody has seen the key, so nobody can ever use it. */
static void
take_back(struct store *store, const char *id)
{
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_WRITE, &txn);
	if (err == ERR_NONE)
		err = session_change(change_api_key_remove(txn, id,
		    clock_now_ms()));
	err = session_end(txn, STORE_WRITE, err);
	if (err == ERR_NONE)
		complain("the key could not be shown, so it was revoked");
}
