/* bucket_walk.c - all entries of the shared bucket, and their end. */
#include <stdio.h>
#include <string.h>

#include "stream/bucket.h"
#include "stream/bucket_parts.h"
#include "stream/layout.h"

enum { KEY_OFFSET = sizeof(BUCKET_SUBJECT_PREFIX) - 1 };

static bool visit_one(natsMsg *message, uint64_t *from,
    bucket_walk_visit *visit, void *arg, bool *is_last_out);

enum error
bucket_walk(struct bucket *bucket, uint64_t *from, size_t count_max,
    bucket_walk_visit *visit, void *arg, bool *is_at_end)
{
	natsSubscription *subscription = NULL;
	jsSubOptions options;
	jsErrCode code = 0;
	bool is_wanted = true;
	natsStatus status;

	*is_at_end = false;
	jsSubOptions_Init(&options);
	options.Ordered = true;
	options.Stream = BUCKET_STREAM_NAME;
	options.Config.DeliverPolicy = js_DeliverByStartSequence;
	options.Config.OptStartSeq = *from == 0 ? 1 : *from;
	status = js_SubscribeSync(&subscription, link_jetstream(bucket->link),
	    BUCKET_SUBJECT_PREFIX ">", NULL, &options, &code);
	for (size_t i = 0; status == NATS_OK && is_wanted && !*is_at_end &&
	    i < count_max; i++) {
		natsMsg *message = NULL;

		status = natsSubscription_NextMsg(&message, subscription,
		    BUCKET_NEXT_MS);
		if (status == NATS_OK)
			is_wanted = visit_one(message, from, visit, arg,
			    is_at_end);
		natsMsg_Destroy(message);
	}
	/* Nothing is there. */
	if (status == NATS_TIMEOUT && subscription != NULL) {
		*is_at_end = true;
		status = NATS_OK;
	}
	(void)natsSubscription_Unsubscribe(subscription);
	natsSubscription_Destroy(subscription);
	return status == NATS_OK ? ERR_NONE : ERR_AWAY;
}

enum error
bucket_purge(struct bucket *bucket, const char *key, uint64_t revision)
{
	char subject[BUCKET_SUBJECT_SIZE];
	jsOptions options;
	jsErrCode code = 0;

	if (snprintf(subject, sizeof(subject), BUCKET_SUBJECT_PREFIX "%s",
	    key) >= (int)sizeof(subject))
		return ERR_NONE;
	jsOptions_Init(&options);
	options.Stream.Purge.Subject = subject;
	options.Stream.Purge.Sequence = revision + 1;
	return js_PurgeStream(link_jetstream(bucket->link),
	    BUCKET_STREAM_NAME, &options, &code) == NATS_OK ? ERR_NONE :
	    ERR_AWAY;
}

static bool
visit_one(natsMsg *message, uint64_t *from, bucket_walk_visit *visit,
    void *arg, bool *is_last)
{
	jsMsgMetaData *metadata = NULL;
	struct bucket_place place;
	const char *operation = NULL;
	bool is_wanted = true;

	if (natsMsg_GetMetaData(&metadata, message) != NATS_OK)
		return true;
	place = (struct bucket_place){
		.revision = metadata->Sequence.Stream,
		.timestamp_ms = metadata->Timestamp / NS_PER_MS,
	};
	*from = place.revision + 1;
	*is_last = metadata->NumPending == 0;
	jsMsgMetaData_Destroy(metadata);
	if (natsMsgHeader_Get(message, OPERATION_HEADER, &operation) !=
	    NATS_OK)
		is_wanted = visit(natsMsg_GetSubject(message) + KEY_OFFSET,
		    natsMsg_GetData(message),
		    (size_t)natsMsg_GetDataLength(message), &place, arg);
	return is_wanted;
}
