/* session.c - the store, opened for one command. */
#include "cli/session.h"

#include <string.h>

#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/complain.h"
#include "model/api_key.h"
#include "model/organization.h"
#include "store/api_keys.h"
#include "store/membership.h"
#include "store/organizations.h"

static enum error check_alone(const struct arguments *arguments,
    struct store *store);

enum error
session_open(const struct arguments *arguments, enum store_access access,
    struct store **store_out)
{
	struct detail detail = { "" };
	enum error err;

	err = store_open(settings_text(arguments->settings, SETTING_STORE),
	    access, settings_number(arguments->settings, SETTING_MAP_SIZE),
	    store_out, &detail);
	if (err != ERR_NONE)
		complain("%s", detail.text);
	return err;
}

enum error
session_open_to_change(const struct arguments *arguments,
    struct store **store_out)
{
	enum error err = session_open(arguments, STORE_WRITE, store_out);

	if (err == ERR_NONE)
		err = check_alone(arguments, *store_out);
	if (err != ERR_NONE) {
		store_close(*store_out);
		*store_out = NULL;
	}
	return err;
}

/* A forgotten setting must not make the machines of a cluster differ. */
static enum error
check_alone(const struct arguments *arguments, struct store *store)
{
	struct store_txn *txn = NULL;
	struct detail detail = { "" };
	enum error err;

	if (settings_text(arguments->settings, SETTING_NATS_URL)[0] != '\0')
		return ERR_NONE;
	err = session_begin(store, STORE_READ, &txn);
	if (err != ERR_NONE)
		return err;
	err = store_membership_check_alone(txn, &detail);
	if (err == ERR_MEANING)
		complain("%s", detail.text);
	else
		session_complain(err);
	return session_end(txn, STORE_READ, err);
}

enum error
session_begin(struct store *store, enum store_access access,
    struct store_txn **txn_out)
{
	enum error err;

	if (access == STORE_READ)
		err = store_read_begin(store, txn_out);
	else
		err = store_write_begin(store, false, txn_out);
	return session_complain(err);
}

enum error
session_end(struct store_txn *txn, enum store_access access, enum error err)
{
	if (txn == NULL)
		return err;
	if (access == STORE_READ) {
		store_read_end(txn);
		return err;
	}
	if (err != ERR_NONE) {
		store_write_abort(txn);
		return err;
	}
	return session_complain(store_write_commit(txn));
}

enum error
session_organization(struct store_txn *txn, const char *name,
    struct organization *organization_out)
{
	enum error err = store_organization_find(txn, name, organization_out);
	struct quoted quoted = quote(name, strlen(name));

	if (err != ERR_NOT_FOUND)
		return session_complain(err);
	complain("no organization is called %s; "
	    "apitrail org list shows them", quoted.text);
	return err;
}

enum error
session_api_key(struct store_txn *txn, const char *id, struct api_key *key_out)
{
	enum error err = store_api_key_get(txn, id, key_out);

	if (err != ERR_NOT_FOUND)
		return session_complain(err);
	session_no_api_key(id);
	return err;
}

void
session_no_api_key(const char *id)
{
	struct quoted quoted = quote(id, strlen(id));

	/* Somebody took the secret for the id: do not show it again. */
	if (api_key_is_well_formed(id, strlen(id)))
		complain("an API key was given where its id is wanted; "
		    "apitrail key list shows the ids");
	else
		complain("no API key has the id %s; "
		    "apitrail key list shows them", quoted.text);
}

enum error
session_organization_option(struct store *store,
    const struct arguments *arguments, struct organization *organization_out)
{
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_READ, &txn);
	if (err == ERR_NONE)
		err = session_organization(txn,
		    arguments_text(arguments, OPTION_ORG, 0),
		    organization_out);
	return session_end(txn, STORE_READ, err);
}

enum error
session_change(enum error err)
{
	if (err != ERR_NOT_FOUND)
		return session_complain(err);
	complain("the organization is being removed");
	return err;
}

enum error
session_complain(enum error err)
{
	switch (err) {
	case ERR_NONE:
		break;
	case ERR_CORRUPT:
		complain("a stored record is damaged; "
		    "apitrail check names all that is bad");
		break;
	case ERR_FULL:
		complain("the store is full: over %d %% of APITRAIL_MAP_SIZE "
		    "is in use, or its disk is full; prune, or make room",
		    MAP_USE_PERCENT_MAX);
		break;
	case ERR_NO_MEMORY:
		complain("out of memory");
		break;
	case ERR_IO:
		complain("the store's files cannot be written");
		break;
	default:
		complain("the store failed");
		break;
	}
	return err;
}
