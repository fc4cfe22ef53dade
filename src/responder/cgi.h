/* cgi.h - the CGI front door: one request, then the end. */
#ifndef RESPONDER_CGI_H
#define RESPONDER_CGI_H

#include <stdbool.h>

#include "base/error.h"

struct settings;

/*
 * Answers the request that the environment tells, on stdout.  A body on
 * stdin is read first.  A crash meanwhile, as a damaged store
 * may cause, is answered with a 500 unless something was written already,
 * and ends the process with EXIT_FAILURE.  ERR_IO: the body did not come
 * whole, or the answer was not taken whole; ERR_NO_MEMORY.
 */
enum error cgi_run(const struct settings *settings, struct detail *detail);

/*
 * Whether arguments may be words of the request's query, which servers may
 * pass so (RFC 3875, section 4.4): then they must not be read as options.
 */
bool cgi_arguments_are_foreign(void);

#endif
