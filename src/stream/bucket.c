/* bucket.c - entries of the shared bucket, changed by compare-and-set. */
#include "stream/bucket.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "stream/jetstream.h"
#include "stream/layout.h"

enum { SCAN_MAX = 4096 };

#define NS_PER_MS INT64_C(1000000)

struct bucket {
	kvStore *entries;
};

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

enum error
bucket_get(struct bucket *bucket, const char *key, struct buffer *value,
    struct bucket_place *place)
{
	kvEntry *entry = NULL;
	natsStatus status = kvStore_Get(&entry, bucket->entries, key);
	enum error err;

	*place = (struct bucket_place){ 0 };
	buffer_reset(value);
	if (status == NATS_NOT_FOUND)
		return ERR_NOT_FOUND;
	if (status != NATS_OK)
		return ERR_AWAY;
	buffer_add(value, kvEntry_Value(entry),
	    (size_t)kvEntry_ValueLen(entry));
	place->revision = kvEntry_Revision(entry);
	place->timestamp_ms = kvEntry_Created(entry) / NS_PER_MS;
	err = value->error;
	kvEntry_Destroy(entry);
	return err;
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
	kvEntry *entry = NULL;
	natsStatus status;

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
	status = kvStore_Get(&entry, bucket->entries, key);
	if (status == NATS_OK && kvEntry_Revision(entry) != revision)
		status = NATS_ERR;
	else
		status = NATS_TIMEOUT;
	kvEntry_Destroy(entry);
	return status == NATS_ERR ? ERR_EXISTS : ERR_AWAY;
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

static bool
has_entry(struct bucket *bucket, const char *key)
{
	kvEntry *entry = NULL;
	bool is_there = kvStore_Get(&entry, bucket->entries, key) == NATS_OK;

	kvEntry_Destroy(entry);
	return is_there;
}
