/* crash.h - the last answer of a CGI process that crashes. */
#ifndef RESPONDER_CRASH_H
#define RESPONDER_CRASH_H

#include "base/error.h"

struct request;

/*
 * From now on SIGSEGV, SIGBUS and SIGABRT are answered on stdout with a 500
 * to the request, made now, and end the process with EXIT_FAILURE.  ERR_IO
 * when the system refuses.
 */
enum error crash_answer_begin(const struct request *request);

/* Something is written now: a crash only ends the process. */
void crash_answer_end(void);

#endif
