/* suite.h - what the libcheck programs share. */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>

/* Runs the suite, prints TAP and returns main's status. */
int suite_run(Suite *suite);

/*
 * Makes a fresh empty directory and returns its path, which the caller
 * frees.  It is removed, with what is in it, when the test's process ends.
 */
char *suite_directory(void);

#endif
