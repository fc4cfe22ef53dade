/* bucket.h - entries of the shared bucket, changed by compare-and-set. */
#ifndef STREAM_BUCKET_H
#define STREAM_BUCKET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct buffer;
struct bucket;
struct link;

/* ERR_AWAY, ERR_NO_MEMORY; detail says why. */
enum error bucket_open(struct link *link, struct bucket **bucket_out,
    struct detail *detail);
void bucket_close(struct bucket *bucket);

/* When an entry was written, for the bucket and by the servers' clock. */
struct bucket_place {
	uint64_t revision;
	int64_t timestamp_ms;
};

/* Puts what lies under the key into the buffer.  ERR_NOT_FOUND: nothing, or
 * it was deleted.  ERR_AWAY: no answer. */
enum error bucket_get(struct bucket *bucket, const char *key,
    struct buffer *value, struct bucket_place *place_out);

/*
 * Writes the value if the key's last revision is the given one, 0 for none.
 * ERR_EXISTS: it is another one: read it again.  ERR_AWAY: nobody knows; read
 * it again.
 */
enum error bucket_put(struct bucket *bucket, const char *key,
    const char *value, size_t value_len, uint64_t revision,
    uint64_t *revision_out);

/* Visits the values of all keys that the pattern means ("machine.*"), as
 * text.  ERR_AWAY. */
typedef void bucket_visit(const char *value, void *arg);
enum error bucket_scan(struct bucket *bucket, const char *keys,
    bucket_visit *visit, void *arg);

/*
 * Visits the entries that were written since then, the oldest first, as one
 * replica has them.  ERR_AWAY.
 */
typedef void bucket_entry_visit(const char *key, const char *value,
    size_t value_len, const struct bucket_place *place, void *arg);
enum error bucket_scan_since(struct bucket *bucket, int64_t since_ms,
    bucket_entry_visit *visit, void *arg);

#endif
