/* join.h - a store becomes one of a cluster's. */
#ifndef CLUSTER_JOIN_H
#define CLUSTER_JOIN_H

#include "base/error.h"

struct bucket;
struct cluster_secrets;
struct layout;
struct membership;
struct store;

/*
 * Compares the pepper with that of the machines that are there, and reads the
 * store's membership, or makes it: an empty store follows the log from its
 * beginning; the first machine's may have organizations, keys and events of
 * its own, which become the cluster's, and then, for as long as these events
 * can be read, others begin as restored backups of it.
 *
 * ERR_MEANING: another pepper, or a store that cannot join.  ERR_AWAY,
 * ERR_STORE, ERR_CORRUPT, ERR_NO_MEMORY; detail for each.
 */
enum error join(struct store *store, struct bucket *bucket,
    const struct layout *layout, const struct cluster_secrets *secrets,
    struct membership *membership_out, struct detail *detail);

#endif
