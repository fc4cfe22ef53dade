/* stalled_readers.c - read transactions that live too long. */
#include "recorder/stalled_readers.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

enum { NUMBER_SIZE = 24 };

static bool find(const struct stalled_readers *stalled,
    const struct reader *reader, size_t *index_out);
static void tell(const struct reader *reader, int64_t age_ms);

size_t
stalled_readers_look(struct stalled_readers *stalled,
    const struct reader *readers, size_t count, int64_t now_ms)
{
	struct stalled_readers before = *stalled;
	size_t told = 0;

	stalled->count = 0;
	for (size_t i = 0; i < count && i < STALLED_READERS_MAX; i++) {
		size_t next = stalled->count++;
		size_t index;

		stalled->seen[next].reader = readers[i];
		stalled->seen[next].since_ms = now_ms;
		stalled->seen[next].is_told = false;
		if (!find(&before, &readers[i], &index))
			continue;
		stalled->seen[next] = before.seen[index];
		if (before.seen[index].is_told ||
		    now_ms - before.seen[index].since_ms < READER_STALLED_MS)
			continue;
		tell(&readers[i], now_ms - before.seen[index].since_ms);
		stalled->seen[next].is_told = true;
		told++;
	}
	return told;
}

static bool
find(const struct stalled_readers *stalled, const struct reader *reader,
    size_t *index_out)
{
	for (size_t i = 0; i < stalled->count; i++) {
		const struct reader *other = &stalled->seen[i].reader;

		if (other->pid != reader->pid ||
		    other->thread != reader->thread ||
		    other->commit != reader->commit)
			continue;
		*index_out = i;
		return true;
	}
	return false;
}

static void
tell(const struct reader *reader, int64_t age_ms)
{
	char pid[NUMBER_SIZE];
	char seconds[NUMBER_SIZE];

	snprintf(pid, sizeof(pid), "%d", (int)reader->pid);
	snprintf(seconds, sizeof(seconds), "%" PRId64, age_ms / SECOND_MS);
	log_fact(LEVEL_WARNING, "a process keeps an old state of the store, "
	    "and the file grows until it goes on or ends", "pid", pid,
	    "seconds", seconds, NULL);
}
