/* replicas.h - a stream read from each of its replicas, side by side.
 *
 * A consumer lies on one server, and reads what that one has.  Here each
 * replica has a consumer of its own, and a message comes out when most of them
 * have it at its place; see ballot.h.  One thread uses them.
 */
#ifndef STREAM_REPLICAS_H
#define STREAM_REPLICAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct link;
struct replicas;

enum {
	/* Of messages of one replica that most others do not have yet; a
	 * server sends half as much before it asks for more. */
	REPLICA_BYTES_MAX = 64 * 1024 * 1024
};

struct replica_message {
	void *message;		/* natsMsg, owned */
	uint64_t sequence;
	int64_t timestamp_ms;
};

/* Reads what comes behind the sequence; link and stream are borrowed.
 * ERR_NO_MEMORY. */
enum error replicas_new(struct link *link, const char *stream,
    uint64_t after, struct replicas **replicas_out);
void replicas_free(struct replicas *replicas);

/*
 * The stream has so many replicas (BALLOT_REPLICAS_MAX at most), of which so
 * many are there: opens what is missing, and anew what gives no sign of life.
 * Waits for servers' answers.
 */
void replicas_keep(struct replicas *replicas, size_t replica_count,
    size_t there_count);

/* Waits up to so long for a message. */
void replicas_receive(struct replicas *replicas, int64_t timeout_ms);

/* The next message that most have; false: none by now. */
bool replicas_next(struct replicas *replicas,
    struct replica_message *message_out);

/*
 * At how many places a replica had something else than most; and whether they
 * differ at the next one and no answer is that of most, so that nothing comes
 * until that has changed.
 */
void replicas_look(const struct replicas *replicas,
    uint64_t *differences_out, bool *is_split_out);

#endif
