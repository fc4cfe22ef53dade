/* log_digest.c - what stands for the messages of a log that one machine
 * took. */
#include "model/log_digest.h"

#include <endian.h>

#include "model/tag.h"

enum {
	/* A message begins with its seal, which stands for all of it. */
	PAYLOAD_BYTES_MAX = 64
};

/* Against mistakes; who could make others cannot make seals. */
static const uint8_t seed[TAG_SEED_BYTES] = "apitrail digest";

void
log_digest_add(struct log_digest *digest, uint64_t sequence,
    int64_t timestamp_ms, const void *payload, size_t payload_len)
{
	uint64_t parts[4] = { 0, htole64(sequence) };
	bool is_next = digest->last != 0 && sequence == digest->last + 1;

	if (is_next && sequence % LOG_DIGEST_BLOCK == 0) {
		digest->whole_first = digest->first;
		digest->whole = digest->running;
	}
	if (!is_next || sequence % LOG_DIGEST_BLOCK == 0) {
		digest->first = sequence;
		digest->running = 0;
	}
	parts[0] = htole64(digest->running);
	if (payload != NULL) {
		parts[2] = htole64((uint64_t)timestamp_ms);
		parts[3] = htole64(tag_make(seed, payload,
		    payload_len < PAYLOAD_BYTES_MAX ? payload_len :
		    PAYLOAD_BYTES_MAX));
	}
	digest->running = tag_make(seed, parts, sizeof(parts));
	digest->last = sequence;
}

bool
log_digest_differs(const struct log_digest *a, const struct log_digest *b)
{
	if (a->last != 0 && a->first == b->first && a->last == b->last &&
	    a->running != b->running)
		return true;
	return a->whole_first != 0 && a->whole_first == b->whole_first &&
	    a->whole != b->whole;
}
