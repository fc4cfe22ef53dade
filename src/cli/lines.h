/* lines.h - the lines of a file of NDJSON, one by one, in bounded memory. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct lines;

enum line_fault {
	LINE_GOOD,
	LINE_NUL,		/* it holds a NUL byte */
	LINE_TOO_LONG		/* over EVENT_LINE_BYTES_MAX */
};

/*
 * A line; borrowed until the next read.  Of a line that is too long come
 * several pieces with the same number, all but the first with is_rest.
 */
struct line {
	const char *text;	/* without its ending, LF or CRLF */
	size_t text_len;
	size_t raw_len;		/* with its ending, from text on */
	uint64_t number;	/* from 1 on */
	enum line_fault fault;
	bool is_rest;
};

/*
 * Reads from fd, which stays the caller's, at most bytes_max.  When stop_fd
 * becomes readable, that is the end of the input too; -1 for none.
 */
enum error lines_new(int fd, int stop_fd, uint64_t bytes_max,
    struct lines **lines_out);
void lines_free(struct lines *lines);

/* The next line that is not empty, of what was read; NULL when there is no
 * whole one.  The last line needs no newline. */
const struct line *lines_take(struct lines *lines);

/* Whether lines_take has given the last line. */
bool lines_is_at_end(const struct lines *lines);

/*
 * Reads more, or finds the end; for when lines_take gave NULL.  *has_read_out
 * is false when nothing came within timeout_ms (-1: waits for ever).
 * ERR_IO, with errno set.
 */
enum error lines_read(struct lines *lines, int timeout_ms,
    bool *has_read_out);

/* Bytes read so far. */
uint64_t lines_bytes(const struct lines *lines);

#endif
