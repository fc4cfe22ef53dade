/* settings.c - APITRAIL_* from environment, file and options. */
#include "base/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/setting_rows.h"
#include "base/text.h"

enum { CONF_BYTES_MAX = 64 * 1024, VALUE_BYTES_MAX = 4096 };

#define CONF_VARIABLE "APITRAIL_CONF"

/* Where a value came from: later ones win. */
enum source { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_OPTION };

struct value {
	char *text;		/* owned */
	int64_t number;
	enum source source;
};

struct settings {
	struct value values[SETTING_COUNT];
	char *pepper_default;	/* owned: pepper in the store */
};

static enum error read_file(struct settings *settings, const char *path,
    bool must_exist, struct detail *detail);
static enum error read_lines(struct settings *settings, const char *path,
    char *text, struct detail *detail);
static enum error read_line(struct settings *settings, char *line,
    const char *origin, struct detail *detail);
static enum error put_named(struct settings *settings, const char *name,
    const char *text, const char *origin, struct detail *detail);
static enum error put_value(struct settings *settings, enum setting setting,
    const char *text, enum source source, const char *origin,
    struct detail *detail);
static struct quoted quote_without_secret(const char *text);
static char *trim(char *text);
static enum error read_text(FILE *file, const char *path, char *text,
    struct detail *detail);
static const char *find_variable(const char *const *environment,
    const char *variable);
static enum error read_defaults(struct settings *settings,
    struct detail *detail);
static enum error read_environment(struct settings *settings,
    const char *const *environment, struct detail *detail);
static enum error follow_store(struct settings *settings,
    struct detail *detail);

enum error
settings_new(const char *const *environment, struct settings **settings_out,
    struct detail *detail)
{
	const char *conf = find_variable(environment, CONF_VARIABLE);
	struct settings *settings = calloc(1, sizeof(*settings));
	enum error err;

	*settings_out = NULL;
	if (settings == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");

	err = read_defaults(settings, detail);
	if (err == ERR_NONE)
		err = read_file(settings,
		    conf != NULL ? conf : SYSCONFDIR "/apitrail.conf",
		    conf != NULL, detail);
	if (err == ERR_NONE)
		err = read_environment(settings, environment, detail);
	if (err == ERR_NONE)
		err = follow_store(settings, detail);
	if (err != ERR_NONE) {
		settings_free(settings);
		return err;
	}
	*settings_out = settings;
	return ERR_NONE;
}

static enum error
read_file(struct settings *settings, const char *path, bool must_exist,
    struct detail *detail)
{
	char *text = NULL;
	FILE *file = fopen(path, "re");
	enum error err = ERR_NONE;

	if (file == NULL && errno == ENOENT && !must_exist)
		return ERR_NONE;
	if (file == NULL)
		return detail_set(detail, ERR_IO, "cannot read %s: %s", path,
		    strerror(errno));
	text = malloc(CONF_BYTES_MAX + 2);
	if (text == NULL)
		err = detail_set(detail, ERR_NO_MEMORY, "out of memory");
	if (err == ERR_NONE)
		err = read_text(file, path, text, detail);
	if (err == ERR_NONE)
		err = read_lines(settings, path, text, detail);
	free(text);
	fclose(file);
	return err;
}

static enum error
read_lines(struct settings *settings, const char *path, char *text,
    struct detail *detail)
{
	unsigned int line_number = 0;
	char origin[DETAIL_SIZE];
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		enum error err;

		snprintf(origin, sizeof(origin), "%s:%u", path,
		    ++line_number);
		err = read_line(settings, line, origin, detail);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum error
read_line(struct settings *settings, char *line, const char *origin,
    struct detail *detail)
{
	char *equals;

	line = trim(line);
	if (line[0] == '\0' || line[0] == '#')
		return ERR_NONE;
	equals = strchr(line, '=');
	if (equals == NULL) {
		struct quoted quoted = quote_without_secret(line);

		return detail_set(detail, ERR_MEANING,
		    "%s: %s: expected NAME=value", origin, quoted.text);
	}
	*equals = '\0';
	return put_named(settings, trim(line), trim(equals + 1), origin,
	    detail);
}

static enum error
put_named(struct settings *settings, const char *name, const char *text,
    const char *origin, struct detail *detail)
{
	struct quoted quoted;

	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (strcmp(name, setting_rows[i].variable) == 0)
			return put_value(settings, (enum setting)i, text,
			    FROM_FILE, origin, detail);
	quoted = quote(name, strlen(name));
	return detail_set(detail, ERR_MEANING,
	    "%s: %s is no setting: expected one of apitrail.conf(5)", origin,
	    quoted.text);
}

/* origin is "the environment", "--store" or "FILE:LINE". */
static enum error
put_value(struct settings *settings, enum setting setting, const char *text,
    enum source source, const char *origin, struct detail *detail)
{
	struct value *value = &settings->values[setting];
	int64_t number = 0;
	struct quoted quoted;
	char *copy;

