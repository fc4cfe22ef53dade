/* writers.h - who has a store open to be written.
 *
 * A store that is replaced stays with the processes that have it open, and
 * what they commit from then on is lost with it.  So each writer holds a
 * share of the data file's lock as long as it has the file open, and a
 * restore begins only when it has all of it.
 *
 * The shares are locks of fcntl(2), which name their holders.  Such a lock
 * ends when the process closes any descriptor of the file: nothing may open
 * the data file anew while this process has it open to be written.
 */
#ifndef STORE_WRITERS_H
#define STORE_WRITERS_H

#include "base/error.h"

/* Counts this process among them until data_fd is closed.  ERR_STORE: a
 * backup is on its way into the place of the store at path. */
enum error writers_join(int data_fd, const char *path,
    struct detail *detail);

/* Keeps writers out until data_fd, which may write, and all that were
 * inherited of it, are closed.  ERR_EXISTS: there is one; detail names it. */
enum error writers_exclude(int data_fd, const char *path,
    struct detail *detail);

#endif
