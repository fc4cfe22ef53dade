/* complain.h - say on stderr what is wrong. */
#ifndef CLI_COMPLAIN_H
#define CLI_COMPLAIN_H

#include <stdint.h>

/* Writes "apitrail: ", the sentence and a newline, with foreign characters
 * made visible. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes "FILE:LINE: ", the sentence and a newline. */
void complain_of_line(const char *file, uint64_t line_number,
    const char *sentence);

#endif
