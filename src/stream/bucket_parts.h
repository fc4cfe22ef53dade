/* bucket_parts.h - what the shared bucket is, for the files bucket*.c. */
#ifndef STREAM_BUCKET_PARTS_H
#define STREAM_BUCKET_PARTS_H

#include <stdint.h>

#include "stream/jetstream.h"

enum { BUCKET_SUBJECT_SIZE = 256, BUCKET_NEXT_MS = 1000 };

#define NS_PER_MS INT64_C(1000000)

/* What a message is that ends a key. */
#define OPERATION_HEADER "KV-Operation"

struct bucket {
	struct link *link;
	kvStore *entries;
};

#endif
