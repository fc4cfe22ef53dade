/* key_add.c - apitrail key add: make a key, and show it this once. */
#include <string.h>

#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/key_options.h"
#include "cli/new_key.h"
#include "cli/session.h"
#include "record/changes.h"
#include "store/store.h"

static enum error put(struct store *store, const struct arguments *arguments,
    struct listed_key *listed);

enum status
run_key_add(const struct arguments *arguments)
{
	struct new_key key = { 0 };
	struct key_options options;
	struct store *store = NULL;
	enum error err;

	key.listed.key.status = API_KEY_ENABLED;
	key.listed.key.scopes = SCOPE_EVENTS_READ;
	if (key_options_read(arguments, &options) != ERR_NONE)
		return STATUS_USAGE;
	key_options_apply(&options, &key.listed.key);
	err = session_open(arguments, STORE_WRITE, &store);
	if (err == ERR_NONE)
		err = new_key_make(arguments, &key);
	if (err == ERR_NONE)
		err = put(store, arguments, &key.listed);
	if (err == ERR_NONE)
		err = new_key_show(arguments, store, &key);
	new_key_clear(&key);
	store_close(store);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
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
