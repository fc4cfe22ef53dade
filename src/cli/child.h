/* child.h - start a program as a child. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <sys/types.h>

/* What the child has as descriptors 0, 1 and 2; -1: this program's own. */
struct child_streams {
	int input;
	int output;
	int errors;
};

/*
 * Not by fork: the store may be open.  The program is looked for in PATH if
 * its name has no slash.  This program ignores SIGPIPE, the child decides for
 * itself.  Returns an errno.
 */
int child_start(const char *program, char *const argv[],
    char *const environment[], const struct child_streams *streams,
    pid_t *child_out);

#endif
