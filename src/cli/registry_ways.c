/* registry_ways.c - how registry.c changes what several machines share. */
#include "cli/registry_ways.h"

#include "cli/arguments.h"
#include "cli/complain.h"
#include "cli/session.h"
#include "cluster/batches.h"
#include "cluster/changes.h"
#include "cluster/cluster.h"
#include "model/api_key.h"
#include "model/organization.h"

static enum error add_organization(struct cluster *cluster,
    struct organization *organization);
static enum error change_organization(struct cluster *cluster,
    const char *id, registry_organization_change *change, void *arg,
    struct organization *organization_out);
static enum error remove_organization(struct cluster *cluster,
    const char *id);
static enum error add_api_key(struct cluster *cluster, struct api_key *key,
    const struct organization *organization);
static enum error change_api_key(struct cluster *cluster, const char *id,
    registry_api_key_change *change, void *arg, struct api_key *key_out);
static enum error remove_api_key(struct cluster *cluster, const char *id,
    struct api_key *key_out);
static enum error record(struct cluster *cluster,
    struct batch *const *batches, size_t batch_count,
    batch_refused *refused, void *arg, struct batch_result *result);
static enum error complain_of(enum error err);

static const struct registry_ways ways = {
	.add_organization = add_organization,
	.change_organization = change_organization,
	.remove_organization = remove_organization,
	.add_api_key = add_api_key,
	.change_api_key = change_api_key,
	.remove_api_key = remove_api_key,
	.record = record,
	.close = cluster_close,
};

enum error
registry_ways_open(const struct arguments *arguments, struct store *store,
    const struct registry_ways **ways_out, struct cluster **cluster_out)
{
	struct detail detail = { "" };
	enum error err;

	*ways_out = NULL;
	*cluster_out = NULL;
	if (!cluster_is_set(arguments->settings))
		return ERR_NONE;
	err = cluster_open(arguments->settings, store, NULL, cluster_out,
	    &detail);
	if (err == ERR_NONE)
		err = cluster_check(*cluster_out, &detail);
	if (err != ERR_NONE) {
		complain("%s", detail.text);
		cluster_close(*cluster_out);
		*cluster_out = NULL;
		return err;
	}
	*ways_out = &ways;
	return ERR_NONE;
}

static enum error
add_organization(struct cluster *cluster, struct organization *organization)
{
	enum error err = cluster_add_organization(cluster, organization);

	if (err != ERR_EXISTS)
		return complain_of(err);
	complain("an organization is called %s already", organization->name);
	return err;
}

static enum error
change_organization(struct cluster *cluster, const char *id,
    registry_organization_change *change, void *arg,
    struct organization *organization)
{
	enum error err = cluster_change_organization(cluster, id, change,
	    arg, organization);

	if (err != ERR_EXISTS)
		return complain_of(err);
	complain("an organization is called %s already", organization->name);
	return err;
}

static enum error
remove_organization(struct cluster *cluster, const char *id)
{
	return complain_of(cluster_remove_organization(cluster, id));
}

static enum error
add_api_key(struct cluster *cluster, struct api_key *key,
    const struct organization *organization)
{
	return complain_of(cluster_add_api_key(cluster, key, organization));
}

static enum error
change_api_key(struct cluster *cluster, const char *id,
    registry_api_key_change *change, void *arg, struct api_key *key_out)
{
	return complain_of(cluster_change_api_key(cluster, id, change, arg,
	    key_out));
}

static enum error
remove_api_key(struct cluster *cluster, const char *id,
    struct api_key *key_out)
{
	return complain_of(cluster_remove_api_key(cluster, id, key_out));
}

static enum error
record(struct cluster *cluster, struct batch *const *batches,
    size_t batch_count, batch_refused *refused, void *arg,
    struct batch_result *result)
{
	enum error err = cluster_record(cluster, batches, batch_count,
	    refused, arg, result);

	if (err != ERR_FULL)
		return complain_of(err);
	complain("the cluster's log is full; of what was sent last, some may "
	    "be recorded: look");
	return err;
}

/* What a callback returned has been told of. */
static enum error
complain_of(enum error err)
{
	switch (err) {
	case ERR_NONE:
	case ERR_NOT_FOUND:
	case ERR_MEANING:
		break;
	case ERR_AWAY:
		complain("NATS gives no answer, so nobody knows whether this "
		    "was done: look, and do it again if it was not");
		break;
	case ERR_IO:
		complain("the cluster has this, but this machine's store does "
		    "not follow yet; apitrail cluster status tells how far it "
		    "is");
		break;
	case ERR_FULL:
		complain("the cluster's log is full: this may be done all "
		    "the same, and its event comes later; look");
		break;
	default:
		session_complain(err);
		break;
	}
	return err;
}
