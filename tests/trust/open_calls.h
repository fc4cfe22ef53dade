/* open_calls.h - the calls by which a file is opened, of a library that is
 * loaded before a program. */
#ifndef TESTS_TRUST_OPEN_CALLS_H
#define TESTS_TRUST_OPEN_CALLS_H

#include <sys/types.h>

/* The library's own, as openat(2): open, open64 and openat of the program
 * come here.  mode is 0 where none was given. */
int open_call(int directory, const char *path, int flags, mode_t mode);

#endif
