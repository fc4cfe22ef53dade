/* init.c - apitrail init: make the store. */
#include <stdbool.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "store/store.h"

static enum status report(const struct arguments *arguments, bool was_made);

enum status
run_init(const struct arguments *arguments)
{
	const struct settings *settings = arguments->settings;
	struct detail detail = { "" };
	bool was_made;
	enum error err;

	err = store_init(settings_text(settings, SETTING_STORE),
	    settings_text(settings, SETTING_PEPPER),
	    settings_number(settings, SETTING_MAP_SIZE), &was_made, &detail);
	if (err != ERR_NONE) {
		complain("%s", detail.text);
		return STATUS_FAILED;
	}
	return report(arguments, was_made);
}

static enum status
report(const struct arguments *arguments, bool was_made)
{
	const char *path = settings_text(arguments->settings, SETTING_STORE);
	const char *pepper = settings_text(arguments->settings,
	    SETTING_PEPPER);
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	if (arguments_have(arguments, OPTION_JSON)) {
		json_writer_begin(&json, NULL, '{');
		json_writer_text(&json, "store", path);
		json_writer_text(&json, "pepper", pepper);
		json_writer_bool(&json, "made", was_made);
		json_writer_end(&json, '}');
		buffer_add_text(&text, "\n");
	} else if (was_made) {
		buffer_add_format(&text, "made the store in %s\n", path);
	} else {
		buffer_add_format(&text,
		    "the store in %s is there already\n", path);
	}
	err = output_buffer(&text);
	buffer_clear(&text);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}
