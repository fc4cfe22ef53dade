/* conversation.h - one connection of a web server, within one thread. */
#ifndef TESTS_FUZZ_CONVERSATION_H
#define TESTS_FUZZ_CONVERSATION_H

struct buffer;
struct connections;

/*
 * Sends all, then says that no more will come, then goes; each time until
 * nothing happens any more.  What comes back is added to received.  Nothing of
 * the connection is left afterwards.
 */
void converse(struct connections *connections, const struct buffer *sent,
    struct buffer *received);

#endif
