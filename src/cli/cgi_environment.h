/* cgi_environment.h - the variables that a web server gives a CGI program. */
#ifndef CLI_CGI_ENVIRONMENT_H
#define CLI_CGI_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { CGI_VARIABLES_MAX = 1024 };

/* A list for exec, ended by NULL; it may hold a key. */
struct cgi_environment {
	char *variables[CGI_VARIABLES_MAX + 1];	/* owned: NAME=value */
	size_t count;
	enum error error;	/* the first, ERR_NO_MEMORY or ERR_TOO_LARGE */
};

/* Begins with what is inherited, like environ, less all that means
 * something to CGI. */
void cgi_environment_init(struct cgi_environment *environment,
    const char *const *inherited);
/* Wipes all values. */
void cgi_environment_clear(struct cgi_environment *environment);

/* Sets a variable, in place of one that is there. */
void cgi_environment_set(struct cgi_environment *environment,
    const char *name, const char *value);

/* Whether it is set, and not empty. */
bool cgi_environment_has(const struct cgi_environment *environment,
    const char *name);

/* Adds a header's field, as HTTP_NAME; a second one of a name is joined to
 * the first by a comma. */
void cgi_environment_add_field(struct cgi_environment *environment,
    const char *name, size_t name_len, const char *value);

/* Whether a field of that name is the one that carries the API key. */
bool cgi_environment_is_key(const char *name, size_t name_len);

#endif
