/* last_use.c - when keys were last used, as far as anybody knows. */
#include "cli/last_use.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/listing.h"
#include "shared/last_used.h"
#include "shared/shared.h"

void
last_use_fill(const struct arguments *arguments, struct listed_key *keys,
    size_t count)
{
	const char *store = settings_text(arguments->settings, SETTING_STORE);
	int64_t now_ms = clock_now_ms();
	struct shared *shared = NULL;
	char path[PATH_MAX];

	/* Looking at keys is no reason to make the file. */
	if (count == 0 || snprintf(path, sizeof(path), "%s/" COUNTERS_FILE,
	    store) >= (int)sizeof(path) || access(path, R_OK | W_OK) != 0 ||
	    shared_new(store, &shared) != ERR_NONE)
		return;
	for (size_t i = 0; i < count; i++) {
		int64_t used_ms = last_used_find(shared, keys[i].key.id,
		    now_ms);

		if (used_ms > keys[i].key.last_used_ms)
			keys[i].key.last_used_ms = used_ms;
	}
	shared_free(shared);
}
