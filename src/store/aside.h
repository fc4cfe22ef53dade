/* aside.h - a folder that is filled before it gets its name.
 *
 * Whoever fills it holds a lock on it, so that what lies there without one is
 * what somebody left who was killed.
 */
#ifndef STORE_ASIDE_H
#define STORE_ASIDE_H

#include <limits.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/ownership.h"

struct aside {
	int parent_fd;		/* borrowed */
	int fd;			/* -1: there is none */
	char name[NAME_MAX + 1];	/* in the parent */
	char path[PATH_MAX];
	struct ownership owner;	/* of the folder and all that is in it */
};

/*
 * Makes it, empty; what another process left there that has died is taken
 * over.  parent is parent_fd's path, for detail.  Cleared by aside_clear, also
 * after an error.  ERR_EXISTS: another process is at it, or something that is
 * none of ours is in the way.  ERR_IO.
 */
enum error aside_make(int parent_fd, const char *parent, const char *name,
    const struct ownership *owner, mode_t mode, struct aside *aside_out,
    struct detail *detail);

/* Makes an empty file in it; *fd_out is -1 after an error.  ERR_IO, with
 * detail. */
enum error aside_make_file(struct aside *aside, const char *name, mode_t mode,
    int *fd_out, struct detail *detail);

/* Syncs a file that was written, gives away what room was too much, and
 * closes it in any case.  ERR_IO, with detail. */
enum error aside_finish_file(struct aside *aside, const char *name, int fd,
    struct detail *detail);

/*
 * Gives the folder its name; an empty directory of that name is replaced.  On
 * disk when this returns ERR_NONE; then nothing is left to be removed.
 * ERR_EXISTS: something of that name is there by now.  ERR_IO.
 */
enum error aside_rename(struct aside *aside, const char *name,
    struct detail *detail);

/* Removes the folder with what is in it, unless it was renamed. */
void aside_clear(struct aside *aside);

#endif
