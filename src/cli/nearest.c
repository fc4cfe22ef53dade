/* nearest.c - what somebody may have meant who typed something else. */
#include "cli/nearest.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "cli/command.h"

enum { NAME_LEN_MAX = 24 };

struct search {
	const char *word;
	const char *best;
	size_t distance;	/* best's; candidates have to be nearer */
};

static void begin(struct search *search, const char *word);
static void try_name(struct search *search, const char *name);
static size_t measure(const char *a, size_t a_len, const char *b,
    size_t b_len);
static size_t least(size_t a, size_t b, size_t c);

const char *
nearest_command(const char *family, const char *word)
{
	struct search search;

	begin(&search, word);
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = &commands[i];

		if (family == NULL)
			try_name(&search, command->name);
		else if (strcmp(command->name, family) == 0 &&
		    command->subcommand != NULL)
			try_name(&search, command->subcommand);
	}
	return search.best;
}

const char *
nearest_option(const struct command *command, const char *word)
{
	char name[NAME_LEN_MAX + 2];
	struct search search;

	word += strspn(word, "-");
	/* One that is too long is like none, also when it is cut. */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	begin(&search, name);
	for (enum option_name i = 0; i < OPTION_COUNT; i++)
		if (option_is_everywhere(i) ||
		    (command != NULL && command_takes(command, i) != NULL))
			try_name(&search, option_row(i)->name);
	for (enum setting i = 0; i < SETTING_COUNT; i++)
		try_name(&search, setting_option(i));
	return search.best;
}

/* A third of the letters may be wrong, but never all that matter. */
static void
begin(struct search *search, const char *word)
{
	size_t len = strnlen(word, NAME_LEN_MAX + 1);

	*search = (struct search){ .word = word,
	    .distance = len < 3 ? 2 : len / 3 + 2 };
	if (len == 0 || len > NAME_LEN_MAX)
		search->distance = 0;
}

static void
try_name(struct search *search, const char *name)
{
	size_t word_len = strlen(search->word);
	size_t name_len = strlen(name);
	size_t distance;

	if (search->distance == 0 || name_len > NAME_LEN_MAX)
		return;
	distance = measure(search->word, word_len, name, name_len);
	/* Who typed the beginning meant it, unless others begin so too. */
	if (word_len >= 2 && strncmp(search->word, name, word_len) == 0)
		distance = 1;
	if (distance >= search->distance || distance >= name_len)
		return;
	search->best = name;
	search->distance = distance;
}

/* Letters that are missing, too many, others, or two of them turned around. */
static size_t
measure(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[NAME_LEN_MAX + 1][NAME_LEN_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		rows[i][0] = i;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = a[i - 1] == b[j - 1] ? 0 : 1;

			rows[i][j] = least(rows[i - 1][j] + 1,
			    rows[i][j - 1] + 1, rows[i - 1][j - 1] + change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    rows[i - 2][j - 2] + 1 < rows[i][j])
				rows[i][j] = rows[i - 2][j - 2] + 1;
		}
	}
	return rows[a_len][b_len];
}

static size_t
least(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}
