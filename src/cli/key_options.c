/* key_options.c - what the options of key add and key set say of a key. */
#include "cli/key_options.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/arguments.h"

static enum error read_name(const struct arguments *arguments,
    struct key_options *options);
static enum error read_scopes(const struct arguments *arguments,
    struct key_options *options);
static enum error read_expiry(const struct arguments *arguments,
    struct key_options *options);
static enum error read_rate(const struct arguments *arguments,
    struct key_options *options);

enum error
key_options_read(const struct arguments *arguments,
    struct key_options *options)
{
	enum error err;

	*options = (struct key_options){ .name = NULL };
	err = read_name(arguments, options);
	if (err == ERR_NONE)
		err = read_scopes(arguments, options);
	if (err == ERR_NONE)
		err = read_rate(arguments, options);
	if (err == ERR_NONE)
		err = read_expiry(arguments, options);
	return err;
}

static enum error
read_name(const struct arguments *arguments, struct key_options *options)
{
	struct detail detail;

	options->name = arguments_text(arguments, OPTION_NAME, 0);
	if (options->name == NULL ||
	    api_key_name_check(options->name, &detail) == ERR_NONE)
		return ERR_NONE;
	arguments_complain(arguments, "%s", detail.text);
	return ERR_MEANING;
}

static enum error
read_scopes(const struct arguments *arguments, struct key_options *options)
{
	options->has_scopes = arguments_have(arguments, OPTION_SCOPE);
	for (size_t i = 0; i < GIVEN_MAX; i++) {
		const char *text = arguments_text(arguments, OPTION_SCOPE, i);
		struct detail detail;

		if (text == NULL)
			break;
		if (scopes_parse(text, &options->scopes, &detail) !=
		    ERR_NONE) {
			arguments_complain(arguments, "%s", detail.text);
			return ERR_MEANING;
		}
	}
	return ERR_NONE;
}

static enum error
read_rate(const struct arguments *arguments, struct key_options *options)
{
	const char *text = arguments_text(arguments, OPTION_RATE, 0);
	int64_t rate = 0;
	enum error err = ERR_NONE;

	options->has_rate = text != NULL;
	if (text != NULL && strcmp(text, "none") != 0)
		err = arguments_number(arguments, OPTION_RATE, 1,
		    API_KEY_RATE_MAX, &rate);
	options->rate_per_minute = (uint32_t)rate;
	return err;
}

static enum error
read_expiry(const struct arguments *arguments, struct key_options *options)
{
	const char *text = arguments_text(arguments, OPTION_EXPIRES, 0);
	int64_t now_ms = clock_now_ms();
	enum error err;

	options->has_expiry = text != NULL;
	if (text == NULL || strcmp(text, "never") == 0)
		return ERR_NONE;
	err = arguments_moment(arguments, OPTION_EXPIRES, now_ms, 1,
	    &options->expires_ms);
	if (err == ERR_NONE && options->expires_ms <= now_ms) {
		arguments_complain(arguments,
		    "--expires: expected a moment to come, got %s", text);
		err = ERR_MEANING;
	}
	return err;
}

bool
key_options_are_empty(const struct key_options *options)
{
	return options->name == NULL && !options->has_scopes &&
	    !options->has_expiry && !options->has_rate;
}

void
key_options_apply(const struct key_options *options, struct api_key *key)
{
	if (options->name != NULL)
		snprintf(key->name, sizeof(key->name), "%s", options->name);
	if (options->has_scopes)
		key->scopes = options->scopes;
	if (options->has_expiry)
		key->expires_ms = options->expires_ms;
	if (options->has_rate)
		key->rate_per_minute = options->rate_per_minute;
}
