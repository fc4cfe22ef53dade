/* gate.h - nobody opens a store while another takes its place.
 *
 * LMDB keeps the number of the last transaction in lock.mdb, and whoever is
 * not the first to open that file believes it.  A lock.mdb that is older than
 * its data.mdb, or the other way round, leads a reader to the wrong one of
 * the two meta pages, and a writer to pages that are in use.  Two names can
 * not be given to two new files in one step, and an open in write mode opens
 * data.mdb twice, each time by its name.
 *
 * So the store's directory itself is a lock (flock): shared by each open,
 * from before the first of the two files is opened until both are; held alone
 * by a restore while it gives names away.  What is open already does not
 * mind: its processes keep the old files, both of them, which are nobody
 * else's from then on.
 *
 * A restore that is killed leaves the new files whole in RESTORE_READY, once
 * it has begun to move them.  Whoever comes through the gate next moves the
 * rest, so that nobody ever opens the half of one store and the half of
 * another.
 *
 * The makers of the store's files share this lock, and hold it alone too.
 */
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include <stdbool.h>

#include "base/error.h"

/* A directory within the store's, with files that are to be moved there. */
#define RESTORE_READY ".restored"

enum {
	/* What a command waits, and what a thread may that serves others. */
	GATE_WAIT_MS = 10 * 1000,
	GATE_SHORT_WAIT_MS = 200
};

/*
 * Enters, together with others; the caller leaves when the store's files are
 * open.  Finishes a restore that was cut off.  *fd_out is -1, also with
 * ERR_NONE, when there is no directory: whoever looks for the store in it
 * says so.  ERR_STORE: another one kept the gate closed so long, or the
 * restore cannot be finished; ERR_IO: this process may not open the
 * directory; detail names path and cause.
 */
enum error gate_enter(const char *path, int wait_ms, int *fd_out,
    struct detail *detail);
void gate_leave(int fd);

/* Enters alone; fd is the store's directory, and is not closed by
 * gate_open.  The errors of gate_enter. */
enum error gate_close(const char *path, int fd, int wait_ms,
    struct detail *detail);
void gate_open(int fd);

/* The lock alone, of this or of any directory, as makers of files take it; what
 * a restore left is not looked at.  ERR_STORE: another one kept it so long, or
 * it cannot be had; detail names path and cause. */
enum error gate_lock(const char *path, int fd, int wait_ms,
    struct detail *detail);

/* Moves what is ready into the place of what is there; harmless when nothing
 * is.  The gate is closed.  ERR_IO, with detail. */
enum error gate_move_ready(const char *path, int fd, struct detail *detail);

/* Whether a restore was cut off. */
bool gate_has_ready(const char *path);

#endif
