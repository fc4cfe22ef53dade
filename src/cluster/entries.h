/* entries.h - the bucket's organizations and keys, put into this store. */
#ifndef CLUSTER_ENTRIES_H
#define CLUSTER_ENTRIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cluster_secrets.h"

struct bucket;
struct entries;
struct follower_message;
struct registry_entry;
struct store;

enum { ENTRIES_PER_COMMIT_MAX = 256 };

/* All is borrowed.  ERR_NO_MEMORY. */
enum error entries_new(struct store *store, struct bucket *bucket,
    const struct cluster_secrets *secrets, struct entries **entries_out);
void entries_free(struct entries *entries);

/* A change that has an event, after the commit; the entry is borrowed. */
typedef void entries_visit(const struct registry_entry *entry,
    uint64_t revision, int64_t timestamp_ms, void *arg);

/*
 * Applies the messages of the bucket's stream in order, in one transaction
 * with the revision that the store has come to; *done_out is how many, one at
 * least.  The organization that a key needs is read from the bucket.
 * ERR_AWAY: that gave no answer.  ERR_STORE and the like.  After an error try
 * again.
 */
enum error entries_apply(struct entries *entries,
    const struct follower_message *messages, size_t message_count,
    entries_visit *visit, void *arg, size_t *done_out,
    uint64_t *revision_out);

/* Reads the organization of that id from the bucket and puts it.
 * ERR_NOT_FOUND: it is not there, or is removed.  ERR_AWAY, ERR_STORE. */
enum error entries_fetch_organization(struct entries *entries,
    const char *id);

#endif
