/* key_add.c - apitrail key add: make a key, and show it this once. */
#include <string.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/key_options.h"
#include "cli/new_key.h"
#include "cli/registry.h"

static enum error add(struct registry *registry,
    const struct arguments *arguments, struct listed_key *listed);

enum status
run_key_add(const struct arguments *arguments)
{
	struct new_key key = { 0 };
	struct key_options options;
	struct registry *registry = NULL;
	enum error err;

	key.listed.key.status = API_KEY_ENABLED;
	key.listed.key.scopes = SCOPE_EVENTS_READ;
	if (key_options_read(arguments, &options) != ERR_NONE)
		return STATUS_USAGE;
	key_options_apply(&options, &key.listed.key);
	err = registry_open(arguments, &registry);
	if (err == ERR_NONE)
		err = new_key_make(arguments, &key);
	if (err == ERR_NONE)
		err = add(registry, arguments, &key.listed);
	if (err == ERR_NONE)
		err = new_key_show(arguments, registry, &key);
	new_key_clear(&key);
	registry_close(registry);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
add(struct registry *registry, const struct arguments *arguments,
    struct listed_key *listed)
{
	struct organization organization;
	enum error err = registry_add_api_key(registry,
	    arguments_text(arguments, OPTION_ORG, 0), &listed->key,
	    &organization);

	if (err == ERR_NONE)
		memcpy(listed->organization, organization.name,
		    sizeof(listed->organization));
	return err;
}
