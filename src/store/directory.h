/* directory.h - the store's directory: make it where it is missing. */
#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Makes it and its parents, or leaves alone what is there, and opens it.
 * Another process may be doing the same.  ERR_MEANING: it is no directory.
 * ERR_IO.  detail names path and cause.
 */
enum error directory_make(const char *path, int *fd_out, bool *made_out,
    struct detail *detail);

/*
 * Puts the names that lie in it on disk.  One that cannot be read is left to
 * the system; and some have nothing to sync, or cannot change.  ERR_IO, with
 * errno.
 */
enum error directory_sync(const char *path);

#endif
