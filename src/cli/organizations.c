/* organizations.c - apitrail org add, list, show and set. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/listing.h"
#include "cli/registry.h"
#include "cli/session.h"
#include "store/organizations.h"

struct changes {
	bool has_status;
	bool has_name;
	struct organization wanted;	/* of which these two count */
};

static store_organization_visit collect;
static enum error read_changes(const struct arguments *arguments,
    struct changes *changes);
static registry_organization_change change;
static enum error set_name(struct organization *organization,
    const char *name);

enum status
run_org_add(const struct arguments *arguments)
{
	struct organization organization = { .status = ORGANIZATION_ACTIVE };
	struct registry *registry = NULL;
	enum error err;

	err = set_name(&organization, arguments->operands[0]);
	if (err != ERR_NONE)
		return STATUS_USAGE;
	err = registry_open(arguments, &registry);
	if (err == ERR_NONE)
		err = registry_add_organization(registry, &organization);
	registry_close(registry);
	if (err == ERR_NONE)
		err = listing_organizations(arguments, &organization, 1,
		    true);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
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
	struct changes changes;
	struct organization organization;
	struct registry *registry = NULL;
	enum error err;

	err = read_changes(arguments, &changes);
	if (err != ERR_NONE)
		return STATUS_USAGE;
	err = registry_open(arguments, &registry);
	if (err == ERR_NONE)
		err = registry_change_organization(registry,
		    arguments->operands[0], change, &changes, &organization);
	registry_close(registry);
	if (err == ERR_NONE)
		err = listing_organizations(arguments, &organization, 1,
		    true);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
read_changes(const struct arguments *arguments, struct changes *changes)
{
	const char *status = arguments_text(arguments, OPTION_STATUS, 0);
	const char *name = arguments_text(arguments, OPTION_NAME, 0);
	struct detail detail;
	enum error err = ERR_NONE;

	*changes = (struct changes){
		.has_status = status != NULL,
		.has_name = name != NULL,
	};
	if (status == NULL && name == NULL) {
		arguments_complain(arguments,
		    "nothing to change: give --status or --name");
		return ERR_MEANING;
	}
	if (status != NULL)
		err = organization_status_parse(status,
		    &changes->wanted.status, &detail);
	if (err != ERR_NONE) {
		arguments_complain(arguments, "%s", detail.text);
		return err;
	}
	if (name != NULL)
		err = set_name(&changes->wanted, name);
	return err;
}

/* arg is the changes. */
static enum error
change(struct organization *organization, void *arg)
{
	const struct changes *changes = arg;

	if (changes->has_status)
		organization->status = changes->wanted.status;
	if (changes->has_name)
		memcpy(organization->name, changes->wanted.name,
		    sizeof(organization->name));
	return ERR_NONE;
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
