/* attempt.h - work that anything may end, and after which is cleared up.
 *
 * A signal, or a damaged page that makes LMDB give up, ends the process that
 * meets it.  So the work runs in a child; this process waits, clears away what
 * a child that failed has left, and only then dies of the signal.
 */
#ifndef CLI_ATTEMPT_H
#define CLI_ATTEMPT_H

#include <stddef.h>

#include "base/error.h"

/* From now on SIGINT, SIGTERM and SIGHUP wait, unless they are ignored. */
void attempt_begin(void);

/* result is of as many bytes as attempt_run was told, and was zeroed; what
 * the work puts there, and nothing else of it, comes back. */
typedef enum error attempt_work(void *arg, void *result);

/*
 * Runs the work once, with no store and no thread open, and returns what it
 * returned.  One of those signals ends it: ERR_IO.  So does its own end by
 * a signal, which is complained of: ERR_CORRUPT when it is one of those that
 * damaged files cause, else ERR_IO.
 */
enum error attempt_run(attempt_work *work, void *arg, void *result,
    size_t result_bytes);

/* When all is cleared up: dies of the signal that ended the work, if one
 * did. */
void attempt_end(void);

#endif
