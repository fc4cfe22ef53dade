/* verdict_book.h - the list of verdicts, as the bucket has it. */
#ifndef STREAM_VERDICT_BOOK_H
#define STREAM_VERDICT_BOOK_H

#include <stdint.h>

#include "base/error.h"
#include "model/verdicts.h"

struct bucket;
struct cluster_secrets;
struct link;

struct verdict_book {
	struct link *link;
	const struct cluster_secrets *secrets;
	struct bucket *bucket;	/* NULL: not opened yet */
	struct verdicts verdicts;	/* as they were read last */
};

/* Reads nothing yet; both are borrowed, and secrets may be NULL if only the
 * bucket is wanted. */
void verdict_book_init(struct verdict_book *book, struct link *link,
    const struct cluster_secrets *secrets);
void verdict_book_clear(struct verdict_book *book);

/* The bucket, opened; borrowed.  ERR_AWAY, ERR_NO_MEMORY. */
enum error verdict_book_bucket(struct verdict_book *book,
    struct bucket **bucket_out);

/* ERR_AWAY, ERR_NO_MEMORY: the verdicts are those that were read before. */
enum error verdict_book_read(struct verdict_book *book);

/*
 * Changes the verdict about a place from one to the other, and drops those of
 * places before the first one.  What was read does not change by that: what
 * counts is what the bucket says later on.  ERR_EXISTS: another machine was
 * faster.  ERR_FULL: there are too many.  ERR_AWAY: nobody knows.
 */
enum error verdict_book_change(struct verdict_book *book, uint64_t sequence,
    enum verdict from, enum verdict to, uint64_t first);

#endif
