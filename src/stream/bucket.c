/* bucket.c - entries of the shared bucket, changed by compare-and-set. */
#include "stream/bucket.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "stream/jetstream.h"
#include "stream/layout.h"

enum {
	SCAN_MAX = 4096,
	SCAN_SINCE_MAX = 1024 * 1024,
	SUBJECT_SIZE = 256
};

/* What a message is that ends a key. */
#define OPERATION_HEADER "KV-Operation"

#define NS_PER_MS INT64_C(1000000)

struct bucket {
	struct link *link;
	kvStore *entries;
};

static enum error get(struct bucket *bucket, const char *key,
    natsMsg **message_out);
static natsStatus visit_next(natsSubscription *subscription,
    bucket_entry_visit *visit, void *arg, uint64_t *left);
static bool has_entry(struct bucket *bucket, const char *key);

enum error
bucket_open(struct link *link, struct bucket **bucket_out,
    struct detail *detail)
{
	struct bucket *bucket = calloc(1, sizeof(*bucket));
	natsStatus status;

	*bucket_out = NULL;
	if (bucket == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	bucket->link = link;
	status = js_KeyValue(&bucket->entries, link_jetstream(link),
	    BUCKET_NAME);
	if (status != NATS_OK) {
		free(bucket);
		return detail_set(detail, ERR_AWAY, "the bucket " BUCKET_NAME
		    ": %s", jetstream_reason(status, 0));
	}
	*bucket_out = bucket;
	return ERR_NONE;
}

void
bucket_close(struct bucket *bucket)
{
	if (bucket == NULL)
		return;
	kvStore_Destroy(bucket->entries);
	free(bucket);
}

/* By who leads: the bucket lets any replica answer who does not say so. */
enum error
bucket_get(struct bucket *bucket, const char *key, struct buffer *value,
    struct bucket_place *place)
{
	natsMsg *message = NULL;
	const char *operation = NULL;
	enum error err;

