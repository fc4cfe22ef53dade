/* org_remove.c - apitrail org remove: erase an organization. */
#include <inttypes.h>

#include "base/buffer.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "cli/registry.h"
#include "cli/session.h"
#include "model/limits.h"
#include "model/organization.h"
#include "store/organizations.h"

static enum error find(struct store *store, const char *name,
    struct organization *organization_out);
static enum error erase(struct registry *registry,
    const struct organization *organization, struct erase_result *all);
static enum error erase_some(struct store *store, uint32_t number,
    struct erase_result *result);
static enum error report(const struct arguments *arguments,
    const struct organization *organization, const struct erase_result *all);

enum status
run_org_remove(const struct arguments *arguments)
{
	struct organization organization;
	struct erase_result all = { 0 };
	struct registry *registry = NULL;
	enum status status = STATUS_FAILED;
	enum error err;

	err = registry_open(arguments, &registry);
	if (err == ERR_NONE)
		err = find(registry_store(registry), arguments->operands[0],
		    &organization);
	/* No transaction is open while somebody thinks. */
	if (err == ERR_NONE)
		status = question(arguments, "the organization %s, its API "
		    "keys and its events will be gone for good",
		    organization.name);
	if (err == ERR_NONE && status == STATUS_DONE) {
		err = erase(registry, &organization, &all);
		if (err == ERR_NONE)
			err = report(arguments, &organization, &all);
		if (err != ERR_NONE)
			status = STATUS_FAILED;
	}
	registry_close(registry);
	return status;
}

/* Also one whose removal was begun: this goes on with it. */
static enum error
find(struct store *store, const char *name,
    struct organization *organization_out)
{
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_READ, &txn);
	if (err == ERR_NONE)
		err = session_organization(txn, name, organization_out);
	return session_end(txn, STORE_READ, err);
}

/* Step by step, so that other writers have their turns between. */
static enum error
erase(struct registry *registry, const struct organization *organization,
    struct erase_result *all)
{
	struct progress progress;
	enum error err = registry_remove_organization(registry,
	    organization->number);

	progress_begin(&progress, "events erased");
	while (err == ERR_NONE && !all->is_done) {
		struct erase_result result = { 0 };

		err = erase_some(registry_store(registry),
		    organization->number, &result);
		all->api_keys += result.api_keys;
		all->events += result.events;
		all->blocks += result.blocks;
		all->is_done = result.is_done;
		progress_show(&progress, all->events, 0, 0);
	}
	progress_hide(&progress);
	return err;
}

static enum error
erase_some(struct store *store, uint32_t number, struct erase_result *result)
{
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_WRITE, &txn);
	if (err != ERR_NONE)
		return err;
	err = store_organization_erase_some(txn, number, ERASE_BATCH_RECORDS,
	    result);
	/* The recorder, which also finishes removals, did the rest. */
	if (err == ERR_NOT_FOUND) {
		result->is_done = true;
		err = ERR_NONE;
	}
	return session_end(txn, STORE_WRITE, session_complain(err));
}

static enum error
report(const struct arguments *arguments,
    const struct organization *organization, const struct erase_result *all)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	if (arguments_have(arguments, OPTION_JSON)) {
		json_writer_begin(&json, NULL, '{');
		json_writer_text(&json, "id", organization->id);
		json_writer_text(&json, "name", organization->name);
		json_writer_number(&json, "api_keys",
		    (int64_t)all->api_keys);
		json_writer_number(&json, "events", (int64_t)all->events);
		json_writer_end(&json, '}');
		buffer_add_text(&text, "\n");
	} else {
		buffer_add_format(&text, "removed %s, %" PRIu64
		    " API key%s and %" PRIu64 " event%s\n",
		    organization->name, all->api_keys,
		    all->api_keys == 1 ? "" : "s", all->events,
		    all->events == 1 ? "" : "s");
	}
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}
