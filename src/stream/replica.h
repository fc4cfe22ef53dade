/* replica.h - one replica of a stream: its consumer, and what came of it. */
#ifndef STREAM_REPLICA_H
#define STREAM_REPLICA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tag.h"
#include "stream/ballot.h"
#include "stream/jetstream.h"

enum {
	REPLICA_NAME_SIZE = 64,
	REPLICA_SUBJECT_SIZE = 128,
	REPLICA_INBOX_SIZE = 64
};

/* What the replicas of a stream have in common. */
struct replica_source {
	struct link *link;
	const char *stream;
	char inbox[REPLICA_INBOX_SIZE];	/* the subject that they send to */
	uint8_t seed[TAG_SEED_BYTES];
};

struct arrival {
	natsMsg *message;
	uint64_t sequence;
	int64_t timestamp_ms;
	uint64_t digest;	/* of place, time, subject and payload; not 0 */
	size_t bytes;
	struct arrival *next;
};

struct replica {
	const struct replica_source *source;
	bool is_open;
	bool is_broken;		/* and has to be opened anew */
	bool is_informed;	/* verdicts were read after it was opened */
	int64_t opened_ms;
	char server[REPLICA_NAME_SIZE];	/* "" where there is only one */
	char consumer[REPLICA_NAME_SIZE];
	uint64_t deliveries;
	uint64_t frontier;	/* all up to this sequence has come */
	int64_t came_ms;
	/* What came and is not decided, in order. */
	struct arrival *first;
	struct arrival *last;
	size_t bytes;
	/* The server waits for an answer to this subject, or "". */
	char owed[REPLICA_SUBJECT_SIZE];
};

/* Makes a consumer of what comes behind the sequence, on whichever server;
 * the source is borrowed.  False: no answer. */
bool replica_open(struct replica *replica,
    const struct replica_source *source, const char *consumer,
    uint64_t after);
void replica_close(struct replica *replica);

/* Asks for the end of a consumer; waits for nothing. */
void replica_delete(const struct replica_source *source,
    const char *consumer);

/* Keeps a message, which it owns from now on. */
void replica_take(struct replica *replica, natsMsg *message,
    const jsMsgMetaData *place);

/* A server has sent so many messages, the last of this sequence or before: a
 * sign of life, if so many came of this one. */
void replica_greet(struct replica *replica, uint64_t deliveries,
    uint64_t sequence);

/* The server waits until an empty message is sent to this subject, which it
 * is when there is room. */
void replica_owe(struct replica *replica, const char *subject);

/* Drops what came up to the sequence. */
void replica_drop(struct replica *replica, uint64_t sequence);

struct vote replica_vote(const struct replica *replica, uint64_t sequence);

#endif
