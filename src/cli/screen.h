/* screen.h - the terminal that stdout or stderr is, and what fits it. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* Columns of the terminal that fd is, at least 1; COLUMNS where the terminal
 * does not say; 80 where nothing does. */
size_t screen_columns(int fd);

/* Whether stdout's terminal shows all of it, and a prompt. */
bool screen_holds(const char *text, size_t text_len);

/* Columns that well-formed UTF-8 takes; escape sequences are not known. */
size_t screen_width(const char *text, size_t text_len);

/* How many bytes of it take at most so many columns; at least one character,
 * unless there is none. */
size_t screen_fit(const char *text, size_t text_len, size_t columns);

#endif
