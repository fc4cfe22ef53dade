/* cgi_environment.c - the variables that a web server gives a CGI program. */
#include "cli/cgi_environment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { FIELD_NAME_SIZE = 256 };

/* Names, or how they begin, that come from the request alone. */
static const struct {
	const char *name;
	bool is_prefix;
} of_request[] = {
	{ "AUTH_TYPE", false },
	{ "CONTENT_LENGTH", false },
	{ "CONTENT_TYPE", false },
	{ "GATEWAY_INTERFACE", false },
	{ "HTTPS", false },
	{ "HTTP_", true },
	{ "LISTEN_", true },
	{ "PATH_INFO", false },
	{ "PATH_TRANSLATED", false },
	{ "QUERY_STRING", false },
	{ "REDIRECT_", true },
	{ "REMOTE_", true },
	{ "REQUEST_", true },
	{ "SCRIPT_", true },
	{ "SERVER_", true },
};

static bool is_of_request(const char *variable);
static size_t find(const struct cgi_environment *environment,
    const char *name);
static void put(struct cgi_environment *environment, size_t place,
    char *variable);
static bool field_variable(const char *name, size_t name_len,
    char variable[FIELD_NAME_SIZE]);
static void wipe(char *variable);

void
cgi_environment_init(struct cgi_environment *environment,
    const char *const *inherited)
{
	environment->count = 0;
	environment->error = ERR_NONE;
	environment->variables[0] = NULL;
	for (; *inherited != NULL; inherited++)
		if (!is_of_request(*inherited))
			put(environment, environment->count,
			    strdup(*inherited));
}

void
cgi_environment_clear(struct cgi_environment *environment)
{
	for (size_t i = 0; i < environment->count; i++)
		wipe(environment->variables[i]);
	environment->count = 0;
}

void
cgi_environment_set(struct cgi_environment *environment, const char *name,
    const char *value)
{
	size_t place = find(environment, name);
	char *variable = NULL;

	if (asprintf(&variable, "%s=%s", name, value) < 0)
		variable = NULL;
	put(environment, place, variable);
}

bool
cgi_environment_has(const struct cgi_environment *environment,
    const char *name)
{
	size_t place = find(environment, name);

	return place < environment->count &&
	    environment->variables[place][strlen(name) + 1] != '\0';
}

void
cgi_environment_add_field(struct cgi_environment *environment,
    const char *name, size_t name_len, const char *value)
{
	char field[FIELD_NAME_SIZE];
	char *variable = NULL;
	size_t place;
	int len;

	if (!field_variable(name, name_len, field)) {
		environment->error = ERR_TOO_LARGE;
		return;
	}
	place = find(environment, field);
	if (cgi_environment_has(environment, field))
		len = asprintf(&variable, "%s, %s",
		    environment->variables[place], value);
	else
		len = asprintf(&variable, "%s=%s", field, value);
	put(environment, place, len < 0 ? NULL : variable);
}

bool
cgi_environment_is_key(const char *name, size_t name_len)
{
	char variable[FIELD_NAME_SIZE];

	return field_variable(name, name_len, variable) &&
	    strcmp(variable, "HTTP_X_API_KEY") == 0;
}

static bool
is_of_request(const char *variable)
{
	for (size_t i = 0; i < COUNT_OF(of_request); i++) {
		size_t len = strlen(of_request[i].name);

		if (strncmp(variable, of_request[i].name, len) == 0 &&
		    (of_request[i].is_prefix || variable[len] == '='))
			return true;
	}
	return false;
}

/* Where the variable is, or where the next one goes. */
static size_t
find(const struct cgi_environment *environment, const char *name)
{
	size_t name_len = strlen(name);
	size_t i;

	for (i = 0; i < environment->count; i++)
		if (strncmp(environment->variables[i], name, name_len) == 0 &&
		    environment->variables[i][name_len] == '=')
			break;
	return i;
}

/* Takes variable over, which is NULL when there was no memory for it. */
static void
put(struct cgi_environment *environment, size_t place, char *variable)
{
	if (variable == NULL || place == CGI_VARIABLES_MAX) {
		environment->error = variable == NULL ? ERR_NO_MEMORY :
		    ERR_TOO_LARGE;
		wipe(variable);
		return;
	}
	if (place < environment->count) {
		wipe(environment->variables[place]);
	} else {
		environment->count++;
		environment->variables[environment->count] = NULL;
	}
	environment->variables[place] = variable;
}

/* RFC 3875, section 4.1.18; the content's two are without HTTP_. */
static bool
field_variable(const char *name, size_t name_len,
    char variable[FIELD_NAME_SIZE])
{
	int written = snprintf(variable, FIELD_NAME_SIZE, "HTTP_%.*s",
	    (int)name_len, name);

	if (written < 0 || written >= FIELD_NAME_SIZE)
		return false;
	for (char *c = variable; *c != '\0'; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	if (strcmp(variable, "HTTP_CONTENT_TYPE") == 0 ||
	    strcmp(variable, "HTTP_CONTENT_LENGTH") == 0)
		memmove(variable, variable + strlen("HTTP_"),
		    strlen(variable + strlen("HTTP_")) + 1);
	return true;
}

static void
wipe(char *variable)
{
	if (variable != NULL)
		explicit_bzero(variable, strlen(variable));
	free(variable);
}
