/* records.h - a cell a line, where a row is too wide. */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include <stddef.h>

struct buffer;

/* Adds heading and text, in lines of at most so many columns; nothing for a
 * text that is NULL or empty.  Both are fit for a terminal. */
void records_add(struct buffer *buffer, const char *heading,
    const char *text, size_t columns);

#endif
