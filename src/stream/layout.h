/* layout.h - the stream and the bucket that the machines of a cluster share.
 *
 * Whichever machine comes first makes them; who finds others under their
 * names is told what differs.
 */
#ifndef STREAM_LAYOUT_H
#define STREAM_LAYOUT_H

#include <stdint.h>

#include "base/error.h"

struct link;

/* Events: apitrail.events.ORGANIZATION. */
#define STREAM_NAME "APITRAIL"
#define STREAM_SUBJECTS "apitrail.events.>"
#define STREAM_SUBJECT_PREFIX "apitrail.events."
/* Organizations and keys; its stream is KV_apitrail. */
#define BUCKET_NAME "apitrail"
#define BUCKET_STREAM_NAME "KV_apitrail"
#define BUCKET_SUBJECT_PREFIX "$KV.apitrail."

enum {
	/* A message of the most events that one request may bring. */
	STREAM_PAYLOAD_MIN = 2 * 1024 * 1024,
	STREAM_AGE_HOURS = 48,
	/* Of an entry of the bucket. */
	BUCKET_VALUE_BYTES_MAX = 64 * 1024
};

/* By which a stream that was made anew is told from the one before. */
struct layout {
	int64_t stream_created_ns;
	uint64_t stream_last;		/* sequence */
	int64_t bucket_created_ns;
};

/*
 * Makes what is missing, with as many replicas, and looks at what is there.
 * ERR_MEANING: the servers take too small messages, have no JetStream, or too
 * few servers; or stream or bucket are other than these machines need.
 * ERR_AWAY: no answer.  detail says which.
 */
enum error layout_ensure(struct link *link, int replicas,
    struct layout *layout_out, struct detail *detail);

/* What the servers say of the stream at this moment. */
enum { LAYOUT_LEADER_SIZE = 128 };

struct layout_state {
	uint64_t first;
	uint64_t last;
	int replicas;
	int replicas_current;
	char leader[LAYOUT_LEADER_SIZE];
};

/* ERR_AWAY, ERR_NOT_FOUND, with detail. */
enum error layout_look(struct link *link, struct layout_state *state_out,
    struct detail *detail);

#endif
