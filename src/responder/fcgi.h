/* fcgi.h - libfcgi, kept away from sockets.
 *
 * libfcgi parses params from memory: it reads and writes through OS_Read and
 * OS_Write, and this program has its own.  So it can neither block, nor
 * linger, nor meet a byte that was not checked before.
 */
#ifndef RESPONDER_FCGI_H
#define RESPONDER_FCGI_H

#include <stddef.h>

#include "base/error.h"

struct buffer;
struct fcgi;

/*
 * Starts libfcgi, once a process, and tries it.  ERR_IO: it does not start,
 * or reads past our OS_Read, as one linked with -Bsymbolic does.  It takes
 * SIGTERM, SIGUSR1 and SIGPIPE for itself: set handlers afterwards.
 */
enum error fcgi_start(struct detail *detail);

/* A parser; one thread at a time uses it. */
enum error fcgi_new(struct fcgi **fcgi_out);
void fcgi_free(struct fcgi *fcgi);

/*
 * Parses the pairs that params_check passed.  *params_out is NAME=value
 * texts ended by NULL, owned by the parser until fcgi_end, which follows
 * also after an error.  ERR_IO when libfcgi gives up.
 */
enum error fcgi_begin(struct fcgi *fcgi, const struct buffer *pairs,
    const char *const **params_out);
void fcgi_end(struct fcgi *fcgi);

#endif
