/* changes.h - changes to organizations and keys, for all machines.
 *
 * Each is a compare-and-set in the bucket, and then its event in the log.
 * When a call returns ERR_NONE, both are on a quorum of the servers, and in
 * this machine's store.  Callbacks may be called again, with the entry as
 * another machine has left it.
 */
#ifndef CLUSTER_CHANGES_H
#define CLUSTER_CHANGES_H

#include "base/error.h"

struct api_key;
struct cluster;
struct organization;

/* Changes what it is given.  An error ends the attempt and is returned. */
typedef enum error cluster_organization_change(
    struct organization *organization, void *arg);
typedef enum error cluster_api_key_change(struct api_key *key, void *arg);

/*
 * Errors of all: ERR_NOT_FOUND: it is not there, or its organization is being
 * removed.  ERR_EXISTS: another organization has the name.  ERR_AWAY: NATS
 * gives no answer, and nobody knows what came of the change.  ERR_IO: all
 * machines have it, but this one's store is not as far yet.
 */

/* Fills number, id and created_ms. */
enum error cluster_add_organization(struct cluster *cluster,
    struct organization *organization);
enum error cluster_change_organization(struct cluster *cluster,
    const char *id, cluster_organization_change *change, void *arg,
    struct organization *organization_out);
/* Marks it; each machine erases what it has. */
enum error cluster_remove_organization(struct cluster *cluster,
    const char *id);

/* Fills id and created_ms; organization is the key's. */
enum error cluster_add_api_key(struct cluster *cluster, struct api_key *key,
    const struct organization *organization);
enum error cluster_change_api_key(struct cluster *cluster, const char *id,
    cluster_api_key_change *change, void *arg, struct api_key *key_out);
enum error cluster_remove_api_key(struct cluster *cluster, const char *id,
    struct api_key *key_out);

#endif
