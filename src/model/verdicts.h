/* verdicts.h - places of the log at which no answer was that of most
 * replicas, and what machines agreed about each.
 *
 * A machine that finds such a place asks, looks at all replicas once more, and
 * only then says that nothing is there.  Who finds an answer of most instead
 * says so first.  The list is one value of the bucket, changed by
 * compare-and-set: whatever becomes of the replicas, machines that come days
 * or a moment later do the same.
 */
#ifndef MODEL_VERDICTS_H
#define MODEL_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct buffer;
struct cluster_secrets;

enum verdict {
	VERDICT_NONE,		/* nobody found anything there */
	VERDICT_ASKED,		/* somebody looks once more */
	VERDICT_VOID,		/* nothing is there, whatever replicas have */
	VERDICT_KEPT		/* what most replicas have is there */
};

enum {
	VERDICTS_MAX = 256,
	VERDICTS_BYTES_MAX = 65 + VERDICTS_MAX * 32
};

struct verdict_place {
	uint64_t sequence;
	enum verdict verdict;
};

/* In the order of their places. */
struct verdicts {
	size_t count;
	struct verdict_place all[VERDICTS_MAX];
};

enum verdict verdicts_find(const struct verdicts *verdicts,
    uint64_t sequence);

/* False: the list is full.  One that is void or kept stays so. */
bool verdicts_put(struct verdicts *verdicts, uint64_t sequence,
    enum verdict verdict);

/* Drops places before this one, which the log does not have any more. */
void verdicts_expire(struct verdicts *verdicts, uint64_t first);

/* As the bucket has it, sealed for its key; adds to the buffer. */
void verdicts_write(const struct verdicts *verdicts,
    const struct cluster_secrets *secrets, const char *key,
    struct buffer *value);
/* ERR_SYNTAX: none of these machines wrote it; the list is empty then. */
enum error verdicts_read(const struct cluster_secrets *secrets,
    const char *key, const char *value, size_t value_len,
    struct verdicts *verdicts_out);

#endif
