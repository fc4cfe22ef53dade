/* cluster.h - this process's part in a cluster of machines.
 *
 * Several machines share one log of events and one bucket of organizations
 * and keys; each puts both into its own store.
 */
#ifndef CLUSTER_CLUSTER_H
#define CLUSTER_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cluster/applier.h"
#include "stream/follower.h"

struct cluster;
struct cluster_secrets;
struct bucket;
struct link;
struct outbox;
struct settings;
struct store;

/* Whether settings name the servers of one. */
bool cluster_is_set(const struct settings *settings);

/*
 * Connects, unless a link is given, which it owns from then on; makes or checks
 * what the machines share, and joins the store if it is in no cluster yet.
 * Store and settings are borrowed.
 *
 * ERR_MEANING: something about the servers, the pepper or the store is not as
 * it has to be.  ERR_AWAY: no answer.  Each with detail.  ERR_STORE,
 * ERR_NO_MEMORY.
 */
enum error cluster_open(const struct settings *settings, struct store *store,
    struct link *link, struct cluster **cluster_out, struct detail *detail);
void cluster_close(struct cluster *cluster);

/* ERR_MEANING, with detail: the store is not of this log, or lacks some of it,
 * and has to be restored. */
enum error cluster_check(const struct cluster *cluster,
    struct detail *detail);

/* Begins to follow log and bucket from where the store is.  ERR_NO_MEMORY,
 * ERR_STORE. */
enum error cluster_follow(struct cluster *cluster);

/* The same for a command, unless a recorder does it: whether this process
 * follows. */
bool cluster_follow_alone(struct cluster *cluster);

/* Readable when cluster_work has something to do. */
int cluster_fd(const struct cluster *cluster);

/* Where this store is, and the servers are. */
struct cluster_place {
	struct membership membership;
	struct log_digest digest;
	struct follower_view log;
	struct follower_view bucket;
	uint64_t failovers;
	bool is_up;		/* connected */
	bool is_lagging;	/* for longer than CLUSTER_LAG_MS */
};

enum {
	/* Behind the log for longer is an alarm. */
	CLUSTER_LAG_MS = 5000
};

struct cluster_work {
	uint64_t events;
	uint64_t pruned;
	uint64_t commits;
	bool is_more;		/* that could be done at once */
};

/*
 * Puts what has come into the store: some of it, in at most two commits.
 * visit is called for each message of the log.  ERR_STORE, ERR_CORRUPT: the
 * store cannot go on.  What else fails is tried again later.
 */
enum error cluster_work(struct cluster *cluster, applier_visit *visit,
    void *arg, struct cluster_work *work_out);

void cluster_look(const struct cluster *cluster,
    struct cluster_place *place_out);

/* How far the store has come in the log; and up to where it is known what most
 * of its replicas have. */
uint64_t cluster_position(const struct cluster *cluster);
uint64_t cluster_decided(const struct cluster *cluster);

/* Borrowed parts. */
struct store *cluster_store(const struct cluster *cluster);
struct link *cluster_link(const struct cluster *cluster);
struct bucket *cluster_bucket(const struct cluster *cluster);
struct outbox *cluster_outbox(const struct cluster *cluster);
const struct cluster_secrets *cluster_secrets(const struct cluster *cluster);

#endif
