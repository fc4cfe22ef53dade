/* responder_child.h - the responder as a CGI child. */
#ifndef CLI_RESPONDER_CHILD_H
#define CLI_RESPONDER_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Starts apitrail.fcgi, the one beside this program or else the installed
 * one.  stdin_fd becomes its stdin, environment its whole environment.
 * What it writes is read from *answer_fd_out, which the caller closes.
 * ERR_IO, complained of here.
 */
enum error responder_child_start(int stdin_fd, char *const *environment,
    pid_t *child_out, int *answer_fd_out);

/* Reads what comes next; 0 is the end.  ERR_IO, complained of here: also
 * when nothing comes for a minute. */
enum error responder_child_read(int answer_fd, char *bytes, size_t size,
    size_t *len_out);

/* Waits for the child, after killing it when is_given_up.  ERR_IO,
 * complained of here, when it did not end well by itself. */
enum error responder_child_end(pid_t child, bool is_given_up);

#endif
