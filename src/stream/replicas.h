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

struct cluster_secrets;
struct link;
struct replicas;

enum {
	/* Of messages of one replica that most others do not have yet; a
	 * server sends half as much before it asks for more. */
	REPLICA_BYTES_MAX = 64 * 1024 * 1024
};

struct replica_message {
	void *message;		/* natsMsg, owned; NULL: none is there for
				 * any machine, see model/verdicts.h */
	uint64_t sequence;
	int64_t timestamp_ms;
};

/*
 * Reads what comes behind the sequence; link, stream and secrets are borrowed.
 * Without secrets the stream is the bucket's.  Where most replicas do not
 * agree, machines agree about places of the log by verdicts, and what is in
 * dispute in the bucket is written once more.  ERR_NO_MEMORY.
 */
enum error replicas_new(struct link *link, const char *stream,
    const struct cluster_secrets *secrets, uint64_t after,
    struct replicas **replicas_out);
void replicas_free(struct replicas *replicas);

/* What the servers say of the stream. */
struct replicas_sight {
	size_t count;		/* of replicas, BALLOT_REPLICAS_MAX at most */
	size_t there;		/* of which so many are there */
	uint64_t first;		/* the oldest message's sequence */
};

/* Opens what is missing, and anew what gives no sign of life; settles a place
 * where most do not agree.  Waits for servers' answers. */
void replicas_keep(struct replicas *replicas,
    const struct replicas_sight *sight);

/* Waits up to so long for a message. */
void replicas_receive(struct replicas *replicas, int64_t timeout_ms);

/* The next message that most have, or place of none; false: none by now. */
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
