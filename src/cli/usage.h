/* usage.h - what --help says, made from the table of commands. */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

struct buffer;
struct command;

/* "apitrail key list [--org NAME] [--json]", behind "usage: " or as much room;
 * what has no room goes below. */
void usage_add_line(struct buffer *buffer, const struct command *command);

/* The whole program's help. */
void usage_add_program(struct buffer *buffer);
/* The help of all commands of one name: "key". */
void usage_add_family(struct buffer *buffer, const char *name);
/* The help of one command. */
void usage_add_command(struct buffer *buffer, const struct command *command);

#endif
