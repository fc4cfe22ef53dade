/* arguments.c - the words after the program's name. */
#include "cli/arguments.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/write_whole.h"
#include "cli/complain.h"
#include "cli/nearest.h"
#include "cli/usage.h"

enum {
	/* What getopt_long gives back: one of these plus the number. */
	VALUE_SETTING = 1000,
	VALUE_OPTION = 2000,
	LONG_OPTIONS_SIZE = SETTING_COUNT + OPTION_COUNT + 1,
	/* "+:", then a letter and a colon for each. */
	LETTERS_SIZE = 2 + 2 * OPTION_COUNT + 1
};
static_assert(SETTING_COUNT < VALUE_OPTION - VALUE_SETTING,
    "the ranges do not meet");

static enum error read_words(int argc, char **argv,
    struct arguments *arguments);
static enum error read_options(int argc, char **argv, const char *order,
    struct arguments *arguments);
static void list_options(const struct command *command,
    struct option *list);
static void list_letters(const struct command *command, const char *order,
    char letters[LETTERS_SIZE]);
static int value_of(int value);
static enum error add_given(struct arguments *arguments, int value,
    const char *text);
static enum error complain_of_option(const struct arguments *arguments,
    int value, const char *word);
static const char *value_name(int value);
static enum error complain_of_word(const char *name, const char *word);
static enum error check_complete(const struct arguments *arguments);
static bool wants_help(const struct arguments *arguments);

enum error
arguments_read(int argc, char **argv, struct arguments *arguments)
{
	enum error err;

	*arguments = (struct arguments){ 0 };
	err = read_words(argc, argv, arguments);
	if (err != ERR_NONE || wants_help(arguments))
		return err;
	return check_complete(arguments);
}

/* Options may stand before, between and after the words of the command. */
static enum error
read_words(int argc, char **argv, struct arguments *arguments)
{
	const char *subcommand = NULL;
	enum error err;

	err = read_options(argc, argv, "+:", arguments);
	if (err != ERR_NONE || optind >= argc)
		return err;
	argc -= optind;
	argv += optind;
	arguments->name = argv[0];

	if (command_has_subcommands(arguments->name)) {
		err = read_options(argc, argv, "+:", arguments);
		if (err != ERR_NONE || optind >= argc)
			return err;
		argc -= optind;
		argv += optind;
		subcommand = argv[0];
	}
	arguments->command = command_find(arguments->name, subcommand);
	if (arguments->command == NULL)
		return complain_of_word(arguments->name, subcommand);

	err = read_options(argc, argv, ":", arguments);
	arguments->operands = argv + optind;
	arguments->operand_count = (size_t)(argc - optind);
	return err;
}

/* order is getopt's: whether to stop at the first word.  argv[0] is passed
 * over. */
static enum error
read_options(int argc, char **argv, const char *order,
    struct arguments *arguments)
{
	struct option list[LONG_OPTIONS_SIZE];
	char letters[LETTERS_SIZE];
	int value;

