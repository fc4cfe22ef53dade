/* usage.c - what --help says, made from the table of commands. */
#include "cli/usage.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "cli/command.h"

enum {
	/* Of any terminal, also of one that does not tell its width. */
	COLUMNS_MAX = 80,
	USAGE_INDENT = sizeof("usage: apitrail ") - 1,
	/* Names stand before their meanings. */
	NAME_WIDTH = 26,
	MEANING_INDENT = sizeof("  ") - 1 + NAME_WIDTH,
	WORD_SIZE = 128
};

static void add_option(struct buffer *buffer,
    const struct command_option *option);
static void add_meaning(struct buffer *buffer, const char *name,
    const char *meaning);
static void add_settings(struct buffer *buffer);
static void add_command_row(struct buffer *buffer,
    const struct command *command);
static void add_word(struct buffer *buffer, size_t indent, const char *word);

void
usage_add_line(struct buffer *buffer, const struct command *command)
{
	buffer_add_text(buffer, "apitrail");
	add_word(buffer, USAGE_INDENT, command->name);
	if (command->subcommand != NULL)
		add_word(buffer, USAGE_INDENT, command->subcommand);
	if (command->operands != NULL)
		add_word(buffer, USAGE_INDENT, command->operands);
	for (size_t i = 0; i < command->option_count; i++)
		add_option(buffer, &command->options[i]);
}

static void
add_option(struct buffer *buffer, const struct command_option *option)
{
	const struct option_row *row = option_row(option->option);
	bool has_argument = row->argument != NULL;
	char word[WORD_SIZE];

	snprintf(word, sizeof(word), "%s--%s%s%s%s%s",
	    option->is_required ? "" : "[", row->name,
	    has_argument ? " " : "", has_argument ? row->argument : "",
	    option->is_required ? "" : "]",
	    row->is_repeatable && has_argument ? "..." : "");
	add_word(buffer, USAGE_INDENT, word);
}

void
usage_add_program(struct buffer *buffer)
{
	buffer_add_text(buffer,
	    "usage: apitrail COMMAND [OPTION]...\n"
	    "\n"
	    "What happened through an API in the past 24 hours, by "
	    "organization.\n"
	    "\n"
	    "Commands:\n");
	for (size_t i = 0; i < command_count; i++)
		add_command_row(buffer, &commands[i]);
	buffer_add_text(buffer, "\n"
	    "Options of every command:\n");
	add_meaning(buffer, "--help", "show the help of a command");
	add_meaning(buffer, "--version", "show the version");
	add_meaning(buffer, "--utc", "show times in UTC, not in local time");
	add_meaning(buffer, "--no-pager", "show what is long all at once");
	add_settings(buffer);
	buffer_add_text(buffer, "\n"
	    "Exit status: 0 done, 1 failed, 2 wrong usage, "
	    "3 some input was refused.\n");
}

void
usage_add_family(struct buffer *buffer, const char *name)
{
	const char *before = "usage: ";

	for (size_t i = 0; i < command_count; i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		buffer_add_text(buffer, before);
		usage_add_line(buffer, &commands[i]);
		buffer_add_text(buffer, "\n");
		before = "       ";
	}
}

void
usage_add_command(struct buffer *buffer, const struct command *command)
{
	buffer_add_text(buffer, "usage: ");
	usage_add_line(buffer, command);
	buffer_add_format(buffer, "\n\n%s\n\nOptions:\n", command->meaning);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *option = &command->options[i];
		const struct option_row *row = option_row(option->option);
		char letter = option_letter(option->option);
		char name[64];
		char meaning[128];

		snprintf(name, sizeof(name), "--%s%s%s", row->name,
		    row->argument != NULL ? " " : "",
		    row->argument != NULL ? row->argument : "");
		snprintf(meaning, sizeof(meaning), letter == '\0' ?
		    "%s" : "%s (-%c)", option->meaning, letter);
		add_meaning(buffer, name, meaning);
	}
	buffer_add_text(buffer, "\nSettings such as --store are options too; "
	    "apitrail --help lists them.\n");
}

static void
add_command_row(struct buffer *buffer, const struct command *command)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s", command->name,
	    command->subcommand != NULL ? " " : "",
	    command->subcommand != NULL ? command->subcommand : "");
	add_meaning(buffer, name, command->meaning);
}

static void
add_settings(struct buffer *buffer)
{
	buffer_add_text(buffer, "\nSettings:\n");
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		char name[64];

		snprintf(name, sizeof(name), "--%s VALUE", setting_option(i));
		add_meaning(buffer, name, setting_meaning(i));
	}
}

static void
add_meaning(struct buffer *buffer, const char *name, const char *meaning)
{
	const char *at = meaning;

	buffer_add_format(buffer, "  %-*s", NAME_WIDTH, name);
	if (strlen(name) >= NAME_WIDTH)
		buffer_add_format(buffer, "\n%*s", MEANING_INDENT, "");
	while (at[0] != '\0') {
		size_t len = strcspn(at, " ");
		char word[WORD_SIZE];

		snprintf(word, sizeof(word), "%.*s", (int)len, at);
		add_word(buffer, MEANING_INDENT, word);
		at += len + strspn(at + len, " ");
	}
	buffer_add_text(buffer, "\n");
}

/* To the line that is there; or below it, indented, where that is full. */
static void
add_word(struct buffer *buffer, size_t indent, const char *word)
{
	size_t column = 0;

	while (column < buffer->len &&
	    buffer->bytes[buffer->len - 1 - column] != '\n')
		column++;
	if (column != indent && column + 1 + strlen(word) > COLUMNS_MAX)
		buffer_add_format(buffer, "\n%*s", (int)indent, "");
	else if (column != indent)
		buffer_add_text(buffer, " ");
	buffer_add_text(buffer, word);
}
