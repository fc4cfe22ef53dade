/* lock_file.h - make LMDB's lock file with the right owner and mode. */
#ifndef STORE_LOCK_FILE_H
#define STORE_LOCK_FILE_H

#include "base/error.h"
#include "store/store.h"

/*
 * Makes lock.mdb in the store's directory when it is missing, and mends its
 * owner and mode when a command run as root left it so that others cannot
 * use it.  Takes all of its room on disk, so that a disk which is full ends
 * nobody who reads.  Only while this process has no environment open: closing
 * any descriptor of the file would drop LMDB's locks.  ERR_STORE, with detail.
 */
enum error lock_file_make(const char *directory, enum store_access access,
    struct detail *detail);

#endif
