/* request_target.c - "/v1/events?limit=1" as a web server splits it. */
#include "cli/request_target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/arguments.h"
#include "cli/cgi_environment.h"
#include "cli/complain.h"

static bool decode_path(const char *path, size_t path_len,
    struct buffer *decoded);

enum error
request_target_read(const struct arguments *arguments, const char *target,
    struct cgi_environment *environment)
{
	size_t path_len = strcspn(target, "?");
	struct buffer decoded;
	enum error err = ERR_NONE;

	if (target[0] != '/' ||
	    target[strcspn(target, " \t\r\n\v\f#")] != '\0') {
		arguments_complain(arguments, "TARGET: expected a path such "
		    "as /v1/events?limit=10, without blanks and fragment");
		return ERR_SYNTAX;
	}
	buffer_init(&decoded, 0);
	if (!decode_path(target, path_len, &decoded)) {
		arguments_complain(arguments, "TARGET: expected two "
		    "hexadecimal digits, not 00, behind each %% of the path; "
		    "a web server answers this by itself");
		err = ERR_SYNTAX;
	} else if (decoded.error != ERR_NONE) {
		complain("out of memory");
		err = decoded.error;
	} else {
		cgi_environment_set(environment, "SCRIPT_NAME",
		    decoded.bytes);
		cgi_environment_set(environment, "QUERY_STRING",
		    target[path_len] == '?' ? target + path_len + 1 : "");
		cgi_environment_set(environment, "REQUEST_URI", target);
	}
	buffer_clear(&decoded);
	return err;
}

/* Ends it with NUL. */
static bool
decode_path(const char *path, size_t path_len, struct buffer *decoded)
{
	for (size_t i = 0; i < path_len; i++) {
		char digits[3] = "";
		char byte = path[i];

		if (byte == '%') {
			if (path_len - i < 3 ||
			    !isxdigit((unsigned char)path[i + 1]) ||
			    !isxdigit((unsigned char)path[i + 2]))
				return false;
			memcpy(digits, path + i + 1, 2);
			byte = (char)strtol(digits, NULL, 16);
			i += 2;
		}
		if (byte == '\0')
			return false;
		buffer_add(decoded, &byte, 1);
	}
	buffer_add(decoded, "", 1);
	return true;
}
