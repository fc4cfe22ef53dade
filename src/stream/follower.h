/* follower.h - the messages of a stream in their order, from a position on.
 *
 * A thread of its own reads the stream's replicas, and looks at the stream
 * each second.  What most of them have waits in a bounded queue; when that is
 * full, the servers wait.
 */
#ifndef STREAM_FOLLOWER_H
#define STREAM_FOLLOWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cluster_secrets;
struct follower;
struct link;

enum {
	FOLLOWER_MESSAGES_MAX = 4096,
	FOLLOWER_BYTES_MAX = 32 * 1024 * 1024,
	/* How often the stream is looked at. */
	FOLLOWER_LOOK_MS = 1000
};

struct follower_message {
	uint64_t sequence;
	int64_t timestamp_ms;
	const char *subject;
	const char *payload;
	size_t payload_len;
	bool is_marker;		/* of a bucket: the key was deleted */
	bool is_void;		/* of a log: no message, on no machine */
	void *owned;		/* by whoever took it, until dropped */
};

/* What the last look at the stream saw. */
struct follower_view {
	int64_t looked_ms;	/* of clock_steady_ms; 0: never */
	int64_t created_ns;
	uint64_t first;		/* sequences */
	uint64_t last;
	/* At so many places a replica had something else than most; and
	 * whether they differ at the next one, so that nothing comes. */
	uint64_t differences;
	bool is_split;
};

/* Follows what comes behind the sequence; secrets as in replicas_new.  wake_fd
 * is an eventfd, written when something has come.  All is borrowed.
 * ERR_NO_MEMORY. */
enum error follower_new(struct link *link, const char *stream,
    const struct cluster_secrets *secrets, uint64_t after, int wake_fd,
    struct follower **follower_out);
void follower_free(struct follower *follower);

/* Takes what has come, in order, at most count_max messages or so many bytes
 * (but one message at least). */
size_t follower_take(struct follower *follower,
    struct follower_message *messages, size_t count_max, size_t bytes_max);
void follower_drop(struct follower_message *messages, size_t count);

/* The last sequence of which it is known what most replicas have. */
uint64_t follower_decided(const struct follower *follower);

void follower_look(struct follower *follower,
    struct follower_view *view_out);

#endif
