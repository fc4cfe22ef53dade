/* new_key.c - make an API key, and show it this once. */
#include "cli/new_key.h"

#include <string.h>

#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/complain.h"
#include "cli/output.h"
#include "cli/registry.h"
#include "cli/session.h"
#include "store/pepper_file.h"

static enum error print(const struct arguments *arguments,
    struct new_key *key);
static void take_back(struct registry *registry, const char *id);

enum error
new_key_make(const struct arguments *arguments, struct new_key *key)
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
	api_key_make(key->clear);
	api_key_describe(&key->listed.key, &pepper, key->clear);
	explicit_bzero(&pepper, sizeof(pepper));
	return ERR_NONE;
}

void
new_key_clear(struct new_key *key)
{
	explicit_bzero(key->clear, sizeof(key->clear));
}

enum error
new_key_show(const struct arguments *arguments, struct registry *registry,
    struct new_key *key)
{
	enum error err = print(arguments, key);

	if (err != ERR_NONE)
		take_back(registry, key->listed.key.id);
	return err;
}

/* The clear text is spoilt. */
static enum error
print(const struct arguments *arguments, struct new_key *key)
{
	if (arguments_have(arguments, OPTION_JSON))
		return listing_new_key(&key->listed, key->clear);
	key->clear[API_KEY_LEN] = '\n';
	return output_write(key->clear, API_KEY_LEN + 1);
}

/* Nobody has seen the key, so nobody can ever use it. */
static void
take_back(struct registry *registry, const char *id)
{
	enum error err = registry_remove_api_key(registry, id, NULL);

	if (err == ERR_NOT_FOUND)
		session_change(err);
	if (err == ERR_NONE)
		complain("the key could not be shown, so it was revoked");
}
