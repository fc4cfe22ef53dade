/* main.c - the command line: from words to a command, and its status. */
#include <config.h>

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/complain.h"
#include "cli/complete.h"
#include "cli/crash.h"
#include "cli/guide.h"
#include "cli/moment.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "cli/usage.h"

static void set_up(void);
static enum status show_help(const struct arguments *arguments);
static enum error apply_options(const struct arguments *arguments,
    struct settings *settings, struct detail *detail);

int
main(int argc, char **argv)
{
	static struct arguments arguments;
	struct settings *settings = NULL;
	struct detail detail;
	enum status status = STATUS_USAGE;
	enum error err;

	set_up();
	/* For the shells, in no manual: see complete.h. */
	if (argc >= 2 && strcmp(argv[1], COMPLETE_OPTION) == 0)
		return (int)complete(argv + 2, (size_t)argc - 2);
	if (arguments_read(argc, argv, &arguments) != ERR_NONE)
		goto out;
	if (arguments_have(&arguments, OPTION_UTC))
		moment_use_utc();
	if (arguments_have(&arguments, OPTION_NO_PAGER))
		pager_forbid();
	if (arguments_have(&arguments, OPTION_HELP) ||
	    arguments_have(&arguments, OPTION_VERSION)) {
		status = show_help(&arguments);
		goto out;
	}
	err = settings_new((const char *const *)environ, &settings, &detail);
	if (err == ERR_NONE)
		err = apply_options(&arguments, settings, &detail);
	if (err != ERR_NONE) {
		complain("%s", detail.text);
		/* Anything else is the user's to mend. */
		if (err == ERR_NO_MEMORY)
			status = STATUS_FAILED;
		goto out;
	}
	arguments.settings = settings;
	status = arguments.command == NULL ? guide(&arguments) :
	    arguments.command->run(&arguments);
	output_end();
	/* Who leaves a pager has seen enough. */
	if (output_reader_has_gone() && status == STATUS_FAILED)
		status = STATUS_DONE;
	if (!output_is_whole() && status == STATUS_DONE)
		status = STATUS_FAILED;
out:
	settings_free(settings);
	return (int)status;
}

static void
set_up(void)
{
	output_guard_standard_files();
	crash_complain();
	/* A reader that went away is noticed by the write that fails. */
	signal(SIGPIPE, SIG_IGN);
	/* Names are UTF-8, whatever a bare environment says. */
	if (setlocale(LC_CTYPE, "") == NULL || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	/* Who types a command reads its terminal, not the system's log. */
	(void)log_open(LOG_TO_STDERR, "apitrail");
}

static enum status
show_help(const struct arguments *arguments)
{
	struct buffer text;
	enum error err;

	buffer_init(&text, 0);
	if (arguments_have(arguments, OPTION_VERSION))
		buffer_add_text(&text, "apitrail " PACKAGE_VERSION "\n");
	else if (arguments->command != NULL)
		usage_add_command(&text, arguments->command);
	else if (arguments->name != NULL)
		usage_add_family(&text, arguments->name);
	else
		usage_add_program(&text);
	output_page();
	err = output_buffer(&text);
	output_end();
	buffer_clear(&text);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
apply_options(const struct arguments *arguments, struct settings *settings,
    struct detail *detail)
{
	for (size_t i = 0; i < arguments->given_count; i++) {
		const struct given *given = &arguments->given[i];
		enum error err;

		if (!given->is_setting)
			continue;
		err = settings_set(settings, (enum setting)given->number,
		    given->text, detail);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}
