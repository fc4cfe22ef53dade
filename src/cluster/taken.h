/* taken.h - requests of whose idempotency key the log has another message;
 * and what requests are made of, for these two files. */
#ifndef CLUSTER_TAKEN_H
#define CLUSTER_TAKEN_H

#include <stdint.h>

#include "cluster/requests.h"
#include "model/envelope.h"
#include "record/group_member.h"
#include "record/senders.h"
#include "stream/publisher.h"

struct cluster_place;

enum stage {
	STAGE_FREE,
	STAGE_SENT,		/* the servers have not answered */
	STAGE_STORED,		/* the log has it */
	STAGE_TAKEN		/* the log has another one of its key */
};

struct on_way {
	enum stage stage;
	uint64_t asker;
	int64_t until_ms;
	int64_t taken_ms;
	struct ticket ticket;
	char subject[PUBLISHER_SUBJECT_SIZE];
	/* Without its events. */
	struct message_request request;
};

struct requests {
	struct cluster *cluster;
	requests_answer *answer;
	void *arg;
	size_t count;
	size_t next;
	int64_t due_ms;
	struct on_way all[REQUESTS_MAX];
	/* Of a round. */
	struct group_intake intake;
	struct senders senders;
	struct cursor found[RECORD_EVENTS_MAX];
	struct cursor places[RECORD_EVENTS_MAX];
	size_t kept_count;
	/* What senders borrows: requests whose bytes live to the end. */
	struct message_request kept[REQUESTS_MAX];
};

/* Answers those of which this store knows by now what came first. */
void taken_look(struct requests *requests, const struct cluster_place *place);

/* Answers it, and forgets it. */
void requests_finish(struct requests *requests, struct on_way *on_way,
    enum message_outcome outcome, const struct cursor *places);

#endif
