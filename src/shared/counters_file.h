/* counters_file.h - the file of the counters: find or make it, and map it. */
#ifndef SHARED_COUNTERS_FILE_H
#define SHARED_COUNTERS_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct mapping;

/* What tells the file from another one that took its name. */
struct counters_identity {
	dev_t device;
	ino_t inode;
};

/*
 * Maps the file in this directory; makes it first where it is missing, and
 * replaces it, which is logged, where it is no good.  One of another version
 * is replaced by a process that starts, and left alone by one that is older
 * than the file: two versions must not take turns.
 *
 * ERR_IO, with *mapping_out = NULL and the cause.
 */
enum error counters_file_map(const char *directory, bool is_start,
    struct mapping **mapping_out, struct counters_identity *identity_out,
    struct detail *detail);

/* Whether the file in this directory is that one still, and whole. */
bool counters_file_is(const char *directory,
    const struct counters_identity *identity);

/* The same, in memory that only this process and its children see.
 * ERR_NO_MEMORY. */
enum error counters_memory_map(struct mapping **mapping_out);

/* mapping may be NULL. */
void counters_unmap(struct mapping *mapping);

#endif
