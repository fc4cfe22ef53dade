/* organizations.h - organizations in the store. */
#ifndef STORE_ORGANIZATIONS_H
#define STORE_ORGANIZATIONS_H

#include "model/organization.h"

struct store_txn;

/* Fills number, id and created_ms.  ERR_EXISTS: the name is taken. */
enum error store_organization_add(struct store_txn *txn,
    struct organization *organization, int64_t now_ms);

/* ERR_NOT_FOUND, ERR_CORRUPT, ERR_STORE. */
enum error store_organization_find(struct store_txn *txn, const char *name,
    struct organization *organization_out);
enum error store_organization_get(struct store_txn *txn, uint32_t number,
    struct organization *organization_out);

/* Writes status and name of the organization with this number.
 * ERR_NOT_FOUND; ERR_EXISTS: another one has the name. */
enum error store_organization_put(struct store_txn *txn,
    const struct organization *organization);

/*
 * Makes the organization of that number with the id, name, status and creation
 * that are given, or changes it into that; numbers up to it are not given
 * again.  Harmless when repeated: one that is being removed and is not there
 * is gone, and stays so.  ERR_EXISTS: another one has the name; ERR_MEANING: it
 * is nothing that an organization may be; nothing was changed then.
 * ERR_CORRUPT, ERR_STORE.
 */
enum error store_organization_put_whole(struct store_txn *txn,
    const struct organization *organization);

struct erase_result {
	uint64_t api_keys;
	uint64_t events;	/* of blocks that are whole */
	uint64_t blocks;
	bool is_done;		/* the organization is gone */
};

/*
 * Erases some of what an organization owns whose status is REMOVING, at most
 * records_max records: its keys, its events, damaged ones too, what its
 * clients' idempotency keys name; in the end itself.  ERR_NOT_FOUND: another
 * process did the rest.  ERR_MEANING: its status is another.  ERR_CORRUPT,
 * ERR_STORE.
 */
enum error store_organization_erase_some(struct store_txn *txn,
    uint32_t number, unsigned int records_max,
    struct erase_result *result_out);

/* What a search for removals finds. */
struct removals {
	uint32_t number;	/* of one whose status is REMOVING, 0: none */
	unsigned int damaged;	/* records that do not tell their status */
};

/* Looks at every record, whatever damage there is; is_logged is whether that
 * is logged here.  ERR_STORE. */
enum error store_organization_find_removals(struct store_txn *txn,
    bool is_logged, struct removals *removals_out);

/* Visits all by name; return false to end early. */
typedef bool store_organization_visit(const struct organization *organization,
    void *arg);
enum error store_organization_scan(struct store_txn *txn,
    store_organization_visit *visit, void *arg);

#endif
