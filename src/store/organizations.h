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

/* Visits all by name; return false to end early. */
typedef bool store_organization_visit(const struct organization *organization,
    void *arg);
enum error store_organization_scan(struct store_txn *txn,
    store_organization_visit *visit, void *arg);

#endif
