/* publisher.h - messages to the stream, many on their way at once.
 *
 * Every message has a number, and its own answer.  The servers are asked to
 * refuse none: a replica that refuses what another takes counts differently
 * from then on (nats-server 2.9.10).  Whoever reads the log passes over what
 * is there twice.  One thread uses a publisher.
 */
#ifndef STREAM_PUBLISHER_H
#define STREAM_PUBLISHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct link;
struct publisher;

enum {
	PUBLISHER_MESSAGES_MAX = 4096,
	/* How long an answer may take before the message counts as lost. */
	PUBLISHER_ANSWER_MS = 1500,
	PUBLISHER_SUBJECT_SIZE = 128
};

struct publication {
	const char *subject;
	uint64_t number;	/* by which its answer is known */
	const char *payload;
	size_t payload_len;
};

enum publisher_outcome {
	PUBLISHED,		/* on a quorum of the servers, at sequence */
	PUBLISH_FULL,		/* the stream takes no more */
	PUBLISH_LOST		/* nobody knows: publish it again */
};

struct publisher_answer {
	uint64_t number;
	enum publisher_outcome outcome;
	uint64_t sequence;
};

/* wake_fd is an eventfd that is written when an answer comes; borrowed. */
enum error publisher_new(struct link *link, int wake_fd,
    struct publisher **publisher_out);
void publisher_free(struct publisher *publisher);

/* Sends it; all is copied.  ERR_AWAY: not sent, there is no connection.
 * ERR_OVERLOAD: too many are on their way.  ERR_NO_MEMORY. */
enum error publisher_send(struct publisher *publisher,
    const struct publication *publication);

/* The next answer that came; false when there is none. */
bool publisher_next(struct publisher *publisher,
    struct publisher_answer *answer_out);

#endif
