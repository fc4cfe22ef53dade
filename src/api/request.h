/* request.h - one HTTP request, as CGI/1.1 params tell it (RFC 3875). */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/limits.h"

/* Pointers are borrowed from the params; texts that are missing are "". */
struct request {
	const char *method;
	const char *script_name;	/* the path is these two together */
	const char *path_info;
	const char *query;
	/* The Accept fields, in order; what is over the bound is left out. */
	const char *accepts[REQUEST_ACCEPTS_MAX];
	unsigned int accept_count;
	const char *key;		/* a secret; never logged */
	unsigned int key_count;		/* of X-API-KEY fields; 1 is right */
	const char *request_id;
	const char *host;		/* the Host field */
	const char *server_name;
	const char *server_port;
	const char *remote_address;
	const char *protocol;
	bool is_https;
	bool is_overload;		/* to be answered 503 */
};

/*
 * Reads NAME=value params, ended by NULL, as environ and libfcgi give them.
 * Of params that came twice the first counts, but each Accept field does:
 * together they are one list (RFC 9110, section 5.3).  key_count tells all.
 */
void request_read(const char *const *params, struct request *request_out);

/* The request's own id when it is 1 to 64 of [A-Za-z0-9._-], else a new
 * one. */
void request_choose_id(const struct request *request,
    char id[REQUEST_ID_LEN_MAX + 1]);

#endif
