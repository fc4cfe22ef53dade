/* confine.c - the recorder gives up what it does not need. */
#include "recorder/confine.h"

#include "base/log.h"

enum error
confine(const struct settings *settings, struct sandbox_state *state_out,
    struct detail *detail)
{
	/* It connects to nobody, but to syslog when that was away. */
	const struct sandbox_plan plan = {
		.role = SANDBOX_RECORDER,
		.store_path = settings_text(settings, SETTING_STORE),
		.may_connect = settings_number(settings, SETTING_LOG) ==
		    LOG_TO_SYSLOG,
	};

	return sandbox_enter(&plan, (enum sandbox_mode)settings_number(
	    settings, SETTING_SANDBOX), state_out, detail);
}
