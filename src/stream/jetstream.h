/* jetstream.h - what this folder shares of libnats. */
#ifndef STREAM_JETSTREAM_H
#define STREAM_JETSTREAM_H

#include <nats/nats.h>

#include "stream/link.h"

jsCtx *link_jetstream(const struct link *link);
natsConnection *link_connection(const struct link *link);

/* Frees memory that callbacks use once they have ended, with the link. */
void link_free_later(struct link *link, void *memory);

/* Replicas that are up to date, with the leader. */
int layout_current(const struct jsStreamInfo *stream);

/* What went wrong, of the code that JetStream gave, or else the status. */
const char *jetstream_reason(natsStatus status, jsErrCode code);

#endif
