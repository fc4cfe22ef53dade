/* layout.c - the stream and the bucket that the machines of a cluster share. */
#include "stream/layout.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "stream/jetstream.h"

#define NS_PER_S INT64_C(1000000000)
#define STREAM_AGE_NS (STREAM_AGE_HOURS * 3600 * NS_PER_S)

static enum error check_payload(struct link *link, struct detail *detail);
static enum error get(struct link *link, const char *name,
    jsStreamInfo **stream_out, struct detail *detail);
static enum error make_stream(struct link *link, int replicas,
    jsStreamInfo **stream_out, struct detail *detail);
static enum error make_bucket(struct link *link, int replicas,
    struct detail *detail);
static enum error check_stream(const jsStreamConfig *config, int replicas,
    struct detail *detail);
static enum error check_bucket(const jsStreamConfig *config, int replicas,
    struct detail *detail);
static enum error check_replicas(const jsStreamConfig *config, int replicas,
    struct detail *detail);
static enum error tell(natsStatus status, jsErrCode code, int replicas,
    const char *what, struct detail *detail);

enum error
layout_ensure(struct link *link, int replicas, struct layout *layout_out,
    struct detail *detail)
{
	jsStreamInfo *stream = NULL;
	jsStreamInfo *bucket = NULL;
	enum error err = check_payload(link, detail);

	*layout_out = (struct layout){ 0 };
	if (err == ERR_NONE)
		err = get(link, STREAM_NAME, &stream, detail);
	if (err == ERR_NOT_FOUND)
		err = make_stream(link, replicas, &stream, detail);
	if (err == ERR_NONE)
		err = check_stream(stream->Config, replicas, detail);
	if (err == ERR_NONE)
		err = get(link, BUCKET_STREAM_NAME, &bucket, detail);
	if (err == ERR_NOT_FOUND) {
		err = make_bucket(link, replicas, detail);
		if (err == ERR_NONE)
			err = get(link, BUCKET_STREAM_NAME, &bucket, detail);
	}
	if (err == ERR_NONE)
		err = check_bucket(bucket->Config, replicas, detail);
	if (err == ERR_NONE)
		*layout_out = (struct layout){
			.stream_created_ns = stream->Created,
			.stream_last = stream->State.LastSeq,
			.bucket_created_ns = bucket->Created,
		};
	jsStreamInfo_Destroy(stream);
	jsStreamInfo_Destroy(bucket);
	return err;
}

enum error
layout_look(struct link *link, struct layout_state *state,
    struct detail *detail)
{
	jsStreamInfo *stream = NULL;
	enum error err = get(link, STREAM_NAME, &stream, detail);

	*state = (struct layout_state){ 0 };
	if (err == ERR_NOT_FOUND)
		return detail_set(detail, err, "there is no stream "
		    STREAM_NAME);
	if (err != ERR_NONE)
		return err;
	state->first = stream->State.FirstSeq;
	state->last = stream->State.LastSeq;
	state->replicas = (int)stream->Config->Replicas;
	state->replicas_current = layout_current(stream);
	if (stream->Cluster != NULL && stream->Cluster->Leader != NULL)
		snprintf(state->leader, sizeof(state->leader), "%s",
		    stream->Cluster->Leader);
	jsStreamInfo_Destroy(stream);
	return ERR_NONE;
}

int
layout_current(const struct jsStreamInfo *stream)
{
	int count = 1;

	for (int i = 0; stream->Cluster != NULL &&
	    i < stream->Cluster->ReplicasLen; i++)
		if (stream->Cluster->Replicas[i]->Current &&
		    !stream->Cluster->Replicas[i]->Offline)
			count++;
	return count;
}

static enum error
check_payload(struct link *link, struct detail *detail)
{
	int64_t bytes = natsConnection_GetMaxPayload(link_connection(link));

	if (bytes >= STREAM_PAYLOAD_MIN)
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING, "the NATS server takes "
	    "messages of %" PRId64 " bytes; at least %d are needed: set its "
	    "max_payload to 8MB", bytes, STREAM_PAYLOAD_MIN);
}

/* ERR_NOT_FOUND: there is none of that name. */
static enum error
get(struct link *link, const char *name, jsStreamInfo **stream_out,
    struct detail *detail)
{
	jsErrCode code = 0;
	natsStatus status = js_GetStreamInfo(stream_out,
	    link_jetstream(link), name, NULL, &code);

	if (status == NATS_NOT_FOUND)
		return ERR_NOT_FOUND;
	return tell(status, code, 0, name, detail);
}

static enum error
make_stream(struct link *link, int replicas, jsStreamInfo **stream_out,
    struct detail *detail)
{
	const char *subjects[] = { STREAM_SUBJECTS };
	jsStreamConfig config;
	jsErrCode code = 0;
	natsStatus status;

