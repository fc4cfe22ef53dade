/* replicas_judge.c - what becomes of a place where most replicas do not
 * agree. */
#include "base/buffer.h"
#include "base/clock.h"
#include "stream/bucket.h"
#include "stream/layout.h"
#include "stream/replicas_parts.h"

enum {
	/* Between two times that all are read anew. */
	ANEW_MS = 2000
};

static void judge_log(struct replicas *replicas, uint64_t first);
static void ask(struct replicas *replicas, uint64_t first);
static void read_anew(struct replicas *replicas);
static bool were_read_anew(const struct replicas *replicas);
static void judge_bucket(struct replicas *replicas);
static enum error write_again(struct replicas *replicas,
    const char *subject);

void
replicas_judge(struct replicas *replicas, uint64_t first)
{
	if (replicas->book.secrets == NULL)
		judge_bucket(replicas);
	else if (verdict_book_read(&replicas->book) == ERR_NONE)
		judge_log(replicas, first);
}

/*
 * A replica that was made anew has what another one has, so that most may
 * agree where they did not.  Whoever reads it so opened its consumer after
 * that, and reads verdicts after that: it finds the question of whoever saw
 * all differ, who has looked at all once more since it was asked.
 */
void
replicas_inform(struct replicas *replicas)
{
	bool is_wanted = false;

	for (size_t i = 0; i < replicas->count; i++)
		is_wanted = is_wanted || (replicas->all[i].is_open &&
		    !replicas->all[i].is_informed);
	if (!is_wanted || (replicas->book.secrets != NULL &&
	    verdict_book_read(&replicas->book) != ERR_NONE))
		return;
	for (size_t i = 0; i < replicas->count; i++)
		replicas->all[i].is_informed = replicas->all[i].is_open;
}

static void
judge_log(struct replicas *replicas, uint64_t first)
{
	struct verdict_book *book = &replicas->book;
	uint64_t sequence = replicas->doubt;

	switch (verdicts_find(&book->verdicts, sequence)) {
	case VERDICT_NONE:
		if (replicas->is_split)
			ask(replicas, first);
		break;
	case VERDICT_ASKED:
		if (!replicas->is_split)
			(void)verdict_book_change(book, sequence,
			    VERDICT_ASKED, VERDICT_KEPT, first);
		else if (were_read_anew(replicas))
			(void)verdict_book_change(book, sequence,
			    VERDICT_ASKED, VERDICT_VOID, first);
		else
			read_anew(replicas);
		break;
	case VERDICT_KEPT:
		/* Most agreed for another machine, and may for this one. */
		if (replicas->is_split && clock_steady_ms() -
		    replicas->asked_ms > ANEW_MS)
			read_anew(replicas);
		break;
	default:
		break;
	}
}

static void
ask(struct replicas *replicas, uint64_t first)
{
	if (verdict_book_change(&replicas->book, replicas->doubt,
	    VERDICT_NONE, VERDICT_ASKED, first) == ERR_NONE)
		read_anew(replicas);
}

static void
read_anew(struct replicas *replicas)
{
	replicas->asked = replicas->doubt;
	replicas->asked_ms = clock_steady_ms();
	/* Until all have voted once more. */
	replicas->doubt = 0;
	for (size_t i = 0; i < replicas->count; i++)
		replicas->all[i].is_broken = true;
}

static bool
were_read_anew(const struct replicas *replicas)
{
	if (replicas->asked != replicas->doubt)
		return false;
	for (size_t i = 0; i < replicas->count; i++)
		if (replicas->all[i].is_open &&
		    replicas->all[i].opened_ms <= replicas->asked_ms)
			return false;
	return true;
}

/*
 * What counts in the bucket is what each key has last.  Replicas have other
 * revisions of the keys in dispute; each of these keys is written once more,
 * as the leader has it, and all machines take that.
 */
static void
judge_bucket(struct replicas *replicas)
{
	uint64_t sequence = replicas->doubt;

	if (replicas->asked != sequence) {
		read_anew(replicas);
		return;
	}
	for (size_t i = 0; i < replicas->count; i++) {
		const struct arrival *first = replicas->all[i].first;

		if (first != NULL && first->sequence == sequence &&
		    write_again(replicas, natsMsg_GetSubject(
		    first->message)) != ERR_NONE)
			return;
	}
	replicas_pass_over(replicas, sequence);
}

/* ERR_AWAY. */
static enum error
write_again(struct replicas *replicas, const char *subject)
{
	const char *key = subject + sizeof(BUCKET_SUBJECT_PREFIX) - 1;
	struct bucket *bucket;
	struct bucket_place place;
	struct buffer value;
	enum error err = verdict_book_bucket(&replicas->book, &bucket);

	if (err != ERR_NONE)
		return err;
	buffer_init(&value, BUCKET_VALUE_BYTES_MAX);
	err = bucket_get(bucket, key, &value, &place);
	if (err == ERR_NONE)
		err = bucket_put(bucket, key, value.bytes, value.len,
		    place.revision, &place.revision);
	buffer_clear(&value);
	/* Gone, or written by somebody else meanwhile. */
	return err == ERR_NOT_FOUND || err == ERR_EXISTS ? ERR_NONE : err;
}
