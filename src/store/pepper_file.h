/* pepper_file.h - the file of the secret that key digests are made with. */
#ifndef STORE_PEPPER_FILE_H
#define STORE_PEPPER_FILE_H

#include <stdbool.h>

#include "base/error.h"

struct pepper;

/*
 * Reads it; the caller wipes it.  ERR_STORE: missing, no permission, or not a
 * pepper; detail names path and cause, never what it holds.
 */
enum error pepper_file_read(const char *path, struct pepper *pepper_out,
    struct detail *detail);

/*
 * Makes a new one where none is: aside, synced, then linked into place, so
 * that a crash leaves all of it or nothing, and of several makers one wins.
 * Owner and group are those of the store's directory, as root can lay the
 * file anywhere.  ERR_IO with detail.
 */
enum error pepper_file_make(const char *path, int store_fd, bool *made_out,
    struct detail *detail);

#endif
