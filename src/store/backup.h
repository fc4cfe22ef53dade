/* backup.h - a copy of a store that is in use, in a folder of its own.
 *
 * The folder is that of a store: data.mdb and, unless it lies elsewhere, the
 * pepper.  It is filled aside, as the target's name and ".making", and gets
 * its name when all of it is verified and on disk.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/copy_folder.h"

struct backup;

/*
 * Begins a backup of the store at path.  target is a name that is not there,
 * or an empty directory.  ERR_MEANING: it is neither, or a mount point, or its
 * parent is not there.  ERR_EXISTS: another process makes the same.
 * ERR_STORE: no store, or a pepper that lies in it cannot be read.  ERR_IO.
 * detail names path and cause, here and below.
 */
enum error backup_begin(const char *path, const char *pepper_path,
    const char *target, struct backup **backup_out, struct detail *detail);

/*
 * Copies, syncs and verifies; may be called in a child of the process that
 * begins and ends the backup, and be ended there by any signal.  ERR_STORE,
 * ERR_CORRUPT: the store cannot be read, or has faults.  ERR_IO: the copy
 * cannot be written.
 */
enum error backup_fill(struct backup *backup, int64_t map_bytes,
    const struct copy_watch *watch, struct copy_result *result_out,
    struct detail *detail);

/* Whether the pepper is in it. */
bool backup_has_pepper(const struct backup *backup);

/* Gives it its name, on disk.  ERR_EXISTS: the target is in the way by now.
 * ERR_IO.  backup is gone either way. */
enum error backup_commit(struct backup *backup, struct detail *detail);
/* Leaves nothing.  NULL is allowed. */
void backup_abort(struct backup *backup);

#endif
