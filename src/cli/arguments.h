/* arguments.h - the words after the program's name. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cli/command.h"

struct settings;

/* Options of one command line, and its words. */
enum { GIVEN_MAX = 128 };

struct given {
	bool is_setting;
	int number;		/* of enum setting or enum option_name */
	const char *text;	/* borrowed from argv; "" without argument */
};

struct arguments {
	const char *name;		/* the first word; NULL without one */
	const struct command *command;	/* NULL with --help and --version */
	struct given given[GIVEN_MAX];
	size_t given_count;
	char **operands;		/* borrowed from argv */
	size_t operand_count;
	const struct settings *settings;	/* put there by main */
};

/*
 * Reads the command line.  What is wrong is complained of here, with the
 * usage line of the command as far as that is known; then ERR_SYNTAX.  With
 * --help or --version nothing else needs to be there; without any word, name
 * is NULL.
 */
enum error arguments_read(int argc, char **argv, struct arguments *arguments);

/* Whether the option was given. */
bool arguments_have(const struct arguments *arguments, enum option_name option);
/* Its text, of the nth time from 0 on; NULL when it was not given as often. */
const char *arguments_text(const struct arguments *arguments,
    enum option_name option, size_t nth);

/*
 * A whole number from min to max.  Without the option *number_out is left as
 * it is.  ERR_MEANING, complained of here with what is allowed.
 */
enum error arguments_number(const struct arguments *arguments,
    enum option_name option, int64_t min, int64_t max, int64_t *number_out);

/*
 * A moment: RFC 3339, or a duration counted from now_ms, back (direction -1)
 * or ahead (direction 1).  Otherwise as arguments_number.
 */
enum error arguments_moment(const struct arguments *arguments,
    enum option_name option, int64_t now_ms, int direction,
    int64_t *time_ms_out);

/* Complains, then shows the command's usage line. */
void arguments_complain(const struct arguments *arguments,
    const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
