/* recorder.c - apitrail recorder: the daemon that takes events in. */
#include "recorder/recorder.h"

#include "base/log.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"

enum status
run_recorder(const struct arguments *arguments)
{
	struct detail detail = { "" };
	enum error err;

	/* A daemon writes where the settings say, unlike what people run. */
	if (log_open((enum log_target)settings_number(arguments->settings,
	    SETTING_LOG), "apitrail") != ERR_NONE)
		log_fact(LEVEL_WARNING, "journald does not listen, so lines "
		    "go to stderr", NULL);
	err = recorder_run(arguments->settings, &detail);
	if (err == ERR_NONE)
		return STATUS_DONE;
	complain("%s", detail.text);
	return STATUS_FAILED;
}
