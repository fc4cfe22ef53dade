/* access_log.h - a line a request, buffered. */
#ifndef API_ACCESS_LOG_H
#define API_ACCESS_LOG_H

#include <stdint.h>

#include "base/error.h"
#include "model/limits.h"

struct access_log;

/* What one line tells.  No query and no key: both may be secrets.  The path
 * is a route's, or NULL: a client may have put anything there, too. */
struct access_line {
	int64_t begun_us;		/* of clock_steady_us */
	char request_id[REQUEST_ID_LEN_MAX + 1];
	/* Ids; "" until the key was found. */
	char organization_id[EVENT_ID_LEN + 1];
	char api_key_id[EVENT_ID_LEN + 1];
	const char *method;		/* literals */
	const char *version;
	const char *path;
	unsigned int status;
	uint64_t body_bytes;
};

/* Opens the file to append to, made with mode 0640.  ERR_IO with the path
 * and the cause; ERR_NO_MEMORY. */
enum error access_log_open(const char *path, struct access_log **log_out,
    struct detail *detail);
void access_log_close(struct access_log *log);

/*
 * Adds a line; threads may.  Lines are written when ACCESS_LOG_BYTES_MAX of
 * them wait, or the first has waited for a second.  A file that cannot be
 * written loses lines and is logged once.  log may be NULL.
 */
void access_log_add(struct access_log *log, const struct access_line *line);

/* Writes what waits; log may be NULL. */
void access_log_flush(struct access_log *log);

#endif