	list_options(arguments->command, list);
	list_letters(arguments->command, order, letters);
	opterr = 0;
	optind = 0;	/* glibc: begin anew */
	while ((value = getopt_long(argc, argv, letters, list, NULL)) != -1) {
		enum error err;

		if (value == '?' || value == ':')
			return complain_of_option(arguments, value,
			    argv[optind - 1]);
		err = add_given(arguments, value_of(value),
		    optarg != NULL ? optarg : "");
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static void
list_options(const struct command *command, struct option *list)
{
	size_t count = 0;

	for (enum setting i = 0; i < SETTING_COUNT; i++)
		list[count++] = (struct option){ setting_option(i),
		    required_argument, NULL, VALUE_SETTING + (int)i };
	for (enum option_name i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = option_row(i);

		if (!option_is_everywhere(i) && (command != NULL ?
		    command_takes(command, i) == NULL : i != OPTION_JSON))
			continue;
		list[count++] = (struct option){ row->name,
		    row->argument != NULL ? required_argument : no_argument,
		    NULL, VALUE_OPTION + (int)i };
	}
	list[count] = (struct option){ 0 };
}

static void
list_letters(const struct command *command, const char *order,
    char letters[LETTERS_SIZE])
{
	char *end = stpcpy(letters, order);

	for (enum option_name i = 0; i < OPTION_COUNT; i++) {
		if (option_letter(i) == '\0' || command == NULL ||
		    command_takes(command, i) == NULL)
			continue;
		*end++ = option_letter(i);
		if (option_row(i)->argument != NULL)
			*end++ = ':';
	}
	*end = '\0';
}

/* Of an option that was given by its letter. */
static int
value_of(int value)
{
	for (enum option_name i = 0; i < OPTION_COUNT; i++)
		if (value != '\0' && value == option_letter(i))
			return VALUE_OPTION + (int)i;
	return value;
}

static enum error
add_given(struct arguments *arguments, int value, const char *text)
{
	bool is_setting = value < VALUE_OPTION;
	int number = value - (is_setting ? VALUE_SETTING : VALUE_OPTION);

	if (!is_setting &&
	    !option_row((enum option_name)number)->is_repeatable &&
	    arguments_have(arguments, (enum option_name)number)) {
		arguments_complain(arguments, "--%s is given twice",
		    value_name(value));
		return ERR_SYNTAX;
	}
	if (arguments->given_count == GIVEN_MAX) {
		arguments_complain(arguments,
		    "more than %d options are not allowed", GIVEN_MAX);
		return ERR_SYNTAX;
	}
	arguments->given[arguments->given_count++] =
	    (struct given){ is_setting, number, text };
	return ERR_NONE;
}

static enum error
complain_of_option(const struct arguments *arguments, int value,
    const char *word)
{
	/* What follows = may be a secret put into the wrong place. */
	int name_len = (int)strcspn(word, "=");
	const char *nearest = nearest_option(arguments->command, word);

	if (value == ':')
		arguments_complain(arguments, "--%s needs a value",
		    value_name(value_of(optopt)));
	else if (optopt >= VALUE_SETTING)
		arguments_complain(arguments, "--%s takes no value",
		    value_name(optopt));
	else if (optopt != 0)
		arguments_complain(arguments, "unknown option -%c", optopt);
	else if (nearest != NULL)
		arguments_complain(arguments, "unknown or ambiguous option "
		    "%.*s; did you mean --%s?", name_len, word, nearest);
	else
		arguments_complain(arguments,
		    "unknown or ambiguous option %.*s", name_len, word);
	return ERR_SYNTAX;
}

static const char *
value_name(int value)
{
	if (value < VALUE_OPTION)
		return setting_option((enum setting)(value - VALUE_SETTING));
	return option_row((enum option_name)(value - VALUE_OPTION))->name;
}

/* word is the subcommand, or NULL when the command itself is unknown. */
static enum error
complain_of_word(const char *name, const char *word)
{
	const char *nearest = word == NULL ? nearest_command(NULL, name) :
	    nearest_command(name, word);
	const char *last = word == NULL ? name : word;
	struct quoted quoted = quote(last, strlen(last));
	struct buffer usage;

	if (word == NULL) {
		complain("unknown command %s; %s%s%sapitrail --help lists "
		    "them", quoted.text, nearest == NULL ? "" :
		    "did you mean ", nearest == NULL ? "" : nearest,
		    nearest == NULL ? "" : "? ");
		return ERR_SYNTAX;
	}
	complain("unknown command %s of %s%s%s%s", quoted.text, name,
	    nearest == NULL ? "" : "; did you mean ",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
	buffer_init(&usage, 0);
	usage_add_family(&usage, name);
	(void)write_whole(STDERR_FILENO, usage.bytes, usage.len);
	buffer_clear(&usage);
	return ERR_SYNTAX;
}

static enum error
check_complete(const struct arguments *arguments)
{
	const struct command *command = arguments->command;

	/* Then there is a guide. */
	if (arguments->name == NULL)
		return ERR_NONE;
	if (command == NULL) {
		arguments_complain(arguments, "%s: a command is missing",
		    arguments->name);
		return ERR_SYNTAX;
	}
	for (size_t i = 0; i < command->option_count; i++) {
		enum option_name option = command->options[i].option;

		if (!command->options[i].is_required ||
		    arguments_have(arguments, option))
			continue;
		arguments_complain(arguments, "--%s is missing",
		    option_row(option)->name);
		return ERR_SYNTAX;
	}
	if (arguments->operand_count < command->operands_min) {
		arguments_complain(arguments, "%s is missing",
		    command->operands);
		return ERR_SYNTAX;
	}
	if (arguments->operand_count > command->operands_max) {
		arguments_complain(arguments, "too many words: %zu too many",
		    arguments->operand_count - command->operands_max);
		return ERR_SYNTAX;
	}
	return ERR_NONE;
}

static bool
wants_help(const struct arguments *arguments)
{
	return arguments_have(arguments, OPTION_HELP) ||
	    arguments_have(arguments, OPTION_VERSION);
}

bool
arguments_have(const struct arguments *arguments, enum option_name option)
{
	return arguments_text(arguments, option, 0) != NULL;
}

const char *
arguments_text(const struct arguments *arguments, enum option_name option,
    size_t nth)
{
	for (size_t i = 0; i < arguments->given_count; i++) {
		const struct given *given = &arguments->given[i];

		if (given->is_setting || given->number != (int)option)
			continue;
		if (nth-- == 0)
			return given->text;
	}
	return NULL;
}

enum error
arguments_number(const struct arguments *arguments, enum option_name option,
    int64_t min, int64_t max, int64_t *number_out)
{
	const char *text = arguments_text(arguments, option, 0);
	struct quoted quoted;
	int64_t number;

	if (text == NULL)
		return ERR_NONE;
	if (text_parse_int64(text, strlen(text), &number) == ERR_NONE &&
	    number >= min && number <= max) {
		*number_out = number;
		return ERR_NONE;
	}
	quoted = quote(text, strlen(text));
	arguments_complain(arguments, "--%s: expected a whole number from %"
	    PRId64 " to %" PRId64 ", got %s", option_row(option)->name, min,
	    max, quoted.text);
	return ERR_MEANING;
}

enum error
arguments_moment(const struct arguments *arguments, enum option_name option,
    int64_t now_ms, int direction, int64_t *time_ms_out)
{
	const char *text = arguments_text(arguments, option, 0);
	struct quoted quoted;
	int64_t duration_ms;

	if (text == NULL)
		return ERR_NONE;
	if (text_parse_duration(text, &duration_ms) == ERR_NONE &&
	    !__builtin_mul_overflow(duration_ms, direction, &duration_ms) &&
	    !__builtin_add_overflow(now_ms, duration_ms, time_ms_out))
		return ERR_NONE;
	if (clock_parse_rfc3339(text, time_ms_out) == ERR_NONE)
		return ERR_NONE;
	quoted = quote(text, strlen(text));
	arguments_complain(arguments, "--%s: expected a duration such as 90d "
	    "(units ms, s, m, h, d) or a moment such as "
	    "2022-07-05T13:32:28Z, got %s", option_row(option)->name,
	    quoted.text);
	return ERR_MEANING;
}

void
arguments_complain(const struct arguments *arguments, const char *format, ...)
{
	char sentence[DETAIL_SIZE];
	struct buffer usage;
	va_list args;

	va_start(args, format);
	if (vsnprintf(sentence, sizeof(sentence), format, args) < 0)
		sentence[0] = '\0';
	va_end(args);
	complain("%s", sentence);

	buffer_init(&usage, 0);
	if (arguments->command != NULL) {
		buffer_add_text(&usage, "usage: ");
		usage_add_line(&usage, arguments->command);
		buffer_add_text(&usage, "\n");
	} else if (arguments->name != NULL) {
		usage_add_family(&usage, arguments->name);
	} else {
		buffer_add_text(&usage,
		    "usage: apitrail COMMAND [OPTION]...\n");
	}
	(void)write_whole(STDERR_FILENO, usage.bytes, usage.len);
	buffer_clear(&usage);
}
