/* spool.h - an input that cannot be read twice, put where it can. */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include <stdint.h>

#include "base/error.h"

/* Opens a temporary file without a name, which is gone when the caller
 * closes it.  ERR_IO, complained of here. */
enum error spool_open(int *fd_out);

/*
 * Copies the rest of fd, at most bytes_max, into such a file, and goes back
 * to its beginning.  name is the input's, for complaints, which are made
 * here.  ERR_TOO_LARGE, ERR_IO.
 */
enum error spool_copy(int fd, const char *name, uint64_t bytes_max,
    int *spool_fd_out);

#endif
