/* registry_ways_absent.c - a build without libnats: nothing is shared. */
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/complain.h"
#include "cli/registry_ways.h"

enum error
registry_ways_open(const struct arguments *arguments, struct store *store,
    const struct registry_ways **ways_out, struct cluster **cluster_out)
{
	(void)store;
	*ways_out = NULL;
	*cluster_out = NULL;
	if (settings_text(arguments->settings, SETTING_NATS_URL)[0] == '\0')
		return ERR_NONE;
	complain("APITRAIL_NATS_URL: this program was built without libnats");
	return ERR_MEANING;
}
