/* request_target.h - "/v1/events?limit=1" as a web server splits it. */
#ifndef CLI_REQUEST_TARGET_H
#define CLI_REQUEST_TARGET_H

#include "base/error.h"

struct arguments;
struct cgi_environment;

/* Sets SCRIPT_NAME (decoded), QUERY_STRING and REQUEST_URI.  ERR_SYNTAX,
 * complained of here, for what a web server answers 400 by itself. */
enum error request_target_read(const struct arguments *arguments,
    const char *target, struct cgi_environment *environment);

#endif