	if (source < value->source)
		return ERR_NONE;
	if (strlen(text) > VALUE_BYTES_MAX ||
	    !setting_rows[setting].check(text, &number)) {
		quoted = quote_without_secret(text);
		return detail_set(detail, ERR_MEANING,
		    "%s from %s: %s is not allowed: expected %s",
		    setting_rows[setting].variable, origin, quoted.text,
		    setting_rows[setting].allowed);
	}
	copy = strdup(text);
	if (copy == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	free(value->text);
	*value = (struct value){
		.text = copy, .number = number, .source = source
	};
	return ERR_NONE;
}

/*
 * As quote; but between // and the last @, where a user's password may be,
 * it says only that there is something.  Without // that is from the
 * beginning: somebody forgot the scheme.
 */
static struct quoted
quote_without_secret(const char *text)
{
	static const char hidden[] = "...";
	char shown[2 * QUOTED_SIZE];
	const char *at = strrchr(text, '@');
	const char *slashes = strstr(text, "//");
	size_t begin_len = 0;

	if (at == NULL)
		return quote(text, strlen(text));
	if (slashes != NULL && slashes + 2 <= at)
		begin_len = (size_t)(slashes + 2 - text);
	/* What does not fit is not quoted either. */
	if (begin_len > QUOTED_SIZE)
		begin_len = QUOTED_SIZE;
	snprintf(shown, sizeof(shown), "%.*s%s%s", (int)begin_len, text,
	    hidden, at);
	return quote(shown, strlen(shown));
}

static char *
trim(char *text)
{
	size_t text_len;

	while (isspace((unsigned char)*text))
		text++;
	text_len = strlen(text);
	while (text_len > 0 && isspace((unsigned char)text[text_len - 1]))
		text[--text_len] = '\0';
	return text;
}

static enum error
read_text(FILE *file, const char *path, char *text, struct detail *detail)
{
	size_t text_len = fread(text, 1, CONF_BYTES_MAX + 1, file);

	if (ferror(file))
		return detail_set(detail, ERR_IO, "cannot read %s: %s", path,
		    strerror(errno));
	if (text_len > CONF_BYTES_MAX)
		return detail_set(detail, ERR_MEANING,
		    "%s: over %d bytes are not allowed", path,
		    CONF_BYTES_MAX);
	if (memchr(text, '\0', text_len) != NULL)
		return detail_set(detail, ERR_MEANING,
		    "%s: a NUL byte is not allowed", path);
	text[text_len] = '\0';
	return ERR_NONE;
}

static const char *
find_variable(const char *const *environment, const char *variable)
{
	size_t variable_len = strlen(variable);

	for (; *environment != NULL; environment++)
		if (strncmp(*environment, variable, variable_len) == 0 &&
		    (*environment)[variable_len] == '=')
			return *environment + variable_len + 1;
	return NULL;
}

static enum error
read_defaults(struct settings *settings, struct detail *detail)
{
	enum error err = ERR_NONE;

	for (size_t i = 0; i < SETTING_COUNT && err == ERR_NONE; i++)
		err = put_value(settings, (enum setting)i,
		    setting_rows[i].initial, FROM_DEFAULT,
		    "the default", detail);
	return err;
}

static enum error
read_environment(struct settings *settings, const char *const *environment,
    struct detail *detail)
{
	enum error err = ERR_NONE;

	for (size_t i = 0; i < SETTING_COUNT && err == ERR_NONE; i++) {
		const char *text = find_variable(environment,
		    setting_rows[i].variable);

		if (text != NULL)
			err = put_value(settings, (enum setting)i, text,
			    FROM_ENVIRONMENT, "the environment", detail);
	}
	return err;
}

/* The pepper lies in the store, wherever the store is by now. */
static enum error
follow_store(struct settings *settings, struct detail *detail)
{
	char *path = NULL;

	if (asprintf(&path, "%s/pepper",
	    settings->values[SETTING_STORE].text) < 0)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	free(settings->pepper_default);
	settings->pepper_default = path;
	return ERR_NONE;
}

void
settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	for (size_t i = 0; i < SETTING_COUNT; i++)
		free(settings->values[i].text);
	free(settings->pepper_default);
	free(settings);
}

enum error
settings_set(struct settings *settings, enum setting setting,
    const char *text, struct detail *detail)
{
	char origin[64];
	enum error err;

	snprintf(origin, sizeof(origin), "--%s", setting_rows[setting].option);
	err = put_value(settings, setting, text, FROM_OPTION, origin, detail);
	if (err != ERR_NONE)
		return err;
	return follow_store(settings, detail);
}

const char *
setting_variable(enum setting setting)
{
	return setting_rows[setting].variable;
}

const char *
setting_option(enum setting setting)
{
	return setting_rows[setting].option;
}

const char *
setting_meaning(enum setting setting)
{
	return setting_rows[setting].meaning;
}

const char *
settings_text(const struct settings *settings, enum setting setting)
{
	const char *text = settings->values[setting].text;

	if (setting == SETTING_PEPPER && text[0] == '\0')
		return settings->pepper_default;
	return text;
}

int64_t
settings_number(const struct settings *settings, enum setting setting)
{
	return settings->values[setting].number;
}
