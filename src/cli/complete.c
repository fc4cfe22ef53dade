/* complete.c - what could stand where the cursor is, for the shells. */
#include "cli/complete.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "base/text.h"
#include "cli/complete_store.h"
#include "cli/output.h"

/* What the words before the cursor's say. */
struct line {
	const char *word;		/* where the cursor is */
	const char *name;		/* of the command so far */
	const struct command *command;
	size_t operand_count;
	bool is_value;			/* of one of these two */
	bool is_setting;
	enum option_name option;
	enum setting setting;
	bool has_no_options;		/* after -- */
	bool given[OPTION_COUNT];
	struct settings *settings;	/* owned; NULL: they are not good */
	struct buffer found;
};

static void read_word(struct line *line, const char *word);
static void read_option(struct line *line, const char *word);
static void set_value(struct line *line, const char *value);
static void find(struct line *line);
static void find_values(struct line *line);
static void find_options(struct line *line);
static void find_commands(struct line *line);
static void find_operands(struct line *line);
static void add(struct line *line, const char *before, const char *name,
    const char *meaning);
static void add_words(struct line *line, const char *words);

enum status
complete(char **words, size_t word_count)
{
	struct line line = { .word = "" };
	struct detail detail;
	enum error err;

	buffer_init(&line.found, 0);
	(void)settings_new((const char *const *)environ, &line.settings,
	    &detail);
	for (size_t i = 0; i < word_count; i++) {
		line.word = words[i];
		if (i + 1 < word_count)
			read_word(&line, words[i]);
	}
	find(&line);
	err = output_buffer(&line.found);
	buffer_clear(&line.found);
	settings_free(line.settings);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static void
read_word(struct line *line, const char *word)
{
	/* bash takes "=" for a word. */
	if (line->is_value && strcmp(word, "=") == 0)
		return;
	if (line->is_value) {
		set_value(line, word);
		line->is_value = false;
	} else if (!line->has_no_options && strcmp(word, "--") == 0) {
		line->has_no_options = true;
	} else if (!line->has_no_options && word[0] == '-' &&
	    word[1] != '\0') {
		read_option(line, word);
	} else if (line->name == NULL) {
		line->name = word;
		line->command = command_find(word, NULL);
	} else if (line->command == NULL) {
		line->command = command_find(line->name, word);
	} else {
		line->operand_count++;
	}
}

static void
read_option(struct line *line, const char *word)
{
	const char *name = word + strspn(word, "-");
	size_t name_len = strcspn(name, "=");
	const char *value = name[name_len] == '=' ? name + name_len + 1 : NULL;

	for (enum option_name i = 0; i < OPTION_COUNT; i++) {
		bool is_letter = word[1] != '-' && option_letter(i) != '\0' &&
		    word[1] == option_letter(i) && word[2] == '\0';

		if (!is_letter && (strlen(option_row(i)->name) != name_len ||
		    strncmp(option_row(i)->name, name, name_len) != 0))
			continue;
		line->given[i] = true;
		line->option = i;
		line->is_setting = false;
		line->is_value = value == NULL &&
		    option_row(i)->argument != NULL;
		return;
	}
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		if (strlen(setting_option(i)) != name_len ||
		    strncmp(setting_option(i), name, name_len) != 0)
			continue;
		line->setting = i;
		line->is_setting = true;
		line->is_value = value == NULL;
		if (value != NULL)
			set_value(line, value);
		return;
	}
}

/* The store that is named is the one to look into. */
static void
set_value(struct line *line, const char *value)
{
	struct detail detail;

	if (line->is_setting && line->settings != NULL)
		(void)settings_set(line->settings, line->setting, value,
		    &detail);
}

static void
find(struct line *line)
{
	const char *equals = strchr(line->word, '=');

	if (line->is_value) {
		if (strcmp(line->word, "=") == 0)
			line->word = "";
		find_values(line);
	} else if (!line->has_no_options && line->word[0] == '-' &&
	    equals != NULL) {
		/* "--org=ac" in one word, as zsh has it. */
		char name[64] = "";

		if ((size_t)(equals - line->word) < sizeof(name))
			memcpy(name, line->word,
			    (size_t)(equals - line->word));
		read_option(line, name);
		line->word = equals + 1;
		if (line->is_value)
			find_values(line);
	} else if (!line->has_no_options && line->word[0] == '-') {
		find_options(line);
	} else if (line->command == NULL) {
		find_commands(line);
	} else {
		find_operands(line);
	}
}

