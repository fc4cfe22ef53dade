/* confine.c - the recorder gives up what it does not need. */
#include "recorder/confine.h"

#include <stdbool.h>

#include "base/log.h"

enum error
confine(const struct settings *settings, struct sandbox_state *state_out,
    struct detail *detail)
{
	bool is_networked = settings_text(settings,
	    SETTING_NATS_URL)[0] != '\0';
	/* It connects to nobody, but to syslog when that was away, and to the
	 * log that several machines share. */
	const struct sandbox_plan plan = {
		.role = SANDBOX_RECORDER,
		.store_path = settings_text(settings, SETTING_STORE),
		.may_connect = settings_number(settings, SETTING_LOG) ==
		    LOG_TO_SYSLOG || is_networked,
		.is_networked = is_networked,
		.pepper_path = settings_text(settings, SETTING_PEPPER),
		.creds_path = settings_text(settings, SETTING_NATS_CREDS),
		.ca_path = settings_text(settings, SETTING_NATS_CA),
	};

	return sandbox_enter(&plan, (enum sandbox_mode)settings_number(
	    settings, SETTING_SANDBOX), state_out, detail);
}
