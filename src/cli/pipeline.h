/* pipeline.h - threads that read and parse, beside the one that commits.
 *
 * Parsing is work for cores, committing waits for a disk: with some slices
 * going round between the two, neither waits for the other for long.  The
 * slices come out in the order of the input.
 */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include "base/error.h"

struct pipeline;
struct slice;
struct slice_source;

enum {
	PIPELINE_THREADS_MAX = 4,
	/* One in each thread, one with the caller, one that waits. */
	PIPELINE_SLICES = PIPELINE_THREADS_MAX + 2
};

/* Starts a thread for each core, as far as allowed, on PIPELINE_SLICES
 * slices.  All is borrowed.  ERR_NO_MEMORY. */
enum error pipeline_begin(struct slice *const *slices,
    const struct slice_source *source, struct pipeline **pipeline_out);

/* Waits for the next slice; it is the caller's until pipeline_give. */
struct slice *pipeline_take(struct pipeline *pipeline);
void pipeline_give(struct pipeline *pipeline);

/* Ends the threads, also before the input's end; when one may be waiting for
 * more input, the caller has stopped the source's lines before. */
void pipeline_end(struct pipeline *pipeline);

#endif
