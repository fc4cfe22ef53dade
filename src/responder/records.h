/* records.h - what a web server sends: FastCGI records, checked.
 *
 * A scan takes the bytes of one connection as they come, in any pieces, and
 * says when a whole request is there.  It keeps what the records say and
 * drops how they said it: padding, the cuts between records, records that
 * belong to no request, and the bodies of requests that are no POST.
 */
#ifndef RESPONDER_RECORDS_H
#define RESPONDER_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body;
struct buffer;

enum {
	RECORD_HEADER_BYTES = 8,
	/* Room for each name that FCGI_GET_VALUES knows, a few times. */
	VALUES_BYTES_MAX = 248
};

enum scan_outcome {
	SCAN_MORE,		/* all bytes were taken; nothing to do yet */
	SCAN_REQUEST,		/* a whole request is there */
	SCAN_ABORTED,		/* the server gave the request up */
	SCAN_VALUES,		/* FCGI_GET_VALUES: answer the kept names */
	SCAN_UNKNOWN,		/* a management record of unknown type */
	SCAN_MULTIPLEXED,	/* a second request beside the open one */
	SCAN_ROLE,		/* a request for another role */
	SCAN_TOO_LARGE,		/* params beyond a bound of limits.h */
	SCAN_BROKEN		/* not FastCGI: nothing to go on with */
};

enum scan_phase { SCAN_BETWEEN, SCAN_PARAMS, SCAN_STDIN };

struct scan {
	enum scan_phase phase;
	uint16_t request_id;	/* of the open or last request */
	bool is_kept;		/* FCGI_KEEP_CONN of the same */

	/* The record under way; also what the last outcome is about. */
	uint8_t header[RECORD_HEADER_BYTES];
	size_t header_len;
	uint16_t record_id;
	uint8_t record_type;
	size_t content_left;
	size_t padding_left;
	uint8_t kept[VALUES_BYTES_MAX];	/* content of small records */
	size_t kept_len;
};

void scan_init(struct scan *scan);

/*
 * Takes bytes up to the end of the record that has an outcome, and sets
 * *used_out.  The content of PARAMS records is added to params and that of
 * STDIN to body, which a new request empties; both are borrowed, and may be
 * others whenever no request is open.  After SCAN_REQUEST and SCAN_ABORTED no
 * request is open.  After SCAN_TOO_LARGE and SCAN_BROKEN the scan must not go
 * on.
 */
enum scan_outcome scan_bytes(struct scan *scan, const uint8_t *bytes,
    size_t len, struct buffer *params, struct body *body, size_t *used_out);

/* Whether neither a record nor a request is under way. */
bool scan_is_idle(const struct scan *scan);

/*
 * Reads the next name or value's length, one byte or four, and moves *bytes
 * and *len past it.  false when it is cut off.
 */
bool params_read_length(const uint8_t **bytes, size_t *len,
    size_t *length_out);

/*
 * Whether params hold whole pairs, REQUEST_PARAMS_MAX at most (*are_many_out
 * when that alone is wrong).  A NUL would end its text early, so that the
 * rest of it escaped every check: NULs become 0xff, which none lets pass.
 */
bool params_check(struct buffer *params, bool *are_many_out);

/* Whether a param of this name is wanted. */
typedef bool params_wants(const char *name, size_t name_len);

/* Adds the wanted pairs of params that were checked to picked. */
void params_pick(const struct buffer *params, params_wants *wants,
    struct buffer *picked);

#endif
