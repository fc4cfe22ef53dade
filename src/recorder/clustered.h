/* clustered.h - the recorder of one among several machines.
 *
 * What responders send goes to the log that the machines share, and is
 * answered when it came back from there; see src/cluster.
 */
#ifndef RECORDER_CLUSTERED_H
#define RECORDER_CLUSTERED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct clustered;
struct peers;
struct settings;
struct shared;
struct store;
struct totals;

/*
 * NULL in *clustered_out where the settings name no log.  ERR_MEANING also
 * when they do not though the store belongs to a cluster: what was recorded
 * here alone would make machines differ.  All is borrowed.
 */
enum error clustered_open(const struct settings *settings,
    struct store *store, struct shared *shared, struct peers *peers,
    struct clustered **clustered_out, struct detail *detail);
void clustered_close(struct clustered *clustered);

/* Readable when there is something to do; -1 where clustered is NULL. */
int clustered_fd(const struct clustered *clustered);
/* When clustered_work is to be called at the latest. */
int64_t clustered_due_ms(const struct clustered *clustered);

/* Takes what peers ask, as far as there is room, and answers what is done.
 * ERR_STORE and the like: it cannot go on. */
enum error clustered_work(struct clustered *clustered, int64_t peers_now_ms,
    struct totals *work_out);

#endif
