/* organizations.c - apitrail org add, list, show and set. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "record/changes.h"
#include "store/organizations.h"

static enum error add(struct store *store, struct organization *organization);
static store_organization_visit collect;
static enum error read_changes(const struct arguments *arguments,
    struct organization *changes);
static enum error change(struct store *store,
    const struct arguments *arguments, const struct organization *changes,
    struct organization *organization_out);
static enum error set_name(struct organization *organization,
    const char *name);

enum status
run_org_add(const struct arguments *arguments)
{
	struct organization organization = { .status = ORGANIZATION_ACTIVE };
	struct store *store = NULL;
	enum error err;

	err = set_name(&organization, arguments->operands[0]);
	if (err != ERR_NONE)
		return STATUS_USAGE;
	err = session_open(arguments, STORE_WRITE, &store);
	if (err == ERR_NONE)
		err = add(store, &organization);
	store_close(store);
	if (err == ERR_NONE)
		err = listing_organizations(arguments, &organization, 1,
		    true);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
add(struct store *store, struct organization *organization)
{
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_WRITE, &txn);
	if (err != ERR_NONE)
		return err;
	err = store_organization_add(txn, organization, clock_now_ms());
	if (err == ERR_EXISTS)
		complain("an organization is called %s already",
		    organization->name);
	else
		session_change(err);
	return session_end(txn, STORE_WRITE, err);
}

enum status
run_org_list(const struct arguments *arguments)
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
		err = session_complain(store_organization_scan(txn, collect,
		    &found));
	if (err == ERR_NONE)
		err = session_complain(found.error);
	session_end(txn, STORE_READ, err);
	store_close(store);
	if (err == ERR_NONE)
		err = listing_organizations(arguments,
		    (const struct organization *)(void *)found.bytes,
		    found.len / sizeof(struct organization), false);
	buffer_clear(&found);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

/* arg is a buffer of organizations. */
static bool
collect(const struct organization *organization, void *arg)
{
	struct buffer *found = arg;

	buffer_add(found, organization, sizeof(*organization));
	return found->error == ERR_NONE;
}

enum status
run_org_show(const struct arguments *arguments)
{
	struct organization organization;
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	enum error err;

	err = session_open(arguments, STORE_READ, &store);
	if (err == ERR_NONE)
		err = session_begin(store, STORE_READ, &txn);
	if (err == ERR_NONE)
		err = session_organization(txn, arguments->operands[0],
		    &organization);
	session_end(txn, STORE_READ, err);
	store_close(store);
	if (err == ERR_NONE)
		err = listing_organizations(arguments, &organization, 1,
		    true);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

enum status
run_org_set(const struct arguments *arguments)
{
	struct organization changes = { 0 };
	struct organization organization;
	struct store *store = NULL;
	enum error err;

	err = read_changes(arguments, &changes);
	if (err != ERR_NONE)
		return STATUS_USAGE;
	err = session_open(arguments, STORE_WRITE, &store);
	if (err == ERR_NONE)
		err = change(store, arguments, &changes, &organization);
	store_close(store);
	if (err == ERR_NONE)
		err = listing_organizations(arguments, &organization, 1,
		    true);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
read_changes(const struct arguments *arguments, struct organization *changes)
{
	const char *status = arguments_text(arguments, OPTION_STATUS, 0);
	const char *name = arguments_text(arguments, OPTION_NAME, 0);
	struct detail detail;
	enum error err = ERR_NONE;

	if (status == NULL && name == NULL) {
		arguments_complain(arguments,
		    "nothing to change: give --status or --name");
		return ERR_MEANING;
	}
	if (status != NULL)
		err = organization_status_parse(status, &changes->status,
		    &detail);
	if (err != ERR_NONE) {
		arguments_complain(arguments, "%s", detail.text);
		return err;
	}
	if (name != NULL)
		err = set_name(changes, name);
	return err;
}

static enum error
change(struct store *store, const struct arguments *arguments,
    const struct organization *changes, struct organization *organization)
{
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_WRITE, &txn);
	if (err == ERR_NONE)
		err = session_organization(txn, arguments->operands[0],
		    organization);
	if (err != ERR_NONE)
		return session_end(txn, STORE_WRITE, err);

	if (arguments_have(arguments, OPTION_STATUS))
		organization->status = changes->status;
	if (arguments_have(arguments, OPTION_NAME))
		memcpy(organization->name, changes->name,
		    sizeof(organization->name));
	err = change_organization_put(txn, organization, clock_now_ms());
	if (err == ERR_EXISTS)
		complain("an organization is called %s already",
		    organization->name);
	else
		session_change(err);
	return session_end(txn, STORE_WRITE, err);
}

static enum error
set_name(struct organization *organization, const char *name)
{
	struct detail detail;
	enum error err = organization_name_check(name, &detail);

	if (err != ERR_NONE) {
		complain("%s", detail.text);
		return err;
	}
	snprintf(organization->name, sizeof(organization->name), "%s", name);
	return ERR_NONE;
}
