/* registry_ways.h - how registry.c changes what several machines share.
 *
 * A table, so that a build without libnats has all of it or nothing.
 */
#ifndef CLI_REGISTRY_WAYS_H
#define CLI_REGISTRY_WAYS_H

#include <stddef.h>

#include "base/error.h"
#include "cli/registry.h"

struct cluster;

/*
 * As registry.h says, in the cluster; errors are complained of here, but for
 * ERR_NOT_FOUND.  Organizations are named by their id.
 */
struct registry_ways {
	enum error (*add_organization)(struct cluster *cluster,
	    struct organization *organization);
	enum error (*change_organization)(struct cluster *cluster,
	    const char *id, registry_organization_change *change, void *arg,
	    struct organization *organization_out);
	enum error (*remove_organization)(struct cluster *cluster,
	    const char *id);
	enum error (*add_api_key)(struct cluster *cluster,
	    struct api_key *key, const struct organization *organization);
	enum error (*change_api_key)(struct cluster *cluster, const char *id,
	    registry_api_key_change *change, void *arg,
	    struct api_key *key_out);
	enum error (*remove_api_key)(struct cluster *cluster, const char *id,
	    struct api_key *key_out);
	/* Records batches as batches_commit does. */
	enum error (*record)(struct cluster *cluster,
	    struct batch *const *batches, size_t batch_count,
	    batch_refused *refused, void *arg,
	    struct batch_result *result_out);
	void (*close)(struct cluster *cluster);
};

/*
 * NULL in both where the settings name no cluster.  Otherwise connects to it,
 * for this store.  What fails is complained of.
 */
enum error registry_ways_open(const struct arguments *arguments,
    struct store *store, const struct registry_ways **ways_out,
    struct cluster **cluster_out);

#endif
