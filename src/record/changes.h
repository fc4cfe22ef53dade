/* changes.h - changes to keys and organizations, each with its event.
 *
 * Within a write transaction of the caller's: change and event are committed
 * together or not at all.  A change that changes nothing has no event.  The
 * event's client.id is the organization's id; keys are told as api_key, and
 * organizations by name and status as metadata.
 *
 * What takes away (disable, remove) must not wait for a disk to be mended:
 * when the events of the organization are damaged, it is done without its
 * event, which is logged.
 */
#ifndef RECORD_CHANGES_H
#define RECORD_CHANGES_H

#include <stdint.h>

#include "base/error.h"

struct api_key;
struct organization;
struct store_txn;

/*
 * As store/api_keys.h says, with api_key_added, api_key_updated and
 * api_key_deleted.  ERR_NOT_FOUND also when the organization is being
 * removed, but for a key's own removal.
 */
enum error change_api_key_add(struct store_txn *txn, struct api_key *key,
    int64_t now_ms);
enum error change_api_key_put(struct store_txn *txn,
    const struct api_key *key, int64_t now_ms);
enum error change_api_key_remove(struct store_txn *txn, const char *id,
    int64_t now_ms);

/*
 * As store/organizations.h says, with organization_updated.  ERR_NOT_FOUND
 * also when it is being removed; status is none of removing.
 */
enum error change_organization_put(struct store_txn *txn,
    const struct organization *organization, int64_t now_ms);

/*
 * Marks it: from the commit on its keys are dead.  What it owns is then
 * erased by store_organization_erase_some, until done; whoever calls that,
 * the recorder finishes.  Harmless when it is marked already.  There is no
 * event, as nobody could ever read it.
 */
enum error change_organization_remove(struct store_txn *txn,
    uint32_t number);

#endif
