/* question.h - ask before something is gone for good. */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "cli/command.h"

struct arguments;

/*
 * Says what would happen, and asks whether it may.  STATUS_DONE: yes, also
 * when --yes was given.  STATUS_FAILED: no.  STATUS_USAGE: nobody is at a
 * terminal to be asked, which is complained of.
 */
enum status question(const struct arguments *arguments,
    const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
