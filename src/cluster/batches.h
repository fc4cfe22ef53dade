/* batches.h - a command's batches, recorded on all machines. */
#ifndef CLUSTER_BATCHES_H
#define CLUSTER_BATCHES_H

#include <stddef.h>

#include "base/error.h"
#include "record/batch.h"

struct cluster;

/*
 * As batches_commit (record/batch.h), in the log and in this machine's store
 * when it returns ERR_NONE.  An import is compared with this store first, so
 * that what is there already does not go to the log again.
 *
 * ERR_AWAY: nobody knows how much of it was recorded.  ERR_IO: all of it was,
 * but this store is not as far.
 */
enum error cluster_record(struct cluster *cluster,
    struct batch *const *batches, size_t batch_count, batch_refused *refused,
    void *arg, struct batch_result *result_out);

#endif
