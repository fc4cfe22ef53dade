/* complete_store.c - what is in the store, for the shells' completion. */
#include "cli/complete_store.h"

#include <string.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "cli/visible.h"
#include "model/api_key.h"
#include "model/organization.h"
#include "store/api_keys.h"
#include "store/organizations.h"
#include "store/store.h"

/* More than anybody reads. */
enum { FOUND_BYTES_MAX = 256 * 1024 };

struct looking {
	const char *beginning;
	struct buffer *found;
};

typedef enum error look_for(struct store_txn *txn, struct looking *looking);

static void look_into(const struct settings *settings, look_for *look,
    struct looking *looking);
static look_for look_at_organizations;
static look_for look_at_api_keys;
static store_organization_visit add_organization;
static store_api_key_visit add_api_key;
static bool begins_so(const struct looking *looking, const char *text);

void
complete_organizations(const struct settings *settings,
    const char *beginning, struct buffer *found)
{
	struct looking looking = { beginning, found };

	look_into(settings, look_at_organizations, &looking);
}

void
complete_api_keys(const struct settings *settings, const char *beginning,
    struct buffer *found)
{
	struct looking looking = { beginning, found };

	look_into(settings, look_at_api_keys, &looking);
}

static void
look_into(const struct settings *settings, look_for *look,
    struct looking *looking)
{
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	struct detail detail;

	if (settings != NULL && store_open(settings_text(settings,
	    SETTING_STORE), STORE_READ, settings_number(settings,
	    SETTING_MAP_SIZE), &store, &detail) == ERR_NONE &&
	    store_read_begin(store, &txn) == ERR_NONE)
		(void)look(txn, looking);
	store_read_end(txn);
	store_close(store);
}

static enum error
look_at_organizations(struct store_txn *txn, struct looking *looking)
{
	return store_organization_scan(txn, add_organization, looking);
}

static enum error
look_at_api_keys(struct store_txn *txn, struct looking *looking)
{
	return store_api_key_scan(txn, 0, add_api_key, looking);
}

static bool
add_organization(const struct organization *organization, void *arg)
{
	struct looking *looking = arg;

	if (begins_so(looking, organization->name))
		buffer_add_format(looking->found, "%s\n", organization->name);
	return looking->found->len < FOUND_BYTES_MAX;
}

static bool
add_api_key(const struct api_key *key, void *arg)
{
	struct looking *looking = arg;

	if (begins_so(looking, key->id)) {
		buffer_add_format(looking->found, "%s\t", key->id);
		visible_add(looking->found, key->name, strlen(key->name));
		buffer_add_text(looking->found, "\n");
	}
	return looking->found->len < FOUND_BYTES_MAX;
}

static bool
begins_so(const struct looking *looking, const char *text)
{
	return strncmp(text, looking->beginning,
	    strlen(looking->beginning)) == 0;
}
