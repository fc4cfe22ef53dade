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
 * Begins to look for the servers; clustered_work goes on with it.  NULL in
 * *clustered_out where the settings name no log.  ERR_MEANING when they do not
 * though the store belongs to a cluster: what was recorded here alone would
 * make machines differ.  All is borrowed.
 */
enum error clustered_open(const struct settings *settings,
    struct store *store, struct shared *shared, struct peers *peers,
    struct clustered **clustered_out, struct detail *detail);
void clustered_close(struct clustered *clustered);

enum clustered_state {
	CLUSTERED_BEGUN,	/* nothing is known of the servers */
	CLUSTERED_WAITING,	/* they are away: who asks is refused */
	CLUSTERED_JOINED	/* also where clustered is NULL */
};

enum clustered_state clustered_state(const struct clustered *clustered);

/* Says in detail why the recorder of this store cannot go on. */
void clustered_explain(const struct clustered *clustered, const char *path,
    enum error err, struct detail *detail);

/* Readable when there is something to do; -1 where clustered is NULL. */
int clustered_fd(const struct clustered *clustered);
/* When clustered_work is to be called at the latest. */
int64_t clustered_due_ms(const struct clustered *clustered);

/* Takes what peers ask, as far as there is room, and answers what is done.
 * ERR_STORE and the like: it cannot go on.  ERR_MEANING: the servers, the
 * pepper or the store are not as they have to be. */
enum error clustered_work(struct clustered *clustered, int64_t peers_now_ms,
    struct totals *work_out);

#endif
