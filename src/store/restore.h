/* restore.h - put a backup in the place of a store.
 *
 * The store's new files are made whole, verified and synced in a folder within
 * its directory, RESTORE_ASIDE.  Until that folder is renamed, RESTORE_READY,
 * the old store is whole and in its place; from then on the new one is, and
 * is in its place when its files were moved, which whoever opens the store
 * next does when this process is killed (gate.h).  So a crash at any moment
 * leaves one of both.
 *
 * From begin to end nobody opens the store to write; readers go on, and what
 * they have open stays what it is until they open it anew.
 */
#ifndef STORE_RESTORE_H
#define STORE_RESTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/copy_folder.h"

struct restore;

#define RESTORE_ASIDE ".restoring"

/* Whether a store is at path that holds anything, or that held much; also one
 * that is damaged.  LMDB is not asked: a damaged file may end it. */
bool restore_replaces(const char *path);

/*
 * Begins to put the backup in the directory from into the place of the store
 * at path, which need not be there.  may_replace allows it to be one that
 * restore_replaces.
 *
 * ERR_MEANING: no backup is there; it is the store itself; it may not be
 * replaced; a file system that cannot carry a store; no pepper, or another
 * one than the backup's, where the backup's cannot be put.  ERR_EXISTS:
 * another process writes to the store, or restores it; detail names it.
 * ERR_CORRUPT: the backup is cut off.  ERR_STORE, ERR_IO.  detail names path
 * and cause, here and below.
 */
enum error restore_begin(const char *from, const char *path,
    const char *pepper_path, bool may_replace, struct restore **restore_out,
    struct detail *detail);

/*
 * Copies, syncs and verifies the backup; may be called in a child, as
 * backup_fill may.  ERR_STORE, ERR_CORRUPT: the backup cannot be read, is of
 * a newer format, or has faults.  ERR_IO.
 */
enum error restore_fill(struct restore *restore, int64_t map_bytes,
    const struct copy_watch *watch, struct copy_result *result_out,
    struct detail *detail);

/* Whether the pepper comes from the backup; otherwise it stays. */
bool restore_has_pepper(const struct restore *restore);

/* Replaces the store.  ERR_EXISTS: it is not the one any more with which this
 * began.  ERR_STORE, ERR_IO.  restore is gone either way. */
enum error restore_commit(struct restore *restore, struct detail *detail);
/* Leaves the store as it was.  NULL is allowed. */
void restore_abort(struct restore *restore);

#endif
