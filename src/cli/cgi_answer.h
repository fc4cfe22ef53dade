/* cgi_answer.h - what a CGI program wrote, shown as a client sees it. */
#ifndef CLI_CGI_ANSWER_H
#define CLI_CGI_ANSWER_H

#include "base/error.h"

/*
 * Reads the whole answer from fd and writes it to stdout: the status line,
 * the header's fields, an empty line and the body.  ERR_SYNTAX when it is no
 * answer, ERR_TOO_LARGE when its header has no end, ERR_IO; complained of
 * here.
 */
enum error cgi_answer_show(int fd, unsigned int *status_out);

#endif
