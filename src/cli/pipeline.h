/* pipeline.h - a thread that fills slices, beside the one that uses them.
 *
 * Parsing is work for a core, committing waits for a disk: with a few slices
 * going round between the two, neither waits for the other for long.
 */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include "base/error.h"

struct pipeline;
struct slice;
struct slice_source;

enum { PIPELINE_SLICES = 3 };

/* Starts filling the slices, PIPELINE_SLICES of them, in order.  All is
 * borrowed. */
enum error pipeline_begin(struct slice *const *slices,
    const struct slice_source *source, struct pipeline **pipeline_out);

/* Waits for the next filled slice; it is the caller's until pipeline_give. */
struct slice *pipeline_take(struct pipeline *pipeline);
void pipeline_give(struct pipeline *pipeline);

/* Ends the thread, also before the input's end; when it may be waiting for
 * more input, the caller has stopped the source's lines before. */
void pipeline_end(struct pipeline *pipeline);

#endif
