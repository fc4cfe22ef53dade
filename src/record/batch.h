/* batch.h - the one way that events get into the store.
 *
 * A batch gathers checked drafts; a commit takes one write transaction for
 * one batch or several: stamp, put, prune a little, sync.
 */
#ifndef RECORD_BATCH_H
#define RECORD_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/event.h"

struct buffer;
struct store;
struct batch;

/* For events of one organization, APPEND_BATCH_EVENTS at most at a time. */
enum error batch_new(struct store *store, uint32_t organization,
    enum event_source source, int64_t retention_ms, struct batch **batch_out);
void batch_free(struct batch *batch);

/* Where the next draft is parsed into; NULL when the batch is full.  It
 * counts once batch_add is called. */
struct event_draft *batch_next(struct batch *batch);
/* line_number is given back with outcomes; 0 when there is none.  When memory
 * runs out, the commit says so. */
void batch_add(struct batch *batch, uint64_t line_number);
size_t batch_count(const struct batch *batch);

struct batch_result {
	uint64_t added;
	uint64_t repeated;
	uint64_t pruned;
};

/* An imported event that another one of the same stored_at and id refuses;
 * batch is its number among those that were committed. */
typedef void batch_refused(size_t batch, uint64_t line_number, void *arg);

/*
 * Commits all that was added to these batches of one store, organization and
 * source, in their order, and empties them.  On disk when this returns
 * ERR_NONE; otherwise nothing of it was stored, and the batches keep it.  The
 * organization is looked up again: ERR_NOT_FOUND when it is gone, or is being
 * removed.  ERR_FULL, ERR_STORE, ERR_CORRUPT, ERR_NO_MEMORY.
 */
enum error batches_commit(struct batch *const *batches, size_t batch_count,
    batch_refused *refused, void *arg, struct batch_result *result_out);

/*
 * What batches_commit does, in two halves, for who records them elsewhere:
 * the first finds what becomes of each event in this store, and changes
 * nothing; the second tells what was refused, and empties the batches.
 */
enum error batches_try(struct batch *const *batches, size_t batch_count,
    struct batch_result *result_out);
void batches_finish(struct batch *const *batches, size_t batch_count,
    batch_refused *refused, void *arg);

uint32_t batch_organization(const struct batch *batch);
enum event_source batch_source(const struct batch *batch);

/*
 * Writes a request (record/message.h) of as many of its events as fit, from
 * *next on, into an empty buffer; only those that batches_try found to be new.
 * False when there were none left.  api_key_id is 21 characters.
 */
bool batch_write(const struct batch *batch, const char *api_key_id,
    size_t *next, struct buffer *message);

#endif
