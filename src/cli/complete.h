/* complete.h - what could stand where the cursor is, for the shells.
 *
 * The scripts in contrib/completion know nothing of commands and options:
 * they ask `apitrail --complete WORD...`, with the words up to the cursor, of
 * which the last one may be empty.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include <stddef.h>

#include "cli/command.h"

#define COMPLETE_OPTION "--complete"

/* A line of this stands for the names of files. */
#define COMPLETE_FILES ":files"

/*
 * Prints a candidate a line, perhaps with a tab and what it is.  Nothing is
 * complained of: nobody asked.
 */
enum status complete(char **words, size_t word_count);

#endif
