/* visible.h - foreign text made fit for a terminal. */
#ifndef CLI_VISIBLE_H
#define CLI_VISIBLE_H

#include <stddef.h>

struct buffer;

/*
 * Adds text as it is, except what would paint a terminal or turn its line
 * around: control characters and marks of direction are written \u001b,
 * bytes that are not UTF-8 \xNN.
 */
void visible_add(struct buffer *buffer, const char *text, size_t text_len);

#endif
