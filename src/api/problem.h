/* problem.h - an error as a client sees it (RFC 9457). */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "base/error.h"

struct exchange;

/*
 * Replaces whatever the response holds by the error's status, its fields and
 * a body with title, status and detail: the exchange's detail, or the
 * error's own sentence where that is empty.
 */
void problem_answer(struct exchange *exchange, enum error err);

/* The title of an error, such as "Bad Request". */
const char *problem_title(enum error err);

#endif
