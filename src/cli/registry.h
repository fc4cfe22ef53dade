/* registry.h - organizations and API keys, as commands change them.
 *
 * Commands say what is to change, in callbacks; how it is changed is told here
 * alone.  Each change is made whole, with its event (record/changes.h), or not
 * at all.
 *
 * What fails here is complained of here, so that commands only return: but
 * not what a callback returns, which has said itself what is wrong, and not
 * ERR_NOT_FOUND of functions that take a key's id, see session_no_api_key.
 */
#ifndef CLI_REGISTRY_H
#define CLI_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "record/batch.h"

struct api_key;
struct arguments;
struct listed_key;
struct organization;
struct registry;
struct store;

/* arguments is borrowed until it is closed.  Refused: a store of a cluster
 * when the settings name no cluster. */
enum error registry_open(const struct arguments *arguments,
    struct registry **registry_out);
void registry_close(struct registry *registry);

/* This machine's store, to be read. */
struct store *registry_store(struct registry *registry);
/* Whether several machines share what is changed. */
bool registry_is_shared(const struct registry *registry);

/* Its name and status are given; the rest is filled in. */
enum error registry_add_organization(struct registry *registry,
    struct organization *organization);

/* Changes name and status.  It may be called again, with what others made of it
 * meanwhile; an error, of which it has told, ends it. */
typedef enum error registry_organization_change(
    struct organization *organization, void *arg);

/* The organization of that name, as it is then. */
enum error registry_change_organization(struct registry *registry,
    const char *name, registry_organization_change *change, void *arg,
    struct organization *organization_out);

/* Marks it, see change_organization_remove. */
enum error registry_remove_organization(struct registry *registry,
    uint32_t number);

/* All of key is given but id, organization and creation. */
enum error registry_add_api_key(struct registry *registry,
    const char *organization_name, struct api_key *key,
    struct organization *organization_out);

/* The same for a key that takes the place of another: what it has of that one
 * is the callback's to say. */
typedef enum error registry_succession(const struct api_key *old,
    struct api_key *key, void *arg);
enum error registry_add_successor(struct registry *registry,
    const char *old_id, registry_succession *succeed, void *arg,
    struct listed_key *listed);

/* Changes what store_api_key_put writes, and is called likewise. */
typedef enum error registry_api_key_change(struct api_key *key, void *arg);

/* The key of that id, as it is then; listed_out may be NULL. */
enum error registry_change_api_key(struct registry *registry, const char *id,
    registry_api_key_change *change, void *arg,
    struct listed_key *listed_out);

/* listed_out, the key as it was, may be NULL. */
enum error registry_remove_api_key(struct registry *registry, const char *id,
    struct listed_key *listed_out);

/*
 * Records batches of this machine's store as batches_commit does, whose errors
 * are not complained of here, but for those of a cluster.
 */
enum error registry_record(struct registry *registry,
    struct batch *const *batches, size_t batch_count, batch_refused *refused,
    void *arg, struct batch_result *result_out);

#endif
