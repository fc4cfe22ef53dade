/* publisher.h - messages to the stream, many on their way at once.
 *
 * Every message has an id, by which the servers tell a repeat from a new one
 * for STREAM_DUPLICATES_S, and its own answer.  One thread uses a publisher.
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
	PUBLISHER_ID_SIZE = 33,
	PUBLISHER_SUBJECT_SIZE = 128
};

/* What the subject's last message has to be for this one to be taken. */
enum publisher_expects { EXPECTS_ANYTHING, EXPECTS_NOTHING, EXPECTS_SEQUENCE };

struct publication {
	const char *subject;
	const char *id;			/* hexadecimal digits */
	enum publisher_expects expects;
	uint64_t expected;		/* the sequence */
	const char *payload;
	size_t payload_len;
};

enum publisher_outcome {
	PUBLISHED,		/* on a quorum of the servers, at sequence */
	PUBLISH_TAKEN,		/* another message has the subject */
	PUBLISH_FULL,		/* the stream takes no more */
	PUBLISH_LOST		/* nobody knows: publish it again */
};

struct publisher_answer {
	char id[PUBLISHER_ID_SIZE];
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

/*
 * The last message of a subject; waits for the answer.  ERR_NOT_FOUND: there
 * is none.  ERR_AWAY.
 */
enum error publisher_last(struct publisher *publisher, const char *subject,
    uint64_t *sequence_out, int64_t *timestamp_ms_out);

#endif
