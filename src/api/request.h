/* request.h - one HTTP request, as CGI/1.1 params tell it (RFC 3875). */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/limits.h"

struct repeats;

/* How the body came, beside what CONTENT_LENGTH says. */
enum body_state {
	BODY_WHOLE,
	BODY_SHORT,		/* fewer bytes came */
	BODY_LONG,		/* more came */
	BODY_TOO_LARGE,		/* it has, or came with, over BODY_BYTES_MAX */
	BODY_UNMEASURED		/* CONTENT_LENGTH is no number */
};

/* Pointers are borrowed, from the params and request_set_body; texts that are
 * missing are "". */
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
	const char *idempotency_key;
	unsigned int idempotency_key_count;	/* of its fields */
	const char *last_event_id;
	const char *content_type;
	const char *content_encoding;
	const char *content_length;	/* "": it is not known */
	const char *body;
	size_t body_len;
	enum body_state body_state;
	const char *host;		/* the Host field */
	const char *server_name;
	const char *server_port;
	const char *remote_address;
	bool is_https;
	bool is_overload;		/* to be answered 503 */
	bool may_wait;			/* the front door can wait for news */
	bool are_waiters_full;		/* who would wait is answered 503 */
	struct repeats *repeats;	/* to keep the answer in, or NULL */
};

/* Whether a param of this name makes a difference to request_read.  Web
 * servers pass many that do not. */
bool request_reads(const char *name, size_t name_len);

/*
 * Reads NAME=value params, ended by NULL, as environ and libfcgi give them.
 * Of params that came twice the first counts, but each Accept field does:
 * together they are one list (RFC 9110, section 5.3).  The counts tell all.
 * The body is empty, and the four last are false or NULL.
 */
void request_read(const char *const *params, struct request *request_out);

/*
 * Tells what came as the body, up to its end; NULL when nothing did.  is_cut:
 * it was longer than BODY_BYTES_MAX, and not all of it is there.
 */
void request_set_body(struct request *request, const char *body,
    size_t body_len, bool is_cut);

/* The request's own id when it is 1 to 64 of [A-Za-z0-9._-], else a new
 * one. */
void request_choose_id(const struct request *request,
    char id[REQUEST_ID_LEN_MAX + 1]);

#endif
