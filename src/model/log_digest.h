/* log_digest.h - what stands for the messages of a log that one machine took,
 * so that two can be compared.
 *
 * It begins anew every LOG_DIGEST_BLOCK places: a machine that began to follow
 * the log later has the same as the others from the next such place on.
 */
#ifndef MODEL_LOG_DIGEST_H
#define MODEL_LOG_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_DIGEST_BLOCK = 1024 };

struct log_digest {
	/* Sequences of the first and last message that running stands for,
	 * none between them missing; 0: nothing came yet. */
	uint64_t first;
	uint64_t last;
	uint64_t running;
	/* Of the last block that ended, from whole_first to its end; 0 if
	 * there was none. */
	uint64_t whole_first;
	uint64_t whole;
};

/* Adds the next message, or with NULL a place where there is none; sequences
 * rise. */
void log_digest_add(struct log_digest *digest, uint64_t sequence,
    int64_t timestamp_ms, const void *payload, size_t payload_len);

/* Whether the machines took other messages somewhere; false as well where
 * nothing can be compared. */
bool log_digest_differs(const struct log_digest *a,
    const struct log_digest *b);

#endif
