/* file_system.h - whether a file system can carry a store.
 *
 * LMDB needs locks and a shared mapping that every process sees alike.
 */
#ifndef STORE_FILE_SYSTEM_H
#define STORE_FILE_SYSTEM_H

#include <stdint.h>

#include "base/error.h"

enum file_system_fitness {
	FILE_SYSTEM_GOOD,
	FILE_SYSTEM_OVERLAY,	/* warned of */
	FILE_SYSTEM_NETWORK	/* refused */
};

/* type is statfs' f_type.  name_out is NULL for a good one. */
enum file_system_fitness file_system_classify(uint32_t type,
    const char **name_out);

/*
 * ERR_STORE with a network file system's name; ERR_NONE also when path cannot
 * be looked at, which whoever opens it will find.
 */
enum error file_system_check(const char *path, struct detail *detail);

/* Logs a warning, with the reason, when path is on an overlay. */
void file_system_warn(const char *path);

#endif
