/* session.h - the store, opened for one command.
 *
 * What fails here is complained of here, so that commands only return.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "base/error.h"
#include "store/store.h"

struct api_key;
struct arguments;
struct organization;

/* The caller store_closes it. */
enum error session_open(const struct arguments *arguments,
    enum store_access access, struct store **store_out);

/*
 * The same, to write what the machines of a cluster all have to know: events,
 * organizations and API keys.  Refused when the store is in a cluster and the
 * settings name none.
 */
enum error session_open_to_change(const struct arguments *arguments,
    struct store **store_out);

/*
 * Begins a transaction of the wanted kind.  It ends with session_end, which
 * commits a write when err is ERR_NONE, and returns what came of it.
 */
enum error session_begin(struct store *store, enum store_access access,
    struct store_txn **txn_out);
enum error session_end(struct store_txn *txn, enum store_access access,
    enum error err);

/* The organization of that name, and the key of that id. */
enum error session_organization(struct store_txn *txn, const char *name,
    struct organization *organization_out);
enum error session_api_key(struct store_txn *txn, const char *id,
    struct api_key *key_out);

/* Complains that no key has this id. */
void session_no_api_key(const char *id);

/* The organization of --org, in a transaction of its own. */
enum error session_organization_option(struct store *store,
    const struct arguments *arguments, struct organization *organization_out);

/* The same for what a change to a key or an organization returned that was
 * there a moment before. */
enum error session_change(enum error err);

/* Says in general words what a call to the store returned, and returns it;
 * the details are logged where it was seen.  Nothing for ERR_NONE. */
enum error session_complain(enum error err);

#endif
