/* nearest.h - what somebody may have meant who typed something else. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

struct command;

/*
 * The name that the word is most like, or NULL when it is like none: of a
 * command (family is NULL), of a subcommand, or of an option that the command
 * takes (NULL: that any place takes), which
 * is given without its dashes; the word has them, and perhaps a value.
 */
const char *nearest_command(const char *family, const char *word);
const char *nearest_option(const struct command *command, const char *word);

#endif
