/* output.h - bytes to stdout, and none lost unnoticed. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct buffer;

/*
 * Writes to stdout at once.  The first failure is complained of, unless it
 * is a reader that closed its pipe, which is the reader's right; nothing is
 * written after it.  ERR_IO.
 */
enum error output_write(const char *bytes, size_t len);
enum error output_text(const char *text);

/* Writes what is in the buffer and empties it; also notices its error.
 * ERR_NO_MEMORY, ERR_TOO_LARGE and ERR_IO, each complained of. */
enum error output_buffer(struct buffer *buffer);

/* From now on, what is more than a screen of a terminal goes through a pager,
 * if one is wanted. */
void output_page(void);
/* Nothing more comes: what was held back is written, and who reads it in a
 * pager is waited for.  To be called before anything else is told. */
void output_end(void);

/* From now on a reader that goes away has had enough, which is no failure;
 * nothing is written after it.  Whether it has gone. */
void output_let_reader_go(void);
bool output_reader_has_gone(void);

/* Whether everything was written so far that somebody wanted. */
bool output_is_whole(void);

/* Opens the null device in place of standard files that are closed, so that
 * no file of the store is mistaken for one of them. */
void output_guard_standard_files(void);

#endif
