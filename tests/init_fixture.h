/* init_fixture.h - stores to be made, and what was made to be looked at. */
#ifndef TESTS_INIT_FIXTURE_H
#define TESTS_INIT_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* The path of that name in a folder, which the caller frees. */
char *init_fixture_join(const char *path, const char *name);

/* Makes a store with its pepper in it. */
enum error init_fixture_make(const char *path, bool *is_made,
    struct detail *detail);

/* The file of that name in the store has this mode and is this user's. */
void init_fixture_check_file(const char *path, const char *name, mode_t mode,
    uid_t user);
/* Returns the length of what is in the file, up to size. */
size_t init_fixture_read_pepper(const char *path, char *text, size_t size);
/* It opens, it holds nothing, and no maker left anything. */
void init_fixture_check_whole(const char *path);

#endif
