/* slice.h - a piece of the input: lines, parsed, with what is wrong. */
#ifndef CLI_SLICE_H
#define CLI_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "model/event.h"
#include "model/limits.h"

struct batch;
struct lines;

enum {
	SLICE_LINES_MAX = APPEND_BATCH_EVENTS,
	/* Of kept lines; a slice ends with the line that goes beyond. */
	SLICE_RAW_BYTES_MAX = 4 * 1024 * 1024,
	/* How long lines may wait for more of them. */
	SLICE_LINGER_MS = 10
};

struct slice_line {
	uint64_t number;
	size_t raw_offset;	/* into raw */
	size_t raw_len;		/* 0 when it is not kept */
	size_t reason_offset;	/* into reasons, when refused */
	bool is_refused;
	bool is_rest;		/* of a line that was named already */
};

struct slice {
	struct batch *batch;	/* owned; NULL: the lines are only checked */
	struct event_draft draft;	/* parsed into without a batch */
	struct slice_line lines[SLICE_LINES_MAX];
	size_t line_count;
	struct buffer raw;
	struct buffer reasons;	/* each ended by NUL */
	uint64_t input_bytes;	/* read up to its end */
	bool is_last;
	enum error error;	/* what ended the reading too early */
	int error_number;	/* errno's, for ERR_IO */
};

/* A further check of a draft that parsed well: false, with detail, when the
 * line is to be refused. */
typedef bool slice_check(const struct event_draft *draft, void *arg,
    struct detail *detail);

/* What all slices of one input share; borrowed. */
struct slice_source {
	struct lines *lines;
	enum event_source source;
	const char *client_id;	/* what client.id becomes by default */
	bool keeps_raw;		/* refused lines are wanted as they were */
	slice_check *check;	/* or NULL */
	void *check_arg;
};

void slice_init(struct slice *slice, struct batch *batch);
void slice_clear(struct slice *slice);

/* Empties the slice and fills it with the next lines. */
void slice_fill(struct slice *slice, const struct slice_source *source);

/* Marks the line of that number as refused. */
void slice_refuse(struct slice *slice, uint64_t number, const char *reason);

#endif
