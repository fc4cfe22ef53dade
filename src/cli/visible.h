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

/*
 * The same for text of several lines that comes in pieces: line ends and
 * tabs stay.  Returns how many bytes were taken: all, but for a character that
 * is cut off at the end.
 */
size_t visible_add_lines(struct buffer *buffer, const char *text,
    size_t text_len);

/*
 * Adds JSON as it is, but where stdout is a terminal with what would paint it
 * written \u001b, which is the same JSON.
 */
void visible_add_json(struct buffer *buffer, const char *json,
    size_t json_len);
/* The same of text that is made a JSON string. */
void visible_add_json_string(struct buffer *buffer, const char *text);

#endif
