/* copy.h - the records of a store that is in use, as a data file. */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include <stdint.h>

#include "base/error.h"

struct store;

/* Now and then, for a progress bar: bytes written of about all. */
typedef void store_copy_progress(uint64_t done, uint64_t all, void *arg);

/*
 * Writes a data file into the empty file fd, as of one moment; writers go on
 * meanwhile.  It has no free pages.  progress may be NULL.  bytes_out is its
 * length; it is not synced.
 *
 * While this runs, it is a reader that holds pages back: a store that is
 * written to grows for so long.
 *
 * ERR_IO: a write failed; ERR_STORE, ERR_CORRUPT: LMDB did; detail has the
 * cause alone.  ERR_NO_MEMORY.
 */
enum error store_copy(struct store *store, int fd,
    store_copy_progress *progress, void *arg, uint64_t *bytes_out,
    struct detail *detail);

#endif
