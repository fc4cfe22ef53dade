/* input.h - open what the user named as FILE or "-". */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "base/error.h"

struct stat;

/* "-" is stdin.  ERR_IO, complained of here: missing, a directory, no
 * permission. */
enum error input_open(const char *name, int *fd_out, struct stat *stat_out);

/* Closes it, unless it is stdin or -1. */
void input_close(int fd);

#endif
