/* slice.h - a piece of the input: lines, parsed, with what is wrong. */
#ifndef CLI_SLICE_H
#define CLI_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "cli/lines.h"
#include "model/cursor.h"
#include "model/event.h"
#include "model/limits.h"

struct batch;

enum {
	SLICE_LINES_MAX = APPEND_BATCH_EVENTS,
	/* A slice ends with the line that goes beyond. */
	SLICE_RAW_BYTES_MAX = 1024 * 1024,
	/* How long lines may wait for more of them. */
	SLICE_LINGER_MS = 10
};

struct slice_line {
	uint64_t number;
	size_t raw_offset;	/* into raw */
	size_t raw_len;		/* with its ending */
	size_t text_len;	/* without */
	size_t reason_offset;	/* into reasons, when refused */
	enum line_fault fault;
	bool is_rest;		/* of a line that was named already */
	bool is_refused;
	/* Of a good line that is only checked. */
	struct cursor place;
	uint64_t json_hash;
};

struct slice {
	struct batch *batch;	/* owned; NULL: the lines are only checked */
	struct event_draft draft;	/* parsed into without a batch */
	struct slice_line lines[SLICE_LINES_MAX];
	size_t line_count;
	struct buffer raw;	/* the lines as they were */
	struct buffer reasons;	/* each ended by NUL */
	uint64_t input_bytes;	/* read up to its end */
	bool is_last;
	enum error error;	/* what ended the work too early */
	int error_number;	/* errno's, for ERR_IO */
};

/* A further check of a draft that parsed well, in any thread.  ERR_MEANING,
 * with detail: the line is refused.  Other errors end the work. */
typedef enum error slice_check(const struct event_draft *draft,
    const void *arg, struct detail *detail);

/* What all slices of one input share; borrowed. */
struct slice_source {
	struct lines *lines;
	enum event_source source;
	const char *client_id;	/* what client.id becomes by default */
	slice_check *check;	/* or NULL */
	const void *check_arg;
};

void slice_init(struct slice *slice, struct batch *batch);
void slice_clear(struct slice *slice);

/* Empties the slice and fills it with the next lines.  One slice at a time
 * reads from a source. */
void slice_read(struct slice *slice, const struct slice_source *source);

/* Parses the lines; several slices can do so at once. */
void slice_parse(struct slice *slice, const struct slice_source *source);

/* Marks the line of that number as refused. */
void slice_refuse(struct slice *slice, uint64_t number, const char *reason);

#endif
