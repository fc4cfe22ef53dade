/* pipeline.h - threads that read and parse, beside the one that commits.
 *
 * Parsing is work for cores, committing waits for a disk: with some slices
 * going round between the two, neither waits for the other for long.  The
 * slices come out in the order of the input, and all that are ready at once,
 * to be committed together: when the disk is slow, it is asked less often.
 */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include <stddef.h>

#include "base/error.h"

struct pipeline;
struct slice;
struct slice_source;

enum {
	PIPELINE_THREADS_MAX = 4,
	/* As many with the caller as are read meanwhile. */
	PIPELINE_SLICES = 16,
	PIPELINE_TAKEN_MAX = PIPELINE_SLICES / 2
};

/* Starts a thread for each core, as far as allowed, on PIPELINE_SLICES
 * slices.  All is borrowed.  ERR_NO_MEMORY. */
enum error pipeline_begin(struct slice *const *slices,
    const struct slice_source *source, struct pipeline **pipeline_out);

/* Waits for the next slice, and takes those behind it that are ready; returns
 * how many.  They are the caller's until pipeline_give, which may give back
 * fewer: the others are taken again. */
size_t pipeline_take(struct pipeline *pipeline,
    struct slice *taken[PIPELINE_TAKEN_MAX]);
void pipeline_give(struct pipeline *pipeline, size_t count);

/* Ends the threads, also before the input's end; when one may be waiting for
 * more input, the caller has stopped the source's lines before. */
void pipeline_end(struct pipeline *pipeline);

#endif
