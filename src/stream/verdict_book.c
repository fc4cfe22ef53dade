/* verdict_book.c - the list of verdicts, as the bucket has it. */
#include "stream/verdict_book.h"

#include "base/buffer.h"
#include "base/log.h"
#include "stream/bucket.h"

#define VERDICTS_KEY "verdicts"

static enum error read(struct verdict_book *book,
    struct verdicts *verdicts_out, uint64_t *revision_out);
static enum error write(struct verdict_book *book,
    const struct verdicts *verdicts, uint64_t revision);

void
verdict_book_init(struct verdict_book *book, struct link *link,
    const struct cluster_secrets *secrets)
{
	*book = (struct verdict_book){ .link = link, .secrets = secrets };
}

void
verdict_book_clear(struct verdict_book *book)
{
	bucket_close(book->bucket);
	book->bucket = NULL;
}

enum error
verdict_book_bucket(struct verdict_book *book, struct bucket **bucket)
{
	enum error err = ERR_NONE;

	if (book->bucket == NULL)
		err = bucket_open(book->link, &book->bucket, NULL);
	*bucket = book->bucket;
	return err;
}

enum error
verdict_book_read(struct verdict_book *book)
{
	struct verdicts verdicts;
	uint64_t revision;
	enum error err = read(book, &verdicts, &revision);

	if (err == ERR_NONE)
		book->verdicts = verdicts;
	return err;
}

enum error
verdict_book_change(struct verdict_book *book, uint64_t sequence,
    enum verdict from, enum verdict to, uint64_t first)
{
	struct verdicts verdicts;
	uint64_t revision;
	enum error err = read(book, &verdicts, &revision);

	if (err != ERR_NONE)
		return err;
	if (verdicts_find(&verdicts, sequence) != from)
		return ERR_EXISTS;
	verdicts_expire(&verdicts, first);
	if (!verdicts_put(&verdicts, sequence, to))
		return ERR_FULL;
	return write(book, &verdicts, revision);
}

static enum error
read(struct verdict_book *book, struct verdicts *verdicts,
    uint64_t *revision)
{
	struct bucket *bucket;
	struct bucket_place place = { 0 };
	struct buffer value;
	enum error err = verdict_book_bucket(book, &bucket);

	verdicts->count = 0;
	buffer_init(&value, VERDICTS_BYTES_MAX);
	if (err == ERR_NONE)
		err = bucket_get(bucket, VERDICTS_KEY, &value, &place);
	/* What nobody of us wrote is written over by the next one. */
	if (err == ERR_NONE && verdicts_read(book->secrets, VERDICTS_KEY,
	    value.bytes, value.len, verdicts) != ERR_NONE)
		log_fact(LEVEL_WARNING, "the bucket holds an entry of none of "
		    "these machines", "key", VERDICTS_KEY, NULL);
	buffer_clear(&value);
	*revision = place.revision;
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

static enum error
write(struct verdict_book *book, const struct verdicts *verdicts,
    uint64_t revision)
{
	struct buffer value;
	enum error err;

	buffer_init(&value, VERDICTS_BYTES_MAX);
	verdicts_write(verdicts, book->secrets, VERDICTS_KEY, &value);
	err = value.error;
	if (err == ERR_NONE)
		err = bucket_put(book->bucket, VERDICTS_KEY, value.bytes,
		    value.len, revision, &revision);
	buffer_clear(&value);
	return err;
}
