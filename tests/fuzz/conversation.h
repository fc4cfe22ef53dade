/* conversation.h - one connection of a web server, within one thread. */
#ifndef TESTS_FUZZ_CONVERSATION_H
#define TESTS_FUZZ_CONVERSATION_H

#include <stdbool.h>

struct buffer;
struct connections;

/*
 * Sends all, then says that no more will come, then goes; each time until
 * nothing happens any more.  What comes back is added to received; it is taken
 * only then, so that answers have to wait where the connection is narrow.
 * Nothing of the connection is left afterwards.
 */
void converse(struct connections *connections, bool is_narrow,
    const struct buffer *sent, struct buffer *received);

#endif