	jsStreamConfig_Init(&config);
	config.Name = STREAM_NAME;
	config.Subjects = subjects;
	config.SubjectsLen = 1;
	config.Retention = js_LimitsPolicy;
	config.Discard = js_DiscardNew;
	config.Storage = js_FileStorage;
	config.MaxAge = STREAM_AGE_NS;
	config.Replicas = replicas;
	config.DenyDelete = true;
	config.DenyPurge = true;
	status = js_AddStream(stream_out, link_jetstream(link), &config,
	    NULL, &code);
	return tell(status, code, replicas, STREAM_NAME, detail);
}

static enum error
make_bucket(struct link *link, int replicas, struct detail *detail)
{
	kvStore *bucket = NULL;
	kvConfig config;
	natsStatus status;

	kvConfig_Init(&config);
	config.Bucket = BUCKET_NAME;
	config.History = 1;
	config.StorageType = js_FileStorage;
	config.Replicas = replicas;
	status = js_CreateKeyValue(&bucket, link_jetstream(link), &config);
	kvStore_Destroy(bucket);
	return tell(status, 0, replicas, "the bucket " BUCKET_NAME, detail);
}

static enum error
check_stream(const jsStreamConfig *config, int replicas,
    struct detail *detail)
{
	if (config->SubjectsLen != 1 ||
	    strcmp(config->Subjects[0], STREAM_SUBJECTS) != 0)
		return detail_set(detail, ERR_MEANING, "the stream "
		    STREAM_NAME " has other subjects than %s",
		    STREAM_SUBJECTS);
	if (config->Retention != js_LimitsPolicy ||
	    config->Storage != js_FileStorage ||
	    config->MaxAge != STREAM_AGE_NS || config->MaxMsgs > 0 ||
	    config->MaxMsgsPerSubject > 0 || config->NoAck)
		return detail_set(detail, ERR_MEANING, "the stream "
		    STREAM_NAME " does not keep all messages in files for %d "
		    "hours, by limits and with acknowledgements",
		    STREAM_AGE_HOURS);
	if (config->MaxBytes > 0 && config->Discard != js_DiscardNew)
		return detail_set(detail, ERR_MEANING, "the stream "
		    STREAM_NAME " drops old messages when it is full; it has "
		    "to refuse new ones");
	if (config->Mirror != NULL || config->SourcesLen > 0)
		return detail_set(detail, ERR_MEANING, "the stream "
		    STREAM_NAME " is made of other streams");
	if (config->MaxMsgSize > 0 && config->MaxMsgSize < STREAM_PAYLOAD_MIN)
		return detail_set(detail, ERR_MEANING, "the stream "
		    STREAM_NAME " takes messages of %d bytes; at least %d are "
		    "needed", (int)config->MaxMsgSize, STREAM_PAYLOAD_MIN);
	/* Each machine has one on each server, and makes them anew. */
	if (config->MaxConsumers > 0)
		return detail_set(detail, ERR_MEANING, "the stream "
		    STREAM_NAME " limits its consumers, of which each machine "
		    "has several");
	return check_replicas(config, replicas, detail);
}

static enum error
check_bucket(const jsStreamConfig *config, int replicas,
    struct detail *detail)
{
	if (config->MaxAge != 0 || config->Storage != js_FileStorage ||
	    config->MaxMsgsPerSubject < 1 || config->MaxMsgs > 0 ||
	    (config->MaxBytes > 0 && config->Discard != js_DiscardNew))
		return detail_set(detail, ERR_MEANING, "the bucket "
		    BUCKET_NAME " does not keep its entries for ever, in "
		    "files");
	if ((config->MaxMsgSize > 0 &&
	    config->MaxMsgSize < BUCKET_VALUE_BYTES_MAX) ||
	    config->MaxConsumers > 0)
		return detail_set(detail, ERR_MEANING, "the bucket "
		    BUCKET_NAME " limits its consumers, or values to less "
		    "than %d bytes", BUCKET_VALUE_BYTES_MAX);
	return check_replicas(config, replicas, detail);
}

static enum error
check_replicas(const jsStreamConfig *config, int replicas,
    struct detail *detail)
{
	if (config->Replicas >= replicas)
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING, "%s has %d replicas, and "
	    "APITRAIL_NATS_REPLICAS asks for %d", config->Name,
	    (int)config->Replicas, replicas);
}

static enum error
tell(natsStatus status, jsErrCode code, int replicas, const char *what,
    struct detail *detail)
{
	bool is_away;

	if (status == NATS_OK)
		return ERR_NONE;
	if (status == NATS_NO_MEMORY)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	if (replicas > 1 && (code == JSStreamReplicasNotSupportedErr ||
	    code == JSClusterNoPeersErr ||
	    strstr(jetstream_reason(status, code), "replicas > 1") != NULL ||
	    strstr(jetstream_reason(status, code), "peers") != NULL))
		return detail_set(detail, ERR_MEANING, "%s: "
		    "APITRAIL_NATS_REPLICAS asks for %d replicas, and there "
		    "are not as many NATS servers in a cluster", what,
		    replicas);
	/* Too few of the servers are there, or choose a leader. */
	is_away = status == NATS_TIMEOUT || code == JSClusterNotAvailErr;
	return detail_set(detail, is_away ? ERR_AWAY : ERR_MEANING, "%s: %s",
	    what, jetstream_reason(status, code));
}