	*place = (struct bucket_place){ 0 };
	buffer_reset(value);
	err = get(bucket, key, &message);
	if (err != ERR_NONE)
		return err;
	if (natsMsgHeader_Get(message, OPERATION_HEADER, &operation) ==
	    NATS_OK) {
		natsMsg_Destroy(message);
		return ERR_NOT_FOUND;
	}
	buffer_add(value, natsMsg_GetData(message),
	    (size_t)natsMsg_GetDataLength(message));
	place->revision = natsMsg_GetSequence(message);
	place->timestamp_ms = natsMsg_GetTime(message) / NS_PER_MS;
	natsMsg_Destroy(message);
	return value->error;
}

/*
 * A refusal is a plain "Error" (libnats 3.4.1): another look tells why.  One
 * before it, for an entry that is to be new, spares the servers most of them:
 * see publisher.h.
 */
enum error
bucket_put(struct bucket *bucket, const char *key, const char *value,
    size_t value_len, uint64_t revision, uint64_t *revision_out)
{
	natsMsg *message = NULL;
	natsStatus status;
	enum error err;

	*revision_out = 0;
	if (value_len > INT_MAX)
		return ERR_TOO_LARGE;
	if (revision == 0 && has_entry(bucket, key))
		return ERR_EXISTS;
	if (revision == 0)
		status = kvStore_Create(revision_out, bucket->entries, key,
		    value, (int)value_len);
	else
		status = kvStore_Update(revision_out, bucket->entries, key,
		    value, (int)value_len, revision);
	if (status == NATS_OK)
		return ERR_NONE;
	err = get(bucket, key, &message);
	if (err == ERR_NONE && natsMsg_GetSequence(message) != revision)
		err = ERR_EXISTS;
	else
		err = ERR_AWAY;
	natsMsg_Destroy(message);
	return err;
}

enum error
bucket_scan(struct bucket *bucket, const char *keys, bucket_visit *visit,
    void *arg)
{
	kvWatcher *watcher = NULL;
	kvEntry *entry = NULL;
	natsStatus status;
	kvWatchOptions options;

	kvWatchOptions_Init(&options);
	options.IgnoreDeletes = true;
	status = kvStore_Watch(&watcher, bucket->entries, keys, &options);
	for (int i = 0; status == NATS_OK && i < SCAN_MAX; i++) {
		status = kvWatcher_Next(&entry, watcher, LINK_ANSWER_MS);
		/* Without an entry: all that was there has come. */
		if (status != NATS_OK || entry == NULL)
			break;
		visit(kvEntry_ValueString(entry), arg);
		kvEntry_Destroy(entry);
		entry = NULL;
	}
	kvWatcher_Destroy(watcher);
	return status == NATS_OK ? ERR_NONE : ERR_AWAY;
}

enum error
bucket_scan_since(struct bucket *bucket, int64_t since_ms,
    bucket_entry_visit *visit, void *arg)
{
	natsSubscription *subscription = NULL;
	jsConsumerInfo *consumer = NULL;
	jsSubOptions options;
	uint64_t left = 0;
	natsStatus status;

	jsSubOptions_Init(&options);
	options.Stream = BUCKET_STREAM_NAME;
	options.Ordered = true;
	options.Config.DeliverPolicy = js_DeliverByStartTime;
	options.Config.OptStartTime = since_ms * NS_PER_MS;
	status = js_SubscribeSync(&subscription,
	    link_jetstream(bucket->link), BUCKET_SUBJECT_PREFIX ">", NULL,
	    &options, NULL);
	if (status == NATS_OK)
		status = natsSubscription_GetConsumerInfo(&consumer,
		    subscription, NULL, NULL);
	if (status == NATS_OK)
		left = consumer->NumPending + consumer->Delivered.Consumer;
	for (int i = 0; status == NATS_OK && left > 0 && i < SCAN_SINCE_MAX;
	    i++)
		status = visit_next(subscription, visit, arg, &left);
	jsConsumerInfo_Destroy(consumer);
	natsSubscription_Destroy(subscription);
	return status == NATS_OK ? ERR_NONE : ERR_AWAY;
}

/* *left is how many come behind it. */
static natsStatus
visit_next(natsSubscription *subscription, bucket_entry_visit *visit,
    void *arg, uint64_t *left)
{
	natsMsg *message = NULL;
	jsMsgMetaData *found = NULL;
	const char *operation = NULL;
	struct bucket_place place;
	natsStatus status = natsSubscription_NextMsg(&message, subscription,
	    LINK_ANSWER_MS);

	if (status == NATS_OK)
		status = natsMsg_GetMetaData(&found, message);
	if (status == NATS_OK) {
		*left = found->NumPending;
		place = (struct bucket_place){
			.revision = found->Sequence.Stream,
			.timestamp_ms = found->Timestamp / NS_PER_MS,
		};
		if (natsMsgHeader_Get(message, OPERATION_HEADER,
		    &operation) != NATS_OK)
			visit(natsMsg_GetSubject(message) +
			    sizeof(BUCKET_SUBJECT_PREFIX) - 1,
			    natsMsg_GetData(message),
			    (size_t)natsMsg_GetDataLength(message), &place,
			    arg);
	}
	jsMsgMetaData_Destroy(found);
	natsMsg_Destroy(message);
	return status;
}

/* Also what says that the key was deleted.  ERR_NOT_FOUND, ERR_AWAY. */
static enum error
get(struct bucket *bucket, const char *key, natsMsg **message)
{
	char subject[SUBJECT_SIZE];
	jsErrCode code = 0;
	natsStatus status;

	*message = NULL;
	if (snprintf(subject, sizeof(subject), BUCKET_SUBJECT_PREFIX "%s",
	    key) >= (int)sizeof(subject))
		return ERR_NOT_FOUND;
	status = js_GetLastMsg(message, link_jetstream(bucket->link),
	    BUCKET_STREAM_NAME, subject, NULL, &code);
	if (status == NATS_OK)
		return ERR_NONE;
	return status == NATS_NOT_FOUND || code == JSNoMessageFoundErr ?
	    ERR_NOT_FOUND : ERR_AWAY;
}

static bool
has_entry(struct bucket *bucket, const char *key)
{
	struct bucket_place place;
	struct buffer value;
	enum error err;

	buffer_init(&value, 0);
	err = bucket_get(bucket, key, &value, &place);
	buffer_clear(&value);
	return err == ERR_NONE;
}