static void
find_values(struct line *line)
{
	static const char *const words[OPTION_COUNT] = {
		[OPTION_EVENTS] = "all api_keys listeners messages queues",
		[OPTION_EXPIRES] = "never 30d 90d 365d",
		[OPTION_OVERLAP] = "0 1h 24h 7d",
		[OPTION_RATE] = "none 60 600 6000",
		[OPTION_SCOPE] = "events:read events:write none",
		[OPTION_SINCE] = "10m 1h 2h 24h",
		[OPTION_STATUS] = "active unpaid locked",
		[OPTION_URL] = "http://127.0.0.1:8080 https://localhost",
	};

	if (line->is_setting) {
		add(line, "", COMPLETE_FILES, NULL);
		return;
	}
	if (words[line->option] != NULL)
		add_words(line, words[line->option]);
	else if (line->option == OPTION_ORG)
		complete_organizations(line->settings, line->word,
		    &line->found);
	else if (line->option == OPTION_DATA ||
	    line->option == OPTION_KEY_FILE || line->option == OPTION_REJECTS)
		add(line, "", COMPLETE_FILES, NULL);
}

static void
find_options(struct line *line)
{
	for (enum option_name i = 0; i < OPTION_COUNT; i++) {
		const struct command_option *option = line->command == NULL ?
		    NULL : command_takes(line->command, i);

		if (option == NULL && !option_is_everywhere(i))
			continue;
		if (!line->given[i] || (option_row(i)->is_repeatable &&
		    option_row(i)->argument != NULL))
			add(line, "--", option_row(i)->name,
			    option == NULL ? NULL : option->meaning);
	}
	for (enum setting i = 0; i < SETTING_COUNT; i++)
		add(line, "--", setting_option(i), setting_meaning(i));
}

static void
find_commands(struct line *line)
{
	const char *last = "";

	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = &commands[i];
		bool is_family = command->subcommand != NULL;

		if (line->name != NULL) {
			if (is_family &&
			    strcmp(command->name, line->name) == 0)
				add(line, "", command->subcommand,
				    command->meaning);
			continue;
		}
		/* Those of one name follow each other. */
		if (strcmp(command->name, last) != 0)
			add(line, "", command->name,
			    is_family ? NULL : command->meaning);
		last = command->name;
	}
}

static void
find_operands(struct line *line)
{
	const struct command *command = line->command;

	if (command->operands == NULL ||
	    line->operand_count >= command->operands_max)
		return;
	/* The name of a new one is nobody's to know. */
	if (strcmp(command->operands, "NAME") == 0 &&
	    command->run != command_find("org", "add")->run)
		complete_organizations(line->settings, line->word,
		    &line->found);
	else if (strcmp(command->operands, "ID") == 0)
		complete_api_keys(line->settings, line->word, &line->found);
	else if (strcmp(command->operands, "[METHOD] TARGET") == 0)
		add_words(line, line->operand_count == 0 ?
		    "GET HEAD POST OPTIONS /v1/events /healthz /readyz "
		    "/metrics" : "/v1/events /healthz /readyz /metrics");
	else if (strcmp(command->operands, "NAME") != 0)
		add(line, "", COMPLETE_FILES, NULL);
}

/* One that does not begin as the word does is left out, but for files. */
static void
add(struct line *line, const char *before, const char *name,
    const char *meaning)
{
	size_t before_len = strlen(before);
	const char *rest = line->word;

	if (strncmp(rest, before, before_len) == 0)
		rest += before_len;
	else if (strncmp(before, rest, strlen(rest)) == 0)
		rest = "";
	else
		return;
	if (name[0] != ':' && strncmp(name, rest, strlen(rest)) != 0)
		return;
	buffer_add_text(&line->found, before);
	buffer_add_text(&line->found, name);
	if (meaning != NULL) {
		buffer_add_text(&line->found, "\t");
		buffer_add_text(&line->found, meaning);
	}
	buffer_add_text(&line->found, "\n");
}

static void
add_words(struct line *line, const char *words)
{
	while (words[0] != '\0') {
		char word[64];
		size_t len = strcspn(words, " ");

		memcpy(word, words, len);
		word[len] = '\0';
		add(line, "", word, NULL);
		words += len;
		words += strspn(words, " ");
	}
}
