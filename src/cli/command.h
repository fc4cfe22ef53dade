/* command.h - the table of commands, which dispatch and --help read. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct arguments;

/* What every command exits with. */
enum status {
	STATUS_DONE,
	STATUS_FAILED,		/* a file, the store or the machine */
	STATUS_USAGE,		/* the words were wrong; nothing was tried */
	STATUS_REFUSED		/* some of the input was refused */
};

/* The commands' own long options; settings have theirs in base/settings.h. */
enum option_name {
	OPTION_CSV,
	OPTION_DATA,
	OPTION_DESC,
	OPTION_EVENTS,
	OPTION_EXPIRES,
	OPTION_FAIL,
	OPTION_FOLLOW,
	OPTION_HEADER,
	OPTION_HELP,
	OPTION_JSON,
	OPTION_KEY_FILE,
	OPTION_LIMIT,
	OPTION_NAME,
	OPTION_NDJSON,
	OPTION_NO_PAGER,
	OPTION_ORG,
	OPTION_OVERLAP,
	OPTION_RATE,
	OPTION_REJECTS,
	OPTION_SCOPE,
	OPTION_SINCE,
	OPTION_START_AFTER,
	OPTION_START_AFTER_ID,
	OPTION_STATUS,
	OPTION_STRICT,
	OPTION_URL,
	OPTION_UTC,
	OPTION_VERSION,
	OPTION_YES,
	OPTION_COUNT
};

struct option_row {
	const char *name;	/* without the dashes */
	const char *argument;	/* "NAME"; NULL when it takes none */
	bool is_repeatable;
};

/* One row for each option. */
const struct option_row *option_row(enum option_name option);
/* That of -f and the like; '\0': none. */
char option_letter(enum option_name option);
/* Whether every command takes it, and it may stand where there is none. */
bool option_is_everywhere(enum option_name option);

struct command_option {
	enum option_name option;
	bool is_required;
	const char *meaning;
};

typedef enum status command_run(const struct arguments *arguments);

struct command {
	const char *name;
	const char *subcommand;		/* NULL when it has none */
	command_run *run;
	const char *operands;		/* "NAME", "[FILE|-]", or NULL */
	unsigned int operands_min;
	unsigned int operands_max;
	const char *meaning;		/* one line */
	const struct command_option *options;
	size_t option_count;
};

/* All of them, in the order of --help. */
extern const struct command commands[];
extern const size_t command_count;

/* NULL when there is none; subcommand is NULL for those without. */
const struct command *command_find(const char *name, const char *subcommand);
/* Whether there are commands of that name with subcommands. */
bool command_has_subcommands(const char *name);
/* The row in which the command lists the option, or NULL. */
const struct command_option *command_takes(const struct command *command,
    enum option_name option);

#endif
